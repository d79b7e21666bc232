"""The dry run: every row is read and compared with the record, and nothing of the record is written."""

import unicodedata
from collections.abc import Iterator
from itertools import batched
from typing import Any
from uuid import UUID

from clinic.imports.cleaning import Cleaned, Cleaner, practitioner_key
from clinic.imports.content import opened_content
from clinic.imports.fields import USER
from clinic.imports.files.opening import Table, table_of
from clinic.imports.models import ImportBatch, ImportFault, Stage
from clinic.imports.preview import previewed
from clinic.imports.work.comparing import Verdict, compared
from clinic.imports.work.looking import Look, orders_of, questions_of
from clinic.imports.work.seen import Seen
from clinic.imports.work.stages import check_for_job
from clinic.imports.work.steps import ROWS, Work, note, of_job
from clinic.lists.models import Job
from clinic.staff.models import Practitioner
from clinic.staff.tags.words import known_tags
from clinic.tenancy.models import Clinic
from clinic.text.phones import number_text

PREVIEWED = 10
SHOWN = 200  # characters of a value that is at fault
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
        people, tags = practitioners(), known_tags()
    look = _looked(work, people)
    with work.step():
        found = look.found()
        answers = {**batch.answers, "orders": orders_of(found, batch.answers)}
        questions = questions_of(found, answers)
        if questions:
            note(batch, stage=Stage.ASKING, found={"questions": questions})
            return
        note(batch, answers=answers, found={"strangers": found.strangers})
    _check_rows(work, people, tags)


def practitioners() -> dict[str, UUID]:
    """Who works here, by how the name is compared; of two of one name nobody."""
    found: dict[str, list[UUID]] = {}
    for key, name in Practitioner.objects.active().values_list("pk", "display_name"):
        found.setdefault(practitioner_key(name), []).append(key)
    return {name: keys[0] for name, keys in found.items() if len(keys) == 1}


def table(work: Work) -> Table:
    batch = work.batch
    return table_of(opened_content(work.clinic, batch), batch.kind, batch.answers)


def _looked(work: Work, people: dict[str, UUID]) -> Look:
    headings, rows = table(work)
    look = Look(headings, work.batch.answers["columns"], people)
    if look.is_needed:
        for number in look.over(rows):
            if number % RESTS == 0:
                with work.step():
                    note(work.batch, rows=0)
    return look


def _check_rows(work: Work, people: dict[str, UUID], tags: dict[str, int]) -> None:
    headings, rows = table(work)
    cleaner = Cleaner(headings, work.batch.answers, people, tags)
    checked = Checked(work)
    for chunk in batched((cleaner.read(row) for row in rows), ROWS):
        with work.step():
            checked.add(chunk)
    with work.step():
        checked.end()


class Checked:
    """The rows that were checked so far: counts, faults, a preview, and what tells rows of the file apart."""

    def __init__(self, work: Work) -> None:
        self.work, self.batch = work, work.batch
        self.columns = {target: heading for heading, target in work.batch.answers["columns"].items()}
        self.people, self.numbers, self.names = Seen(), Seen(), Seen()
        self.preview: list[dict[str, Any]] = []

    def add(self, rows: tuple[Cleaned, ...]) -> None:
        """Check some rows, in a step."""
        batch = self.batch
        verdicts = compared([row for row in rows if not row.faults])
        faulty = [row for row in rows if row.faults]
        good = [row for row in rows if not row.faults and row.number not in verdicts]
        here = sum(verdict.is_here for verdict in verdicts.values())
        faults = [
            self._fault(row.number, fault.column, fault.value, fault.message) for row in faulty for fault in row.faults
        ]
        faults += [self._of_verdict(row, verdicts[row.number]) for row in rows if row.number in verdicts]
        ImportFault.objects.bulk_create(faults)
        self._note(good)
        note(
            batch, rows=batch.rows + len(rows), good=batch.good + len(good), here=batch.here + here,
            faulty=batch.faulty + len(faulty) + len(verdicts) - here,
        )  # fmt: skip

    def _note(self, good: list[Cleaned]) -> None:
        self.preview += previewed(good[: PREVIEWED - len(self.preview)])
        for row in good:
            values = row.values
            name = unicodedata.normalize("NFC", values["full_name"]).lower()
            phone = number_text(values.get("phone_number"))
            self.people.note(row.number, (name, values.get("date_of_birth"), phone))
            self.names.note(row.number, (name, values[USER]))
            if number := values.get("record_number"):
                self.numbers.note(row.number, "".join(filter(str.isalnum, number)).lower())

    def end(self) -> None:
        """What the rows of the file say of each other, and the end of the check, in a step."""
        batch = self.batch
        again = dict(self._again())
        faults = [
            self._fault(row, self.columns.get(said.target, ""), "", said.message, said.is_here)
            for row, said in again.items()
        ]
        ImportFault.objects.bulk_create(faults, batch_size=ROWS)
        here = sum(said.is_here for said in again.values())
        note(
            batch, stage=Stage.CHECKED, good=batch.good - len(again), here=batch.here + here,
            faulty=batch.faulty + len(again) - here,
            found={**batch.found, "preview": [row for row in self.preview if row["row"] not in again]},
        )  # fmt: skip

    def _again(self) -> Iterator[tuple[int, Verdict]]:
        """What is said of a row by the last of these counts."""
        for row, first in self.names.again():
            yield row, Verdict(False, "full_name", f"Row {first} has this name, for the same practitioner.")
        for row, first in self.numbers.again():
            yield row, Verdict(False, "record_number", f"Row {first} has this record number.")
        for row, first in self.people.again():
            yield row, Verdict(True, "full_name", f"The same as row {first}: name, date of birth and telephone.")

    def _of_verdict(self, row: Cleaned, said: Verdict) -> ImportFault:
        value = str(row.values.get(said.target, ""))
        return self._fault(row.number, self.columns.get(said.target, ""), value, said.message, said.is_here)

    def _fault(self, row: int, column: str, value: str, message: str, is_here: bool = False) -> ImportFault:
        return ImportFault(
            batch=self.batch, row=row, column=column, value=value[:SHOWN], message=message[:500], is_here=is_here
        )


def answered(batch: ImportBatch) -> bool:
    """Whether it is known of a file how it is read, so that it can be checked."""
    return "columns" in batch.answers
