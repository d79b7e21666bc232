"""The dry run of a file of assessments: every row is read, scored and compared; nothing of the record is written."""

from array import array
from bisect import bisect_left
from collections.abc import Iterator
from functools import partial
from itertools import batched
from typing import Any
from uuid import UUID

from clinic.imports.assessments import fields
from clinic.imports.assessments.instruments import known_instruments
from clinic.imports.assessments.preview import previewed
from clinic.imports.assessments.questionnaires import Fault, Questionnaire, Reader
from clinic.imports.assessments.work.comparing import compared, stored
from clinic.imports.cleaning import practitioner_key, says_nobody
from clinic.imports.dates import DateColumn
from clinic.imports.fields import USER
from clinic.imports.models import ImportFault, Stage
from clinic.imports.work.checking import PREVIEWED, SHOWN, practitioners, table
from clinic.imports.work.looking import MOST_NAMED, Found, orders_of, questions_of
from clinic.imports.work.seen import Seen
from clinic.imports.work.stages import check_for_job
from clinic.imports.work.steps import Work, note, of_job
from clinic.imports.work.writing import key_of
from clinic.lists.models import Job
from clinic.staff.models import Practitioner
from clinic.tenancy.models import Clinic

ROWS = 500  # questionnaires of a transaction
RESTS = 20_000  # rows of the first reading between two steps


def check(clinic: Clinic, job: Job) -> None:
    """The worker's: as `run`. Raises StoppedWork for a file that cannot be read to its end."""
    check_for_job(of_job(clinic, job), run)


def run(work: Work) -> None:
    """Check a file; at the end it is CHECKED, or ASKING with its questions. Raises Unreadable."""
    batch = work.batch
    with work.step():
        ImportFault.objects.filter(batch=batch).delete()
        note(batch, rows=0, good=0, here=0, faulty=0, found={})
        people = named_practitioners()
    found = _looked(work, people)
    with work.step():
        answers = {**batch.answers, "orders": orders_of(found, batch.answers)}
        if questions := questions_of(found, answers):
            note(batch, stage=Stage.ASKING, found={"questions": questions})
            return
        note(batch, answers=answers, found={"strangers": found.strangers})
    checked = Checked(work)
    for chunk in batched(reader_of(work, people).over(table(work).rows), ROWS):
        with work.step():
            checked.add(chunk)
    with work.step():
        checked.end()


def named_practitioners() -> dict[str, UUID]:
    """Who works here, by how the name is compared and by the id."""
    ids = Practitioner.objects.active().values_list("pk", flat=True)
    return {**{practitioner_key(str(key)): key for key in ids}, **practitioners()}


def reader_of(work: Work, people: dict[str, UUID]) -> Reader:
    with work.step():
        instruments = known_instruments()
    return Reader(table(work).headings, work.batch.answers, instruments, people)


def _looked(work: Work, people: dict[str, UUID]) -> Found:
    """The first reading: how the dates are written, and whom nobody is called."""
    headings, rows = table(work)
    taken = [work.batch.answers["columns"].get(heading, "") for heading in headings]
    dates = [place for place, target in enumerate(taken) if target == fields.DATE]
    users = [place for place, target in enumerate(taken) if target == USER]
    column, texts, strangers = DateColumn(), set[str](), dict[str, None]()
    for row in rows:
        if not row.fault:
            texts.update(row.cells[place] for place in dates)
            strangers |= {name: None for place in users if (name := " ".join(row.cells[place].split()))}
        if row.number % RESTS == 0:
            with work.step():
                note(work.batch, rows=0)
    for text in texts:
        column.look(text)
    nobody = [name for name in strangers if not says_nobody(name) and practitioner_key(name) not in people]
    return Found({headings[place]: column for place in dates}, {}, nobody[:MOST_NAMED])


class Checked:
    """The questionnaires that were checked so far: counts, faults, a preview, and what tells them apart."""

    def __init__(self, work: Work) -> None:
        self.work, self.batch = work, work.batch
        self.days, self.whole = Seen(), Seen()
        self.firsts, self.lasts = array("I"), array("I")  # rows of those that have several
        self.preview: list[dict[str, Any]] = []

    def add(self, rows: tuple[Questionnaire, ...]) -> None:
        """Check some questionnaires, in a step."""
        batch, found = self.batch, compared(rows, partial(key_of, self.batch))
        for row in rows:
            if len(row.rows) > 1:
                self.firsts.append(row.number)
                self.lasts.append(row.rows[-1])
        for row, brought in found.good:
            day = (brought.patient.pk, brought.definition.id, brought.date)
            self.days.note(row.number, day)
            self.whole.note(row.number, (day, tuple(sorted(map(str, stored(brought).items())))))
        self.preview += previewed(found.good[: PREVIEWED - len(self.preview)])
        faults = [fault for each in found.faulty.values() for fault in each]
        self._keep(faults, found.here)
        note(
            batch, rows=batch.rows + len(rows), good=batch.good + len(found.good), here=batch.here + len(found.here),
            faulty=batch.faulty + len(found.faulty),
        )  # fmt: skip

    def _keep(self, faults: list[Fault], here: dict[int, str]) -> None:
        """Keep what is wrong, with every row of a questionnaire that something is wrong with: they go in together."""
        named = {fault.row for fault in faults}
        firsts = {self._first(row) for row in named}
        besides = [
            Fault(row, "", "", f"Belongs to the questionnaire of row {first}, where something is wrong.")
            for first in firsts for row in self._together(first) if row not in named
        ]  # fmt: skip
        rows = [ImportFault(batch=self.batch, row=row, message=said[:500], is_here=True) for row, said in here.items()]
        rows += [
            ImportFault(
                batch=self.batch, row=each.row, column=each.column, value=each.value[:SHOWN], message=each.message[:500]
            )
            for each in (*faults, *besides)
        ]
        ImportFault.objects.bulk_create(rows, batch_size=2000)

    def _first(self, row: int) -> int:
        """The first row of the questionnaire that a row belongs to."""
        place = bisect_left(self.lasts, row)
        return self.firsts[place] if place < len(self.firsts) and self.firsts[place] <= row else row

    def _together(self, first: int) -> range:
        place = bisect_left(self.firsts, first)
        is_one = place < len(self.firsts) and self.firsts[place] == first
        return range(first, (self.lasts[place] if is_one else first) + 1)

    def end(self) -> None:
        """What the questionnaires of the file say of each other, and the end of the check, in a step."""
        batch = self.batch
        here = {row: f"The same as row {first}." for row, first in self.whole.again()}
        faults = list(self._again(here))
        self._keep(faults, here)
        again = here.keys() | {fault.row for fault in faults}
        note(
            batch, stage=Stage.CHECKED, good=batch.good - len(again), here=batch.here + len(here),
            faulty=batch.faulty + len(faults),
            found={**batch.found, "preview": [row for row in self.preview if row["row"] not in again]},
        )  # fmt: skip

    def _again(self, here: dict[int, str]) -> Iterator[Fault]:
        heading = next((name for name, target in self.batch.answers["columns"].items() if target == fields.DATE), "")
        for row, first in self.days.again():
            if row not in here:
                yield Fault(
                    row, heading, "", f"Row {first} has this questionnaire of the same day, with other answers."
                )
