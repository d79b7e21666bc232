"""Two at once: a change and another, a worker and whoever switches off, two workers."""

from datetime import timedelta

import pytest
from django.db import transaction

from clinic.audit.seals import seal_trail
from clinic.tenancy.work import due
from clinic.webhooks import actions, delivering
from clinic.webhooks.hearing import hear
from clinic.webhooks.models import Delivery, Event
from tests.side_by_side import holds_lock, overlap
from tests.webhooks.conftest import BY, rename
from tests.world import make_patient


@pytest.fixture
def committed(woodside, in_woodside, receiver):
    """A webhook that others see, of which something waits in the trail."""
    with in_woodside():
        webhook = actions.create_webhook(by=BY, name="Receiver", url=receiver.url, events=Event.values).webhook
        patient = make_patient()
    rename(woodside, patient.pk)
    with in_woodside():
        seal_trail()
    yield webhook
    with in_woodside():
        actions.Webhook.objects.all().delete()


def waiting(in_woodside):
    with in_woodside():
        return list(Delivery.objects.values_list("state", flat=True))


@holds_lock("webhooks.actions._locked")
def test_second_change_of_one_version_is_refused(in_woodside, committed):
    both = overlap(
        in_woodside,
        lambda: actions.change_webhook(by=BY, id=committed.pk, version=1, name="First"),
        lambda: actions.change_webhook(by=BY, id=committed.pk, version=1, name="Second"),
    )
    assert both.refusal == "Changed"


@holds_lock("webhooks.hearing.hear")
def test_nothing_is_queued_for_a_webhook_that_is_being_switched_off(in_woodside, committed):
    overlap(in_woodside, lambda: actions.switch_off(by=BY, id=committed.pk), hear)
    assert waiting(in_woodside) == []


@holds_lock("webhooks.delivering._send_next")
def test_nothing_is_sent_to_a_webhook_that_is_being_switched_off(woodside, in_woodside, receiver, committed):
    with in_woodside():
        hear()
    overlap(
        in_woodside,
        lambda: actions.switch_off(by=BY, id=committed.pk),
        lambda: delivering._send_next(woodside.clinic, committed.pk),
    )
    assert (receiver.received, waiting(in_woodside)) == ([], ["dropped"])


def test_switching_off_waits_for_what_is_being_sent(woodside, in_woodside, receiver, committed):
    with in_woodside():
        hear()
    both = overlap(
        in_woodside,
        lambda: delivering._send_next(woodside.clinic, committed.pk),
        lambda: actions.switch_off(by=BY, id=committed.pk),
    )
    assert (both.waited, len(receiver.received), waiting(in_woodside)) == (True, 1, ["delivered"])


@holds_lock("tenancy.work.due._take")
def test_one_of_two_workers_has_a_clinic(committed):
    moment = committed.created_at + timedelta(hours=1)
    take = lambda: due._take(delivering.WORK, moment, timedelta(hours=2))  # noqa: E731
    both = overlap(transaction.atomic, take, take)
    assert (both.first is not None, both.second) == (True, None)
