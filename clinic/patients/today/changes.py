"""What colleagues, patients and programs changed of somebody's own patients since they were here before."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Func, JSONField, OuterRef, Subquery

from clinic.audit.models import AuditEvent
from clinic.lists.reading.together import Part
from clinic.patients.models import DISPLAYED, Patient

SHOWN = 5
MOST_READ = 40  # changes, to find the patients that they are of


class Change(NamedTuple):
    """The last change of a patient's record, or of what belongs to it, by somebody else."""

    patient: Patient
    by: str
    at: datetime


def parts_of_changes(person: UUID) -> dict[str, Part]:
    """What is read to tell somebody of changes of their own patients by others.

    Somebody was here before when they signed in before this time: their sign-ins are in the trail.
    """
    sign_ins = AuditEvent.objects.filter(actor_id=str(person), action="account.signed_in").order_by("-id")
    mine = Patient.objects.active().filter(user=person)
    names = mine.filter(pk=OuterRef("patient_id")).values(
        names=Func(*DISPLAYED, function="jsonb_build_array", output_field=JSONField())
    )
    since = Subquery(sign_ins.values("at")[1:2])
    events = AuditEvent.objects.filter(at__gt=since, is_reading=False, patient_id__in=mine.values("pk"))
    rows = events.exclude(actor_id=str(person)).annotate(names=Subquery(names)).order_by("-at", "-id")
    return {
        "before": Part(sign_ins[1:2], ("pk", "at")),
        "change": Part(rows[:MOST_READ], ("pk", "patient_id", "actor_name", "at", "names")),
    }


def changes_since(found: Mapping[str, list[Any]]) -> tuple[datetime | None, list[Change]]:
    """Since when, and the last change of each patient, newest first."""
    last: dict[UUID, Any] = {}
    for event in found.get("change", ()):
        last.setdefault(event.patient_id, event)
    changes = [
        Change(Patient(**dict(zip(DISPLAYED, event.names, strict=True))), event.actor_name, event.at)
        for event in list(last.values())[:SHOWN]
    ]
    return next((event.at for event in found.get("before", ())), None), changes
