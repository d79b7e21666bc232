"""A webhook that is off: because nothing was accepted for days, because it is gone, or because somebody said so."""

import pytest
from django.core import mail

from clinic.audit.actions import about
from clinic.audit.seals import RESTORED
from clinic.tenancy.scope import clinic_scope
from clinic.webhooks import actions
from clinic.webhooks.models import OffWhy
from tests.clock import in_one_zone
from tests.sealing import seals
from tests.webhooks.conftest import BY, deliver, deliveries, later, make_webhook, row
from tests.webhooks.receiver import status

pytestmark = seals


def test_webhook_that_accepts_nothing_for_days_is_switched_off_and_its_owners_told(
    riverside, receiver, webhook, renamed
):
    renamed()
    renamed()
    receiver.behaviours = [status(500) for _ in range(30)]
    for _ in range(25):
        deliver(webhook)
        later(webhook)
    kept = row(webhook)
    assert (kept.is_active, kept.off_why) == (False, OffWhy.FAILED)
    assert sorted({each.state for each in deliveries(webhook)}) == ["dropped", "given_up"]
    [told] = mail.outbox
    assert told.to == [riverside.owner.email]
    assert ("“Receiver”" in told.body, "127.0.0.1" in told.body) == (True, False)


def test_one_delivery_that_is_refused_switches_nothing_off(receiver, webhook, renamed):
    renamed()
    for _ in range(12):
        receiver.behaviours = [status(500)]
        deliver(webhook)
        renamed()
        later(webhook)
        deliver(webhook)
        later(webhook)
    assert row(webhook).is_active


def test_receiver_that_is_gone_is_told_nothing_more(receiver, webhook, renamed):
    renamed()
    renamed()
    receiver.behaviours = [status(410)]
    for _ in range(3):
        deliver(webhook)
        later(webhook)
    assert (row(webhook).off_why, len(receiver.received), len(mail.outbox)) == (OffWhy.GONE, 1, 1)


@pytest.mark.parametrize("end", ["switch_off", "delete_webhook"])
def test_nothing_is_sent_once_it_is_off_or_deleted(receiver, webhook, renamed, end):
    renamed()
    receiver.behaviours = [status(500)]
    deliver(webhook)
    renamed()
    with clinic_scope(webhook.clinic):
        getattr(actions, end)(by=BY, id=webhook.pk)
    for _ in range(3):
        deliver(webhook)
        later(webhook)
    assert len(receiver.received) == 1


def test_what_happened_while_it_was_off_is_not_told(receiver, webhook, renamed):
    with clinic_scope(webhook.clinic):
        actions.switch_off(by=BY, id=webhook.pk)
    renamed()
    with clinic_scope(webhook.clinic):
        actions.switch_on(by=BY, id=webhook.pk)
    patient = renamed()
    deliver(webhook)
    assert [each["data"]["id"] for each in receiver.told] == [patient]


@in_one_zone
@pytest.mark.clock("clinic/webhooks/hearing.py:_switched_off")
def test_what_a_backup_brought_back_is_told_nothing_until_somebody_has_looked(clock, riverside, receiver, renamed):
    webhook = make_webhook(riverside, receiver.url)
    renamed()
    receiver.behaviours = [status(500)]
    deliver(webhook)
    with clinic_scope(riverside.clinic):
        about(RESTORED, riverside.clinic, by=BY).save(force_insert=True)
    renamed()
    for _ in range(2):
        later(webhook)
        deliver(webhook)
    assert (row(webhook).off_why, len(receiver.received), len(mail.outbox)) == (OffWhy.RESTORED, 1, 1)
    assert "put back from a backup" in mail.outbox[0].body
