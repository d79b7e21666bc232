"""A webhook of Riverside whose receiver is on this machine."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from types import SimpleNamespace
from uuid import UUID, uuid4

import pytest
from django.utils import timezone

from clinic.patients.actions import update_patient
from clinic.tenancy.scope import clinic_scope
from clinic.webhooks import actions
from clinic.webhooks.delivering import deliver_in
from clinic.webhooks.models import Delivery, Event, Webhook
from tests.webhooks.receiver import Receiver
from tests.world import World, Writer, make_patient

BY = Writer()


@pytest.fixture
def receiver(settings) -> Iterator[Receiver]:
    with Receiver() as made:
        settings.WEBHOOK_HOSTS_INSIDE = {made.host}
        yield made


def make_webhook(world: World, url: str, *events: str) -> SimpleNamespace:
    """A webhook with its secret, and what tests do with it."""
    with clinic_scope(world.clinic):
        issued = actions.create_webhook(by=BY, name="Receiver", url=url, events=events or Event.values)
    return SimpleNamespace(pk=issued.webhook.pk, secret=issued.secret, clinic=world.clinic)


@pytest.fixture
def webhook(riverside, receiver) -> SimpleNamespace:
    return make_webhook(riverside, receiver.url)


def rename(world: World, patient: UUID) -> None:
    with clinic_scope(world.clinic):
        update_patient(by=BY, id=patient, version=None, full_name=f"Renamed {uuid4().hex[:8]}")


@pytest.fixture
def renamed(riverside) -> Callable[..., str]:
    """A function that renames a patient, or a new one; the patient's id."""

    def made(patient: str | None = None) -> str:
        with clinic_scope(riverside.clinic):
            key = UUID(patient) if patient else make_patient().pk
        rename(riverside, key)
        return str(key)

    return made


def deliver(webhook: SimpleNamespace) -> bool:
    return deliver_in(webhook.clinic)


def row(webhook: SimpleNamespace) -> Webhook:
    with clinic_scope(webhook.clinic):
        return Webhook.objects.get(pk=webhook.pk)


def deliveries(webhook: SimpleNamespace) -> list[Delivery]:
    with clinic_scope(webhook.clinic):
        return list(Delivery.objects.filter(webhook=webhook.pk).order_by("number"))


def later(webhook: SimpleNamespace, ago: timedelta = timedelta(days=2)) -> None:
    """As if so much time had gone by: what waits for its next try is due."""
    with clinic_scope(webhook.clinic):
        for waiting in Delivery.objects.filter(webhook=webhook.pk, next_at__isnull=False):
            Delivery.objects.filter(pk=waiting.pk).update(next_at=waiting.next_at - ago)
        Webhook.objects.filter(pk=webhook.pk, paused_until__gt=timezone.now() - ago).update(paused_until=None)
        for failing in Webhook.objects.filter(pk=webhook.pk, failing_since__isnull=False):
            Webhook.objects.filter(pk=failing.pk).update(failing_since=failing.failing_since - ago)
