"""What webhooks are told of: the trail, which every change writes in its own transaction, is where it is taken from.

The sealer's numbers are the order of commits, and an event that is seen later never gets a lower one. So each webhook
keeps the number up to which it has heard, and nothing is told twice or lost, whatever is killed meanwhile.
"""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from clinic.assessments.models.alerts import Alert
from clinic.audit.models import AuditEvent
from clinic.audit.seals import RESTORED, highest_number
from clinic.webhooks.actions import drop_waiting
from clinic.webhooks.models import Delivery, Event, OffWhy, Webhook

BATCH = 1000
ALERT = Alert.trail_name
# Actions of the trail by the event that they are; everything that changed a patient is one.
EVENTS = {
    "assessment.created": Event.ASSESSMENT_COMPLETED,
    "assessment.completed": Event.ASSESSMENT_COMPLETED,
    "alert.raised": Event.ALERT_RAISED,
    "alert.raised_again": Event.ALERT_RAISED,
    "request.completed": Event.REQUEST_ANSWERED,
}
KINDS = {"patient": "Patient", "assessment": "Assessment", ALERT: "Alert", "answerrequest": "Request"}


def event_of(happened: AuditEvent) -> Event | None:
    """What an event of the trail is to webhooks. An assessment that was recorded as a draft is not completed."""
    if happened.record_type == "patient":
        return Event.PATIENT_CHANGED
    found = EVENTS.get(happened.action)
    status = happened.changes.get("status", [None, "completed"])[1]
    return None if found == Event.ASSESSMENT_COMPLETED and status != "completed" else found


@transaction.atomic
def hear() -> list[Webhook]:
    """Write down for every webhook of the active clinic what it is to be told of what happened since it last heard.

    A backup may bring back one that was deleted since, or a secret that was ended: what was put back from one is
    switched off, until somebody has looked. These are returned.
    """
    up_to, brought_back = highest_number(), []
    for webhook in Webhook.objects.active().filter(number__lt=up_to).select_for_update(no_key=True).order_by("pk"):
        restored = AuditEvent.objects.filter(action=RESTORED, number__gt=webhook.number, number__lte=up_to)
        if restored.exists():
            brought_back.append(_switched_off(webhook))
            continue
        while webhook.number < up_to:
            _hear_some(webhook, up_to)
        Webhook.objects.filter(pk=webhook.pk).update(number=up_to)
    return brought_back


def _switched_off(webhook: Webhook) -> Webhook:
    webhook.off_at, webhook.off_why = timezone.now(), OffWhy.RESTORED
    webhook.version += 1
    webhook.save(update_fields=["off_at", "off_why", "version"])
    drop_waiting(webhook)
    return webhook


def _hear_some(webhook: Webhook, up_to: int) -> None:
    rows = AuditEvent.objects.filter(number__gt=webhook.number, number__lte=up_to, record_type__in=KINDS)
    events = list(rows.filter(is_reading=False, record_id__isnull=False).order_by("number")[:BATCH])
    webhook.number = events[-1].number or up_to if len(events) == BATCH else up_to
    fresh = [each for each in events if each.at >= webhook.since]
    told = [(each, event) for each in fresh if (event := event_of(each)) is not None and event in webhook.events]
    Delivery.objects.bulk_create(_deliveries(webhook, told), ignore_conflicts=True)


def _deliveries(webhook: Webhook, told: Sequence[tuple[AuditEvent, Event]]) -> Iterable[Delivery]:
    alerts = [happened.record_id for happened, event in told if event == Event.ALERT_RAISED and happened.record_id]
    assessments = dict(Alert.objects.filter(pk__in=alerts).values_list("pk", "assessment_id")) if alerts else {}
    now = timezone.now()
    for happened, event in told:
        yield Delivery(
            webhook=webhook,
            number=happened.number or 0,
            event=event,
            record_id=_in_order_with(happened, assessments),
            data=ids_of(happened),
            at=happened.at,
            next_at=now,
        )


def _in_order_with(happened: AuditEvent, assessments: dict[UUID, UUID]) -> UUID:
    """The record whose events are told in order: the patient, or the assessment that an alert or a link is about."""
    key = UUID(str(happened.record_id))
    if happened.record_type == ALERT:
        return assessments.get(key, key)
    answered = happened.changes.get("assessment") if happened.record_type == "answerrequest" else None
    return UUID(answered[1]) if answered else key


def ids_of(happened: AuditEvent) -> dict[str, Any]:
    """What is told: the same ids and names that `/api/v1/changes/` has, and no more."""
    return {
        "kind": KINDS[happened.record_type],
        "id": str(happened.record_id),
        "patient": str(happened.patient_id) if happened.patient_id else None,
        "action": happened.action.rpartition(".")[2],
    }
