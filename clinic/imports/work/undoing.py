"""Taking a file back: what nobody has touched since goes, what somebody has stays and says why."""

from collections.abc import Iterable, Iterator
from uuid import UUID

from django.db import connection, models

from clinic.audit.actions import event
from clinic.imports.models import ImportedRecord
from clinic.imports.work.creating import copy_events
from clinic.imports.work.stages import end_undoing, references_to, remove_in_steps
from clinic.imports.work.steps import ROWS, Work, note, of_job
from clinic.lists.models import Job
from clinic.patients.models import DuplicatePair, Patient
from clinic.tenancy.models import Clinic

CHANGED = "It was changed since."
USED = "Something was noted about it since."
REMOVE = "SELECT remove_imported_patients(%s::uuid[]) FROM imports_importbatch WHERE id = %s"


def undo(clinic: Clinic, job: Job) -> None:
    """The worker's: take a written file back."""
    work = of_job(clinic, job)
    take_back(work)
    end_undoing(work)


def take_back(work: Work) -> None:
    """Remove what the file brought, some thousand in a step, as far as nobody has changed or used it."""
    remove_in_steps(work, _remove, ROWS)


def _remove(work: Work, keys: list[UUID]) -> None:
    used = set(_used(keys))
    free = Patient.objects.filter(pk__in=set(keys) - used, version=1).values_list("pk", flat=True)
    _open_pairs(list(free)).delete()
    with connection.cursor() as cursor:
        cursor.execute(REMOVE, [[str(key) for key in keys if key not in used], work.batch.pk])
        removed = [key for (key,) in cursor.fetchall()]
    copy_events(
        event("patient.removed", by=work.by, record_type="patient", record_id=key, patient_id=key) for key in removed
    )
    rows = ImportedRecord.objects.filter(batch=work.batch)
    rows.filter(record_id__in=removed).update(is_removed=True)
    rows.filter(record_id__in=used).update(reason=USED)
    rows.filter(record_id__in=set(keys) - used - set(removed)).update(reason=CHANGED)
    note(work.batch, removed=work.batch.removed + len(removed))


def _open_pairs(keys: Iterable[UUID]) -> "models.QuerySet[DuplicatePair]":
    """What the matcher found by itself, of which nobody has said anything."""
    return DuplicatePair.objects.filter(models.Q(first__in=keys) | models.Q(second__in=keys), refused_at=None)


def _used(keys: Iterable[UUID]) -> Iterator[UUID]:
    """The patients that something of the record refers to."""
    for field in references_to(Patient):
        rows = field.model._base_manager.filter(**{f"{field.name}__in": keys})
        if field.model is DuplicatePair:
            rows = rows.exclude(refused_at=None)
        yield from rows.values_list(field.attname, flat=True).distinct()
