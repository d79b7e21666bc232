"""Reading the trail."""

from datetime import timedelta
from uuid import UUID

from django.utils import timezone
from django.utils.timesince import timesince

from clinic.audit.models import AuditEvent


def last_change(record_id: UUID) -> AuditEvent | None:
    """The newest event that changed a record."""
    return AuditEvent.objects.filter(record_id=record_id, is_reading=False).order_by("-id").first()


def changed_by(record_id: UUID) -> str:
    """Who changed a record last and how long ago, as a sentence; empty for one without a trail."""
    event = last_change(record_id)
    if event is None:
        return ""
    recent = timezone.now() - event.at < timedelta(minutes=1)
    return f"Changed by {event.actor_name}, {'just now' if recent else timesince(event.at, depth=1) + ' ago'}"


def was_shown(actor_id: str, patient_id: UUID, *, within: timedelta) -> bool:
    """Whether somebody was shown something of a patient just now."""
    since = timezone.now() - within
    return AuditEvent.objects.filter(patient_id=patient_id, at__gte=since, actor_id=actor_id, is_reading=True).exists()


LOOKED_BACK = 100  # how many accesses are read to find the few records that differ


def last_opened(actor_id: str, record_type: str, count: int) -> list[UUID]:
    """The records of a type that somebody opened last, the newest first, each once; `count` at most."""
    rows = AuditEvent.objects.filter(actor_id=actor_id, action=f"{record_type}.viewed").order_by("-id")
    opened = dict.fromkeys(key for key in rows.values_list("record_id", flat=True)[:LOOKED_BACK] if key is not None)
    return list(opened)[:count]
