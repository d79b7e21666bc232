"""Reading the trail."""

from uuid import UUID

from django.utils.timesince import timesince

from clinic.audit.models import AuditEvent


def changed_by(record_id: UUID) -> str:
    """Who changed a record last and how long ago, as a sentence; empty for one without a trail."""
    event = AuditEvent.objects.filter(record_id=record_id).order_by("-id").first()
    return f"Changed by {event.actor_name}, {timesince(event.at, depth=1)} ago" if event else ""
