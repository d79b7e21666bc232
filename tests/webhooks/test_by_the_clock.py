"""When a webhook is tried again, until when a secret signs, and what is forgotten: by the clock."""

import pytest

from clinic.tenancy.scope import clinic_scope
from clinic.webhooks import actions
from clinic.webhooks.delivering import KEPT, deliver_due, remove_old
from tests.clock import in_one_zone
from tests.sealing import seals
from tests.webhooks.conftest import BY, deliveries, make_webhook, row
from tests.webhooks.receiver import status

pytestmark = seals


@in_one_zone
@pytest.mark.clock(
    "clinic/tenancy/work/due.py:look_soon",
    "clinic/tenancy/work/due.py:take_each",
    "clinic/tenancy/work/due.py:_take",
    "clinic/webhooks/hearing.py:_deliveries",
    "clinic/webhooks/delivering.py:_send_next",
    "clinic/webhooks/delivering.py:next_of",
    "clinic/webhooks/delivering.py:_note",
    "clinic/webhooks/delivering.py:_note_failure",
)
def test_delivery_is_tried_again_when_its_pause_is_over(clock, riverside, receiver, renamed):
    make_webhook(riverside, receiver.url)
    renamed()
    receiver.behaviours = [status(500), status(500)]
    tried = []
    for seconds in (0, 4, 20, 200, 140):
        clock.move(seconds=seconds)
        deliver_due()
        tried.append(len(receiver.received))
    assert tried == [1, 1, 2, 2, 3]


@in_one_zone
@pytest.mark.clock("clinic/webhooks/actions.py:rotate_secret", "clinic/webhooks/models.py:Webhook.has_earlier")
def test_earlier_secret_signs_for_a_week(clock, riverside, receiver):
    webhook = make_webhook(riverside, receiver.url)
    with clinic_scope(riverside.clinic):
        actions.rotate_secret(by=BY, id=webhook.pk)
    clock.move(days=7, seconds=-1)
    before = row(webhook).has_earlier
    clock.move(seconds=1)
    assert (before, row(webhook).has_earlier) == (True, False)


@in_one_zone
@pytest.mark.clock(
    "clinic/webhooks/actions.py:switch_off",
    "clinic/webhooks/actions.py:switch_on",
    "clinic/webhooks/actions.py:redeliver",
    "clinic/webhooks/delivering.py:remove_old",
    "clinic/tenancy/work/due.py:put_off",
)
def test_clinic_without_a_webhook_that_is_on_is_left_alone_until_one_is(clock, riverside, receiver, renamed):
    webhook = make_webhook(riverside, receiver.url)
    renamed()
    deliver_due()
    with clinic_scope(riverside.clinic):
        actions.switch_off(by=BY, id=webhook.pk)
    clock.move(minutes=1)
    deliver_due()
    with clinic_scope(riverside.clinic):
        actions.switch_on(by=BY, id=webhook.pk)
        actions.redeliver(by=BY, id=webhook.pk, delivery=deliveries(webhook)[0].pk)
    deliver_due()
    assert len(receiver.received) == 2
    clock.move(days=KEPT.days, minutes=-2)
    with clinic_scope(riverside.clinic):
        remove_old()
    kept = len(deliveries(webhook))
    clock.move(minutes=3)
    with clinic_scope(riverside.clinic):
        remove_old()
    assert (kept, deliveries(webhook)) == (1, [])
