"""The transactions of an import's work: those of a worker that has its job, or of somebody at the command line."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import NamedTuple

from clinic.audit.actions import By
from clinic.imports.models import ImportBatch
from clinic.lists.models import Job
from clinic.lists.running import check_allowed, turn
from clinic.tenancy.models import Clinic
from clinic.tenancy.scope import clinic_scope

ROWS = 2000  # of a transaction


class Work(NamedTuple):
    """An import that is being worked at: whose it is, and `step`, which opens one transaction of it."""

    clinic: Clinic
    batch: ImportBatch
    by: By
    step: Callable[[], AbstractContextManager[None]]


def of_job(clinic: Clinic, job: Job) -> Work:
    """The import that a job is about. Whoever began it may still do so, asked in every step."""

    @contextmanager
    def step() -> Iterator[None]:
        with turn(clinic, job):
            check_allowed(clinic, job)
            yield

    with step():
        batch = ImportBatch.objects.get(pk=job.parameters["batch"])
    return Work(clinic, batch, job.by, step)


def of_operator(clinic: Clinic, batch: ImportBatch, by: By) -> Work:
    """The same at the command line, where nobody else has it."""
    return Work(clinic, batch, by, lambda: clinic_scope(clinic))


def note(batch: ImportBatch, **fields: object) -> None:
    """Save fields of the import, in a step of it."""
    for name, value in fields.items():
        setattr(batch, name, value)
    batch.save(update_fields=list(fields))
