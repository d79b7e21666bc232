"""What is done with the webhooks of a clinic: by its owners' pages and by programs alike."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

from django.db import connection, transaction
from django.utils import timezone

from clinic.audit.actions import By, is_conflict, record
from clinic.audit.seals import highest_number
from clinic.tenancy.work import due
from clinic.webhooks import signing
from clinic.webhooks.models import Delivery, DeliveryState, OffWhy, Webhook

WORK = "webhooks"
EARLIER_LASTS = timedelta(days=7)  # so long the secret before signs beside a new one
MOST = 20


class Refused(Exception):
    """Nothing was written; the message is for whoever asked."""


class TooMany(Refused):
    def __init__(self) -> None:
        super().__init__(f"A clinic has at most {MOST} webhooks. Delete one that nobody needs.")


class IsOff(Refused):
    def __init__(self) -> None:
        super().__init__("The webhook is off, and sends nothing. Switch it on first.")


class StillWaiting(Refused):
    def __init__(self) -> None:
        super().__init__("This waits to be sent already.")


class Changed(Exception):
    """Somebody changed the webhook meanwhile; `current` is how it is."""

    def __init__(self, current: Webhook) -> None:
        super().__init__("Somebody changed this webhook meanwhile.")
        self.current = current


@dataclass(frozen=True)
class Issued:
    """A webhook with the secret that was made for it, which is told only now; empty where it was made before."""

    webhook: Webhook
    secret: str


def _snapshot(webhook: Webhook) -> dict[str, Any]:
    """What the trail keeps: of the address the host alone, since the rest may open something."""
    return {"name": webhook.name, "host": urlsplit(webhook.url).hostname, "events": webhook.events}


def _look_soon() -> None:
    due.look_soon(WORK, connection.clinic)  # type: ignore[attr-defined]


@transaction.atomic
def create_webhook(*, by: By, name: str, url: str, events: Sequence[str], id: UUID | None = None) -> Issued:
    """A webhook that hears of what happens from now on. The same `id` makes one; raises TooMany."""
    found = Webhook.objects.filter(pk=id).first() if id is not None else None
    if found is not None:
        return Issued(found, "")
    if Webhook.objects.count() >= MOST:
        raise TooMany
    secret = signing.new_secret()
    webhook = Webhook(pk=id or uuid4(), name=name, url=url, events=list(events), secret=signing.sealed(secret))
    webhook.number = highest_number()
    webhook.save(force_insert=True)
    _look_soon()
    changes = {field: [None, value] for field, value in _snapshot(webhook).items()}
    record("webhook.created", webhook, by=by, changes=changes)
    return Issued(webhook, secret)


def _locked(id: UUID) -> Webhook:
    """The webhook, which nobody changes or sends to until this transaction ends; raises Webhook.DoesNotExist."""
    return Webhook.objects.select_for_update().get(pk=id)


@transaction.atomic
def change_webhook(*, by: By, id: UUID, version: int | None, **fields: Any) -> Webhook:
    """Change name, address or events. Raises Changed where it has another `version` by now (None: any)."""
    webhook = _locked(id)
    before, url = _snapshot(webhook), webhook.url
    for name, value in fields.items():
        setattr(webhook, name, value)
    changes = {name: [before[name], value] for name, value in _snapshot(webhook).items() if before[name] != value}
    if webhook.url != url:
        changes.setdefault("address", ["", "changed"])
    if is_conflict(version, webhook.version, changes):
        raise Changed(Webhook.objects.get(pk=id))
    if changes:
        webhook.version += 1
        webhook.failures, webhook.paused_until = 0, None
        webhook.save(update_fields=[*fields, "version", "failures", "paused_until"])
        record("webhook.changed", webhook, by=by, changes=changes)
    return webhook


@transaction.atomic
def rotate_secret(*, by: By, id: UUID, end_earlier: bool = False) -> Issued:
    """Make another secret. The one before signs beside it for a week, or with `end_earlier` no more."""
    webhook, secret, now = _locked(id), signing.new_secret(), timezone.now()
    webhook.earlier_secret = "" if end_earlier else webhook.secret
    webhook.earlier_until = None if end_earlier else now + EARLIER_LASTS
    webhook.secret, webhook.secret_since = signing.sealed(secret), now
    _save_secrets(webhook)
    record("webhook.secret_added", webhook, by=by, changes={"name": webhook.name})
    return Issued(webhook, secret)


@transaction.atomic
def end_earlier_secret(*, by: By, id: UUID) -> Webhook:
    """Sign by the newest secret only, from now on."""
    webhook = _locked(id)
    if webhook.has_earlier:
        webhook.earlier_secret, webhook.earlier_until = "", None
        _save_secrets(webhook)
        record("webhook.secret_ended", webhook, by=by, changes={"name": webhook.name})
    return webhook


def _save_secrets(webhook: Webhook) -> None:
    webhook.save(update_fields=["secret", "secret_since", "earlier_secret", "earlier_until"])


@transaction.atomic
def switch_off(*, by: By, id: UUID) -> Webhook:
    """Send nothing more, also not what was queued; one that is off stays as it is."""
    webhook = _locked(id)
    if webhook.is_active:
        webhook.off_at, webhook.off_why = timezone.now(), OffWhy.PERSON
        webhook.version += 1
        webhook.save(update_fields=["off_at", "off_why", "version"])
        drop_waiting(webhook)
        record("webhook.switched_off", webhook, by=by, changes={"name": webhook.name})
    return webhook


@transaction.atomic
def switch_on(*, by: By, id: UUID) -> Webhook:
    """Tell it of what happens from now on; one that is on stays as it is."""
    webhook = _locked(id)
    if not webhook.is_active:
        webhook.off_at, webhook.off_why = None, ""
        webhook.since, webhook.number = timezone.now(), highest_number()
        webhook.failing_since, webhook.failures, webhook.paused_until = None, 0, None
        webhook.version += 1
        webhook.save()
        _look_soon()
        record("webhook.switched_on", webhook, by=by, changes={"name": webhook.name})
    return webhook


@transaction.atomic
def delete_webhook(*, by: By, id: UUID) -> None:
    """Forget a webhook, its secrets and what was sent to it."""
    webhook = _locked(id)
    record("webhook.deleted", webhook, by=by, changes={"name": [webhook.name, None]})
    webhook.delete()


@transaction.atomic
def redeliver(*, by: By, id: UUID, delivery: UUID) -> Delivery:
    """Have something sent once more, under the id that it had. Raises IsOff, StillWaiting and Delivery.DoesNotExist."""
    webhook = _locked(id)
    found = Delivery.objects.get(pk=delivery, webhook=webhook)
    if not webhook.is_active:
        raise IsOff
    if not found.can_be_sent_again:
        raise StillWaiting
    found.state, found.tries, found.next_at = DeliveryState.WAITING, 0, timezone.now()
    found.save(update_fields=["state", "tries", "next_at"])
    _look_soon()
    record("webhook.sent_again", webhook, by=by, changes={"name": webhook.name, "delivery": str(found.pk)})
    return found


def drop_waiting(webhook: Webhook) -> None:
    """What was queued for a webhook that is off is never sent by itself."""
    waiting = Delivery.objects.filter(webhook=webhook, state=DeliveryState.WAITING)
    waiting.update(state=DeliveryState.DROPPED, next_at=None)
