"""By which secrets what is sent is signed, and how they are kept."""

from clinic.tenancy.scope import clinic_scope
from clinic.webhooks import actions, delivering
from tests.sealing import seals
from tests.webhooks.conftest import BY, deliver, deliveries, row
from tests.webhooks.verifying import verified

pytestmark = seals


def test_both_secrets_sign_for_a_time_and_then_the_new_one_alone(receiver, webhook, renamed):
    with clinic_scope(webhook.clinic):
        newer = actions.rotate_secret(by=BY, id=webhook.pk).secret
    renamed()
    deliver(webhook)
    both = receiver.received[0]
    assert verified(webhook.secret, both.headers, both.body) == verified(newer, both.headers, both.body) == both.told
    with clinic_scope(webhook.clinic):
        actions.end_earlier_secret(by=BY, id=webhook.pk)
    renamed()
    deliver(webhook)
    one = receiver.received[1]
    assert (verified(webhook.secret, one.headers, one.body), verified(newer, one.headers, one.body)) == (None, one.told)


def test_earlier_secret_ends_by_its_time(receiver, webhook, renamed):
    with clinic_scope(webhook.clinic):
        actions.rotate_secret(by=BY, id=webhook.pk)
        kept = actions.Webhook.objects.get(pk=webhook.pk)
        kept.earlier_until -= actions.EARLIER_LASTS
        kept.save()
    renamed()
    deliver(webhook)
    [got] = receiver.received
    assert verified(webhook.secret, got.headers, got.body) is None


def test_secret_is_kept_sealed(webhook):
    kept = row(webhook)
    assert (webhook.secret.startswith("whsec_"), webhook.secret[6:20] in kept.secret) == (True, False)


def test_secret_that_cannot_be_opened_sends_nothing(settings, receiver, webhook, renamed):
    renamed()
    settings.SECRET_KEY = "another key than the one that sealed it"
    deliver(webhook)
    assert (receiver.received, [each.why for each in deliveries(webhook)]) == ([], [delivering.UNSIGNED])
