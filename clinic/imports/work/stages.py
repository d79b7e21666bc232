"""How a stage of the work begins and ends, whatever the rows of the file are."""

from collections.abc import Callable
from functools import cache
from uuid import UUID

from django.db import models
from django.utils import timezone

from clinic.audit.actions import record
from clinic.imports.files.rows import Unreadable
from clinic.imports.models import ImportedRecord, Stage
from clinic.imports.work.steps import Work, note
from clinic.lists.running import StoppedWork

Run = Callable[[Work], None]


class NotWhole(Exception):
    """A row of a file that is to be written whole cannot be."""


def check_for_job(work: Work, run: Run) -> None:
    """Run a check; raises StoppedWork for a file that cannot be read to its end, and notes why."""
    try:
        run(work)
    except Unreadable as error:
        with work.step():
            note(work.batch, stage=Stage.ASKING, found={"unreadable": str(error)})
        raise StoppedWork(str(error)) from error


def write_or_take_back(work: Work, write: Run, take_back: Run, said: str) -> None:
    """Write the good rows, or all of the file's or none. Raises StoppedWork with `said` where it came to none."""
    batch = work.batch
    try:
        if not batch.found.get("taking_back"):
            write(work)
            return
    except (NotWhole, Unreadable):
        with work.step():
            note(batch, found={**batch.found, "taking_back": True})
    take_back(work)
    with work.step():
        found = {**batch.found, "taking_back": False, "message": said}
        note(batch, stage=Stage.CHECKED, reached=0, created=0, removed=0, found=found)
    raise StoppedWork(said)


def end_writing(work: Work) -> None:
    batch = work.batch
    with work.step():
        note(batch, stage=Stage.WRITTEN, written_at=timezone.now())
        counts = {"rows": batch.rows, "created": batch.created, "here": batch.here, "faulty": batch.faulty}
        record("import.written", batch, by=work.by, changes=counts)


def remove_in_steps(work: Work, remove: Callable[[Work, list[UUID]], None], rows: int) -> None:
    """Have `remove` take back what the file brought, the last `rows` first, each some in a step."""
    while True:
        with work.step():
            left = ImportedRecord.objects.filter(batch=work.batch, is_removed=False, reason="")
            waiting = list(left.order_by("-row").values_list("record_id", flat=True)[:rows])
            if not waiting:
                return
            remove(work, waiting)


def end_undoing(work: Work) -> None:
    with work.step():
        note(work.batch, stage=Stage.UNDONE)
        left = work.batch.created - work.batch.removed
        record("import.undone", work.batch, by=work.by, changes={"removed": work.batch.removed, "left": left})


@cache
def references_to(model: type[models.Model]) -> "tuple[models.ForeignKey[models.Model, models.Model], ...]":
    """Every key of another table that leads to a record of the model."""
    found = model._meta.get_fields(include_hidden=True)
    relations = [field for field in found if isinstance(field, models.ManyToOneRel)]
    return tuple(relation.field for relation in relations)
