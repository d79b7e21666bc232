"""What belongs to the people of a filled clinic as text for COPY: results, assessments, alerts, reviews, schedules and
episodes. Draw the people first, and the rest in this order, each once."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any, NamedTuple

from clinic.assessments.models import EpisodeEnd
from clinic.assessments.models.alerts import Channel
from clinic.assessments.models.schedules import Unit
from clinic.demo.bulk import Clinicful, Person, due_on, result_columns
from clinic.demo.copied import line
from clinic.demo.courses import PAUSE, treatments
from clinic.demo.histories import ARCHIVED, BY_LINK, OPEN, History, Row
from clinic.demo.patterns import COLUMNS
from clinic.patients.models import age_on
from clinic.staff.actions import OPERATOR
from clinic.text.dates import short

RESULT_COLUMNS = (
    "patient_id", "instrument_id", "score", "band", "severity", "change", "assessed_on", "recent_scores",
)  # fmt: skip
ASSESSMENT_COLUMNS = (
    "id", "patient_id", "user_id", "name", "date", "sex", "age", "completed_at", "archived_at", "created_at",
    "updated_at", "version", *COLUMNS,
)  # fmt: skip
ALERT_COLUMNS = (
    "id", "patient_id", "assessment_id", "rule", "text", "severity", "points", "answer", "raised_at", "raised_by_id",
    "raised_by_name", "acknowledged_at", "acknowledged_by_id", "acknowledged_by_name", "note",
)  # fmt: skip
REVIEW_COLUMNS = ("id", "channel", "came_at", "reviewed_at", "reviewed_by_id", "reviewed_by_name", "note")
SCHEDULE_COLUMNS = (
    "id", "patient_id", "instrument", "every_days", "every_unit", "starts_on", "next_due_on", "last_done_on",
    "unscored_on", "created_at",
)  # fmt: skip
EPISODE_COLUMNS = (
    "id", "patient_id", "started_on", "ended_on", "end_reason", "end_words", "created_at", "created_by_id",
    "created_by_name", "ended_by_id", "ended_by_name", "version",
)  # fmt: skip
WRITER = (OPERATOR.id, OPERATOR.name)
NOTES = ("Called, no intent, seen this week.", "Spoken with, knows whom to call.", "Seen the same day.")


class Kept(NamedTuple):
    """An assessment that other rows belong to."""

    key: bytes
    person: Person
    row: Row
    at: datetime


class Rows:
    def __init__(self, people: Clinicful) -> None:
        self.clinic, self.today = people, people.today
        self.random = Random(f"{people.seed} rows")  # noqa: S311
        self.kept: list[Kept] = []

    def results(self) -> Iterator[str]:
        for person, history in self.each():
            for rows in history.by_instrument.values():
                yield "\t".join((person.key.hex(), *result_columns(rows, self.today))) + "\n"

    def assessments(self) -> Iterator[str]:
        for person, history in self.each():
            names: dict[str, int] = {}
            start = f"{person.key.hex()}\t{self.clinic.practitioners[person.practitioner]}"
            for number, row in enumerate(history.rows):
                day, key = self._day(row), self.clinic.identifier()
                name = f"{row.pattern.title} · {short(day)}"
                names[name] = names.get(name, 0) + 1
                if names[name] > 1:
                    name = f"{name} ({names[name]})"
                at = datetime.combine(day, time(9 + number // 60, number % 60), self.clinic.zone)
                self._keep(Kept(key, person, row, at))
                yield f"{key.hex()}\t{start}\t{name}\t{day}\t{_state(person, row, day, at)}\t1\t{row.pattern.columns}\n"

    def alerts(self) -> Iterator[str]:
        for key, person, row, at in self.kept:
            for alert in row.pattern.alerts:
                closed: tuple[Any, ...] = (None, "", "", "")
                if not row.mark & OPEN:
                    then = min(at + timedelta(hours=self.random.expovariate(1 / 9)), self.morning())
                    closed = (then, *WRITER, self.random.choice(NOTES))
                said = (alert.rule, alert.text, alert.severity, alert.points, alert.answer)
                yield line(self.clinic.identifier().hex(), person.key.hex(), key.hex(), *said, at, *WRITER, *closed)

    def reviews(self) -> Iterator[str]:
        """What came by a link: of the last days some waits, and of what came before hardly anything."""
        for key, _, row, at in self.kept:
            if row.mark & BY_LINK:
                waits = self.random.random() < (0.5 if row.days_ago <= 7 else 0.002)
                seen = (None, "", "") if waits else (min(at + timedelta(days=1), self.morning()), *WRITER)
                yield line(key.hex(), Channel.LINK, at, *seen, "")

    def schedules(self) -> Iterator[str]:
        for person, history in self.each():
            if rows := history.scheduled:
                begun, unscored = self._day(history.rows[0]), _unscored(history)
                yield line(
                    self.clinic.identifier().hex(), person.key.hex(), rows[0].pattern.instrument, history.pace,
                    Unit.DAYS if history.pace % 7 else Unit.WEEKS, begun, due_on(rows, history.pace, self.today),
                    self._day(rows[-1]), None if unscored is None else self._day(unscored), self.noon(begun),
                )  # fmt: skip

    def episodes(self) -> Iterator[str]:
        for person, history in self.each():
            if not history.is_treated:
                continue
            spells = treatments([row.days_ago for row in history.rows])
            for number, (first, last) in enumerate(spells, 1):
                started = self.today - timedelta(days=first)
                ended = self.today - timedelta(days=last)
                is_open = number == len(spells) and (bool(history.pace) or last < PAUSE)
                end = (None, "", "") if is_open else (ended, self._reason(), "")
                by = ("", "") if is_open else WRITER
                key = self.clinic.identifier().hex()
                yield line(key, person.key.hex(), started, *end, self.noon(started), *WRITER, *by, 1)

    def each(self) -> Iterator[tuple[Person, History]]:
        return zip(self.clinic.people, self.clinic.histories, strict=True)

    def _keep(self, kept: Kept) -> None:
        if kept.row.pattern.alerts or kept.row.mark & BY_LINK:
            self.kept.append(kept)

    def _day(self, row: Row) -> date:
        return self.today - timedelta(days=row.days_ago)

    def noon(self, day: date) -> datetime:
        return datetime.combine(day, time(12), self.clinic.zone)

    def morning(self) -> datetime:
        """The morning of the day: nothing that is filled in is later."""
        return datetime.combine(self.today, time(0, 1), self.clinic.zone)

    def _reason(self) -> str:
        return self.random.choices((EpisodeEnd.COMPLETED, EpisodeEnd.DROPPED_OUT, EpisodeEnd.REFERRED_ON), (6, 3, 1))[0]


def _state(person: Person, row: Row, day: date, at: datetime) -> str:
    """The text of the columns from `sex` to `updated_at`."""
    scored_by = f"{person.gender}\t{max(0, age_on(person.born, day))}" if row.pattern.instrument else "\t\\N"
    completed = at if row.pattern.is_made and row.pattern.instrument else "\\N"
    archived = at if row.mark & ARCHIVED else "\\N"
    return f"{scored_by}\t{completed}\t{archived}\t{at}\t{at}"


def _unscored(history: History) -> Row | None:
    """The last of all if it was completed without a score."""
    last = history.rows[-1]
    is_of_it = last.pattern.instrument == history.rows[0].pattern.instrument
    return last if is_of_it and last.pattern.is_made and not last.pattern.counts else None
