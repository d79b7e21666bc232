"""Taking a file of assessments back: what nobody has touched since goes, what somebody has stays and says why."""

from collections.abc import Iterator
from uuid import UUID

from django.db import connection

from clinic.assessments.models import Assessment
from clinic.assessments.models.alerts import Alert
from clinic.assessments.models.reviews import Review
from clinic.assessments.questionnaire.bringing import lock_patients
from clinic.assessments.record.latest_results import keep_latest_results
from clinic.audit.actions import event
from clinic.imports.models import ImportedRecord
from clinic.imports.work.creating import copy_events
from clinic.imports.work.stages import end_undoing, references_to, remove_in_steps
from clinic.imports.work.steps import Work, note, of_job
from clinic.imports.work.undoing import CHANGED, USED
from clinic.lists.models import Job
from clinic.tenancy.models import Clinic

ROWS = 200
REMOVE = "SELECT remove_imported_assessments(%s::uuid[]) FROM imports_importbatch WHERE id = %s"


def undo(clinic: Clinic, job: Job) -> None:
    """The worker's: take a written file back."""
    work = of_job(clinic, job)
    take_back(work)
    end_undoing(work)


def take_back(work: Work) -> None:
    """Remove what the file brought, some hundred in a step, as far as nobody has changed or used it."""
    remove_in_steps(work, _remove, ROWS)


def _remove(work: Work, keys: list[UUID]) -> None:
    lock_patients(Assessment.objects.filter(pk__in=keys).values_list("patient", flat=True))
    patients = dict(Assessment.objects.filter(pk__in=keys).values_list("pk", "patient"))
    used = set(_used(keys))
    with connection.cursor() as cursor:
        cursor.execute(REMOVE, [[str(key) for key in keys if key not in used], work.batch.pk])
        removed = [key for (key,) in cursor.fetchall()]
    copy_events(
        event("assessment.removed", by=work.by, record_type="assessment", record_id=key, patient_id=patients[key])
        for key in removed
    )
    for patient in sorted({patients[key] for key in removed}):
        keep_latest_results(patient, by=work.by)
    rows = ImportedRecord.objects.filter(batch=work.batch)
    rows.filter(record_id__in=removed).update(is_removed=True)
    rows.filter(record_id__in=used).update(reason=USED)
    rows.filter(record_id__in=set(keys) - used - set(removed)).update(reason=CHANGED)
    note(work.batch, removed=work.batch.removed + len(removed))


def _used(keys: list[UUID]) -> Iterator[UUID]:
    """The assessments that something of the record refers to, but for what came with them and nobody has looked at."""
    for field in references_to(Assessment):
        rows = field.model._base_manager.filter(**{f"{field.name}__in": keys})
        if field.model is Alert:
            rows = rows.exclude(acknowledged_at=None)
        elif field.model is Review:
            rows = rows.exclude(reviewed_at=None)
        yield from rows.values_list(field.attname, flat=True).distinct()
