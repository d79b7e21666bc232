"""Reading the trail."""

from datetime import timedelta
from uuid import UUID

from django.utils import timezone
from django.utils.timesince import timesince

from clinic.audit.models import AuditEvent


def last_change(record_id: UUID) -> AuditEvent | None:
    """The newest event about a record."""
    return AuditEvent.objects.filter(record_id=record_id).order_by("-id").first()


def changed_by(record_id: UUID) -> str:
    """Who changed a record last and how long ago, as a sentence; empty for one without a trail."""
    event = last_change(record_id)
    if event is None:
        return ""
    recent = timezone.now() - event.at < timedelta(minutes=1)
    return f"Changed by {event.actor_name}, {'just now' if recent else timesince(event.at, depth=1) + ' ago'}"
