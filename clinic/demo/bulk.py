"""The people of a filled clinic as text for COPY; the same for the same seed and day."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from clinic.demo.copied import copied
from clinic.demo.histories import Histories, History, Row
from clinic.demo.names import name_maker
from clinic.matching.keys import match_keys
from clinic.patients.latest_results import MOST_SCORES
from clinic.patients.models import person_of_values

PATIENT_COLUMNS = (
    "id", "user_id", "full_name", "family_name", "preferred_name", "gender", "date_of_birth",
    "date_of_birth_precision", "phone_number", "second_phone_number", "address", "record_number", "archived_at",
    "created_at", "updated_at", "version", "match_keys", "status", "status_on", "last_instrument", "last_score",
    "last_band", "last_severity", "last_change", "last_assessed_on", "recent_scores", "next_due_on", "open_alerts",
    "worst_severity",
)  # fmt: skip
NO_RESULT = ("", "\\N", "", "\\N", "\\N", "\\N", "[]")
STREETS = (
    "Mill Lane",
    "Church Road",
    "Station Road",
    "High Street",
    "Park Avenue",
    "Victoria Road",
    "The Green",
)
TOWNS = ("Riverton", "Hillford", "Ashby", "Marlow", "Kingsbridge")
PREFERRED = (
    "Abby", "Alex", "Annie", "Bea", "Bill", "Charlie", "Dan", "Edu", "Ellie", "Fran", "Gabi", "Harry", "Izzy", "Jo",
    "Kate", "Leo", "Lili", "Manu", "Mary Ann", "Max", "Nacho", "Nell", "Pepe", "Rosie", "Sam", "Tess", "Toni", "Vera",
    "Will", "Zuzu",
)  # fmt: skip
PHONES = ("+4477", "+4420794", "+44161", "+346", "+336", "+4915", "+1415555", "+3538")
LENGTHS = {"+44": 13, "+34": 12, "+33": 12, "+49": 14, "+14": 12, "+35": 13}
UUID_BITS, UUID_MARK = 0xF << 76 | 0x3 << 62, 0x4 << 76 | 0x2 << 62  # where a UUID says that it is a random one


def keys_text(*values: Any) -> str:
    """The matcher's keys of somebody as COPY reads an array; `values` are as text of COPY."""
    plain: list[Any] = [value.replace("\\n", "\n") if isinstance(value, str) else value for value in values]
    return f"{{{','.join(map(str, match_keys(person_of_values(*plain))))}}}"


class Person(NamedTuple):
    """What the rows of other tables say of a patient."""

    key: bytes
    practitioner: int
    born: date
    gender: str


@dataclass
class Clinicful:
    """The people of a filled clinic. Draw `patients`, once, before what else belongs to them."""

    seed: int
    patient_count: int
    assessment_count: int
    practitioners: list[UUID]
    first_number: int
    taken: set[str]
    today: date
    zone: ZoneInfo

    def __post_init__(self) -> None:
        self.random = Random(self.seed)  # noqa: S311
        self.preferring = Random(f"{self.seed} preferred")  # noqa: S311  # its own, so that the rest stays as it is
        self.name = name_maker(self.random)
        self.histories = Histories(self.seed, patients=self.patient_count, assessments=self.assessment_count)
        self.people: list[Person] = []

    def identifier(self) -> bytes:
        """The sixteen bytes of a random UUID."""
        return (self.random.getrandbits(128) & ~UUID_BITS | UUID_MARK).to_bytes(16)

    def full_name(self, practitioner: int) -> tuple[str, str, str]:
        """Draw a name that no other patient of the practitioner has. A second one of a name gets another given name."""
        full, family, gender = self.name()
        while (key := f"{practitioner} {full.lower()}") in self.taken:
            other, its_family, _ = self.name()
            given = other.removesuffix(its_family).strip().partition(" ")[0]
            if family and given and full.endswith(f" {family}"):
                full = f"{full[: -len(family)]}{given} {family}"
            else:
                full, family, gender = self.name()
        self.taken.add(key)
        return full, family, gender

    def patients(self) -> Iterator[str]:
        random, chance = self.random, self.random.random
        for number in range(self.patient_count):
            practitioner = int(chance() ** 1.5 * len(self.practitioners))
            full, family, gender = self.full_name(practitioner)
            lived = int(random.triangular(100, 97 * 365, 50 * 365))
            born = self.today - timedelta(days=lived)
            draw = chance()
            precision = "exact" if draw < 0.93 else "estimated" if draw < 0.965 else "year"
            if precision == "year":
                born = born.replace(month=1, day=1)
            history = self.histories.draw(lived)
            first = history.rows[0].days_ago if history.rows else 0
            registered = self.today - timedelta(days=max(first, int(chance() * min(lived, 3000))))
            created = str(datetime.combine(registered, time(8 + int(chance() * 10), int(chance() * 60)), self.zone))
            archived = created if chance() < 0.04 else "\\N"
            key = self.identifier()
            self.people.append(Person(key, practitioner, born, gender))
            preferred, reached = self.preferred_name(), self.reached()
            record = f"P-{self.first_number + number:06d}"
            keys = keys_text(full, family, gender, born, precision, *reached, record)
            yield "\t".join((
                key.hex(), str(self.practitioners[practitioner]), full, family, preferred, gender,
                str(born), precision, *reached, record, archived, created, created, "1", keys,
                *self.status(history, lived), *latest_columns(history, self.today),
            )) + "\n"  # fmt: skip

    def preferred_name(self) -> str:
        """One of fifteen likes to be called by another name."""
        return self.preferring.choice(PREFERRED) if self.preferring.random() < 1 / 15 else "\\N"

    def reached(self) -> tuple[str, str, str]:
        """Two phone numbers and an address, each of which may be missing."""
        chance = self.random.random
        numbers = (self.phone() if chance() < 0.88 else "", self.phone() if chance() < 0.15 else "")
        return (*numbers, self.address() if chance() < 0.8 else "")

    def phone(self) -> str:
        start = PHONES[int(self.random.random() ** 1.7 * len(PHONES))]
        missing = LENGTHS[start[:3]] - len(start)
        return f"{start}{int(self.random.random() * 10**missing):0{missing}d}"

    def address(self) -> str:
        chance = self.random.random
        town = TOWNS[int(chance() * len(TOWNS))]
        return f"{1 + int(chance() * 180)} {STREETS[int(chance() * len(STREETS))]}\\n{town}"

    def status(self, history: History, lived: int) -> tuple[str, str]:
        """Some are discharged, and some of the old have died; nobody of them is to be assessed again."""
        draw, old = self.preferring.random(), lived > 70 * 365
        if history.pace or draw > (0.13 if old else 0.08):
            return "active", "\\N"
        since = self.today - timedelta(days=history.rows[-1].days_ago if history.rows else 0)
        return "deceased" if old and draw < 0.05 else "discharged", str(since)


def latest_columns(history: History, today: date) -> tuple[str, ...]:
    """The columns of a patient from `last_instrument` on."""
    results, last = history.by_instrument, history.last
    severities = [rows[-1].pattern.severity for rows in results.values() if rows[-1].pattern.severity is not None]
    of_last = result_columns(results[last.pattern.instrument], today) if last else NO_RESULT
    due = str(due_on(history.scheduled, history.pace, today)) if history.pace else "\\N"
    return (*of_last, due, str(history.open_alerts), copied(max(severities, default=None)))


def result_columns(rows: list[Row], today: date) -> tuple[str, ...]:
    """The latest result of one instrument, from its id to the recent scores."""
    last, score = rows[-1].pattern, rows[-1].pattern.score
    before = rows[-2].pattern.score if len(rows) > 1 else None
    change = None if before is None or score is None else score - before
    recent = [row.pattern.share for row in rows[-MOST_SCORES:]]
    return tuple(map(copied, (
        last.instrument, score, last.band, last.severity, change, today - timedelta(days=rows[-1].days_ago), recent,
    )))  # fmt: skip


def due_on(scheduled: list[Row], pace: int, today: date) -> date:
    """The day on which somebody with a schedule is to be assessed again."""
    return today + timedelta(days=pace - scheduled[-1].days_ago)
