"""The rows of a checked file as patients: some thousand in a transaction, which also notes how far it came.

Whoever is killed leaves whole transactions behind, and whoever takes the work up begins after the last row that is
noted. The key of a patient follows from the file and the row, so that no row can be there twice.
"""

from collections.abc import Iterator, Sequence
from itertools import batched
from uuid import UUID, uuid5

from django.db import IntegrityError, transaction

from clinic.imports.cleaning import Cleaned, Cleaner
from clinic.imports.models import ImportBatch, ImportedRecord, ImportFault
from clinic.imports.work.checking import practitioners, table
from clinic.imports.work.comparing import Verdict, compared
from clinic.imports.work.creating import copy_records, create_patients
from clinic.imports.work.stages import NotWhole, end_writing, write_or_take_back
from clinic.imports.work.steps import ROWS, Work, note, of_job
from clinic.imports.work.undoing import take_back
from clinic.lists.models import Job
from clinic.staff.tags.words import known_tags
from clinic.tenancy.models import Clinic

TRIES = 5  # to write some rows beside somebody who registers the same people
NOT_WHOLE = (
    "Since the check somebody registered a patient whom a row of this file stands against, so nothing of the file was "
    "kept. Check it again to see which row that is."
)


def write(clinic: Clinic, job: Job) -> None:
    """The worker's: as `run`."""
    run(of_job(clinic, job))


def run(work: Work) -> None:
    """Write the rows that the check found good, or all of the file's or none. Raises StoppedWork."""
    write_or_take_back(work, _write_rows, take_back, NOT_WHOLE)


def _write_rows(work: Work) -> None:
    batch = work.batch
    with work.step():
        people, tags = practitioners(), known_tags()
        left = set(ImportFault.objects.filter(batch=batch).values_list("row", flat=True))
    headings, rows = table(work)
    cleaner = Cleaner(headings, batch.answers, people, tags)
    wanted = (row for row in rows if row.number > batch.reached and row.number not in left)
    for chunk in batched((cleaner.read(row) for row in wanted), ROWS):
        with work.step():
            _write_chunk(work, chunk)
    end_writing(work)


def _write_chunk(work: Work, rows: Sequence[Cleaned]) -> None:
    """Write some rows in a step; whoever registers the same people meanwhile was before us. Raises NotWhole."""
    for left in reversed(range(TRIES)):
        late = dict(_late(rows))
        if late and work.batch.answers.get("whole"):
            raise NotWhole
        good = [(row.number, key_of(work.batch, row.number), row.values) for row in rows if row.number not in late]
        try:
            with transaction.atomic():
                create_patients(work.by, [(key, values) for _, key, values in good])
            break
        except IntegrityError:
            if not left:
                raise
    _note(work, rows, late, [(number, key) for number, key, _ in good])


def _late(rows: Sequence[Cleaned]) -> Iterator[tuple[int, Verdict]]:
    """What stands against rows by now, though the check found nothing."""
    yield from compared([row for row in rows if not row.faults]).items()
    for row in rows:
        if row.faults:
            yield row.number, Verdict(False, "", row.faults[0].message)


def _note(work: Work, rows: Sequence[Cleaned], late: dict[int, Verdict], made: list[tuple[int, UUID]]) -> None:
    batch = work.batch
    ImportFault.objects.bulk_create(
        ImportFault(batch=batch, row=number, message=said.message[:500], is_here=said.is_here)
        for number, said in late.items()
    )
    records = (ImportedRecord(batch=batch, row=number, record_id=key) for number, key in made)
    copy_records(records, [field for field in ImportedRecord._meta.concrete_fields if not field.primary_key])
    here = sum(said.is_here for said in late.values())
    note(
        batch, reached=rows[-1].number, created=batch.created + len(made), good=batch.good - len(late),
        here=batch.here + here, faulty=batch.faulty + len(late) - here,
    )  # fmt: skip


def key_of(batch: ImportBatch, row: int) -> UUID:
    """The key of the patient that a row becomes."""
    return uuid5(batch.pk, str(row))
