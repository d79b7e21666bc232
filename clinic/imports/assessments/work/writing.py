"""The questionnaires of a checked file as assessments: some hundred in a transaction, which notes how far it came.

As with patients, whoever takes the work up begins after the last row that is noted, and the key of an assessment
follows from the file and the row. The patients of a transaction are locked before it compares, so that of two files
that have the same questionnaire the second finds it there.
"""

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import batched, chain

from clinic.assessments.questionnaire.bringing import bring_in, lock_patients
from clinic.imports.assessments.questionnaires import Questionnaire
from clinic.imports.assessments.work.checking import named_practitioners, reader_of
from clinic.imports.assessments.work.comparing import Compared, compared
from clinic.imports.assessments.work.undoing import take_back
from clinic.imports.models import ImportedRecord, ImportFault
from clinic.imports.work.checking import table
from clinic.imports.work.stages import NotWhole, end_writing, write_or_take_back
from clinic.imports.work.steps import Work, note, of_job
from clinic.imports.work.writing import key_of
from clinic.lists.models import Job
from clinic.tenancy.models import Clinic

ROWS = 200  # questionnaires of a transaction: each patient of them is locked as long as it takes
NOT_WHOLE = (
    "Since the check something changed in the record that a row of this file stands against, so nothing of the file "
    "was kept. Check it again to see which row that is."
)


def write(clinic: Clinic, job: Job) -> None:
    """The worker's: as `run`."""
    run(of_job(clinic, job))


def run(work: Work) -> None:
    """Write what the check found good, or all of the file's or none. Raises StoppedWork."""
    write_or_take_back(work, _write_all, take_back, NOT_WHOLE)


def _write_all(work: Work) -> None:
    batch = work.batch
    with work.step():
        people = named_practitioners()
        left = set(ImportFault.objects.filter(batch=batch).values_list("row", flat=True))
    behind = (row for row in table(work).rows if row.number > batch.reached)
    read = (row for row in reader_of(work, people).over(behind) if left.isdisjoint(row.rows))
    for chunk in batched(read, ROWS):
        with work.step():
            write_rows(work, chunk)
    end_writing(work)


def write_rows(work: Work, rows: Sequence[Questionnaire]) -> None:
    """Write some questionnaires in a step, but for those that somebody was before us with. Raises NotWhole."""
    key = partial(key_of, work.batch)
    before = compared(rows, key)
    lock_patients(brought.patient.pk for _, brought in before.good)
    found = compared([row for row, _ in before.good], key)
    late = Compared(found.good, before.here | found.here, before.faulty | found.faulty)
    if len(late.good) < len(rows) and work.batch.answers.get("whole"):
        raise NotWhole
    bring_in(by=work.by, rows=[brought for _, brought in late.good])
    _note(work, rows, late)


def _note(work: Work, rows: Sequence[Questionnaire], late: Compared) -> None:
    batch, made = work.batch, late.good
    ImportFault.objects.bulk_create(chain(_here(work, late), _wrong(work, late)))
    ImportedRecord.objects.bulk_create(
        ImportedRecord(batch=batch, row=row.number, record_id=brought.id) for row, brought in made
    )
    note(
        batch, reached=rows[-1].rows[-1], created=batch.created + len(made),
        good=batch.good - len(late.here) - len(late.faulty), here=batch.here + len(late.here),
        faulty=batch.faulty + len(late.faulty),
    )  # fmt: skip


def _here(work: Work, late: Compared) -> Iterator[ImportFault]:
    for row, said in late.here.items():
        yield ImportFault(batch=work.batch, row=row, message=said[:500], is_here=True)


def _wrong(work: Work, late: Compared) -> Iterator[ImportFault]:
    for faults in late.faulty.values():
        for each in faults:
            yield ImportFault(batch=work.batch, row=each.row, column=each.column, message=each.message[:500])
