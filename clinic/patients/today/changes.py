"""What colleagues, patients and programs changed of somebody's own patients since they were here before."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from clinic.access import PRACTITIONER_ROLES, Request
from clinic.audit.models import AuditEvent
from clinic.patients.models import Patient

SHOWN = 5
MOST_READ = 40  # changes, to find the patients that they are of


class Change(NamedTuple):
    """The last change of a patient's record, or of what belongs to it, by somebody else."""

    patient: Patient
    by: str
    at: datetime


def changes_since(request: Request) -> tuple[datetime | None, list[Change]]:
    """Since when, and the last change of each patient, newest first; nothing for who cares for nobody.

    Somebody was here before when they signed in before this time: their sign-ins are in the trail.
    """
    since = _before(request.actor.id) if request.membership.role in PRACTITIONER_ROLES else None
    if since is None:
        return None, []
    mine = Patient.objects.active().filter(user=UUID(request.actor.id))
    events = AuditEvent.objects.filter(at__gt=since, is_reading=False, patient_id__in=mine.values("pk"))
    rows = events.exclude(actor_id=request.actor.id).order_by("-at", "-id").values("patient_id", "actor_name", "at")
    last: dict[UUID | None, tuple[str, datetime]] = {}
    for row in rows[:MOST_READ]:
        last.setdefault(row["patient_id"], (row["actor_name"], row["at"]))
    patients = mine.in_bulk(list(last)[:SHOWN]) if last else {}
    return since, [Change(patients[key], *told) for key, told in last.items() if key in patients]


def _before(actor: str) -> datetime | None:
    rows = AuditEvent.objects.filter(actor_id=actor, action="account.signed_in").order_by("-id")
    found: datetime | None = rows.values_list("at", flat=True)[1:2].first()
    return found
