"""The worker's part: what webhooks are to be told is sent, tried again, and given up.

Each is sent inside the transaction that notes what came of it, with the webhook's row locked. So a worker that is
killed leaves it waiting, for a webhook nothing overtakes, and once somebody has switched it off or ended a secret,
nothing that was not sent before goes out: they wait for what is being sent, for `PATIENCE` at most.
"""

import json
import time
from datetime import UTC, timedelta
from typing import Any
from uuid import UUID

from cryptography.fernet import InvalidToken
from django.db import connection
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from clinic.audit.seals import seal_trail
from clinic.tenancy.models import Clinic
from clinic.tenancy.scope import clinic_scope
from clinic.tenancy.work import due, turns
from clinic.webhooks.actions import WORK, drop_waiting
from clinic.webhooks.hearing import hear
from clinic.webhooks.mails import tell_owners
from clinic.webhooks.models import Delivery, DeliveryState, OffWhy, Webhook
from clinic.webhooks.sending import Answer, post
from clinic.webhooks.signing import opened, signature

EVERY = timedelta(seconds=10)
LONGEST_TURN, LONGEST_ROUND = 10.0, 30.0  # seconds that one webhook, and all of them, keep a worker
# After the first try, the second, ...: three days in all.
PAUSES = (
    *(timedelta(seconds=5), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2), timedelta(hours=5)),
    *(timedelta(hours=10), timedelta(hours=14), timedelta(hours=20), timedelta(hours=24)),
)
LONGEST_PAUSE = timedelta(minutes=10)  # of a webhook as a whole, where its receiver asks for none
KEPT = timedelta(days=30)
GONE = 410
UNSIGNED = "The server has forgotten the key of the secret: make another secret."


def deliver_due() -> None:
    """Send what is due, clinic by clinic."""
    ends_at = time.monotonic() + LONGEST_ROUND
    for taken in due.take_each(WORK, EVERY):
        turns.get_on()
        if not taken.clinic.is_closed and not deliver_in(taken.clinic):
            due.put_off(taken)
        if time.monotonic() > ends_at:
            return


def deliver_in(clinic: Clinic) -> bool:
    """Send what is due in one clinic; whether it has a webhook that is on."""
    with clinic_scope(clinic):
        keys = list(Webhook.objects.active().values_list("pk", flat=True))
    if not keys:
        return False
    with clinic_scope(clinic):
        seal_trail()
    with clinic_scope(clinic):
        brought_back = hear()
    for webhook in brought_back:
        tell_owners(clinic, webhook)
    for key in keys:
        _deliver_to(clinic, key)
    return True


def _deliver_to(clinic: Clinic, key: UUID) -> None:
    """Send what waits for one webhook, until it refuses or others have waited long enough."""
    ends_at = time.monotonic() + LONGEST_TURN
    while time.monotonic() < ends_at:
        turns.get_on()
        with clinic_scope(clinic):
            webhook, accepted = _send_next(clinic, key)
        if webhook is not None and not webhook.is_active:
            tell_owners(clinic, webhook)
        if not accepted:
            return


def _send_next(clinic: Clinic, key: UUID) -> tuple[Webhook | None, bool]:
    """Send the next delivery; the webhook, where one was due, and whether it was accepted."""
    now = timezone.now()
    free = Q(paused_until=None) | Q(paused_until__lte=now)
    rows = Webhook.objects.active().select_for_update(no_key=True, skip_locked=True)
    webhook = rows.filter(free, pk=key).first()
    delivery = next_of(webhook) if webhook is not None else None
    if webhook is None or delivery is None:
        return None, False
    answer = _send(clinic, webhook, delivery)
    _note(webhook, delivery, answer)
    return webhook, answer.accepted


def next_of(webhook: Webhook) -> Delivery | None:
    """The delivery that is due first, of a record of which no earlier one waits."""
    waiting = Delivery.objects.filter(webhook=webhook, state=DeliveryState.WAITING)
    earlier = waiting.filter(record_id=OuterRef("record_id"), number__lt=OuterRef("number"))
    ready = waiting.filter(~Exists(earlier), next_at__lte=timezone.now())
    return ready.order_by("next_at", "number").first()


def _send(clinic: Clinic, webhook: Webhook, delivery: Delivery) -> Answer:
    body = body_of(clinic, delivery)
    id, timestamp = f"msg_{delivery.pk.hex}", int(time.time())
    kept = [webhook.secret, *([webhook.earlier_secret] if webhook.has_earlier else [])]
    try:
        signed = " ".join(signature(opened(each), id, timestamp, body) for each in kept)
    except InvalidToken:
        return Answer(None, UNSIGNED)
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "clinic-webhooks/1",
        "webhook-id": id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": signed,
    }
    return post(webhook.url, headers, body)


def body_of(clinic: Clinic, delivery: Delivery) -> bytes:
    """Such as `{"type":"alert.raised","timestamp":"2026-03-01T09:30:00Z","data":{"clinic":"0d6c…","kind":…}}`."""
    at = delivery.at.astimezone(UTC).isoformat().replace("+00:00", "Z")
    told: dict[str, Any] = {
        "type": delivery.event,
        "timestamp": at,
        "data": {"clinic": str(clinic.pk), **delivery.data},
    }
    return json.dumps(told, separators=(",", ":")).encode()


def _note(webhook: Webhook, delivery: Delivery, answer: Answer) -> None:
    """Write down what came of a try, and when the next one is."""
    now = timezone.now()
    delivery.tries, delivery.tried_at = delivery.tries + 1, now
    delivery.answer, delivery.why, delivery.next_at = answer.status, answer.why, None
    if answer.accepted:
        delivery.state = DeliveryState.DELIVERED
        webhook.failing_since, webhook.failures, webhook.paused_until = None, 0, None
    else:
        _note_failure(webhook, delivery, answer)
    delivery.save(update_fields=["tries", "tried_at", "answer", "why", "next_at", "state"])
    webhook.save(update_fields=["failing_since", "failures", "paused_until", "off_at", "off_why"])
    if not webhook.is_active:
        drop_waiting(webhook)


def _note_failure(webhook: Webhook, delivery: Delivery, answer: Answer) -> None:
    """A webhook that accepted nothing for as long as a delivery is tried is switched off, and one that says it is gone.

    Whoever is down is asked less and less often, also where much waits, and whoever says when to come again not before.
    """
    now = timezone.now()
    webhook.failing_since, webhook.failures = webhook.failing_since or now, webhook.failures + 1
    pause = min(timedelta(seconds=5) * 4 ** min(webhook.failures - 1, 5), LONGEST_PAUSE)
    webhook.paused_until = now + max(pause, answer.pause)
    if delivery.tries <= len(PAUSES):
        delivery.next_at = now + max(pause_after(delivery), answer.pause)
    else:
        delivery.state = DeliveryState.GIVEN_UP
    if answer.status == GONE:
        webhook.off_at, webhook.off_why = now, OffWhy.GONE
    elif delivery.state == DeliveryState.GIVEN_UP and now - webhook.failing_since >= sum(PAUSES, timedelta()):
        webhook.off_at, webhook.off_why = now, OffWhy.FAILED


def pause_after(delivery: Delivery) -> timedelta:
    """How long after a try the next one is: up to a tenth longer, by the id, so that not all come at once."""
    return PAUSES[delivery.tries - 1] * (1 + delivery.pk.int % 1000 / 10_000)


def remove_old() -> None:
    """Forget old deliveries of the active clinic, and have its webhooks looked after, also where it was restored."""
    Delivery.objects.filter(at__lt=timezone.now() - KEPT).exclude(state=DeliveryState.WAITING).delete()
    if Webhook.objects.active().exists():
        due.look_soon(WORK, connection.clinic)  # type: ignore[attr-defined]
