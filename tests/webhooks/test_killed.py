"""A worker that is killed between sending and noting: what it had sent is sent again, and nothing is lost."""

import signal

import pytest
from django.utils import timezone

from clinic.audit.seals import seal_trail
from clinic.tenancy.models import DueWork
from clinic.webhooks import actions
from clinic.webhooks.hearing import hear
from clinic.webhooks.models import Delivery
from tests.committed import administer
from tests.patience import wait_until
from tests.side_by_side import backend, waiters
from tests.webhooks.conftest import BY, rename
from tests.worker_process import ITS_CONNECTIONS, workers
from tests.world import make_patient


@pytest.fixture
def start(tmp_path, woodside, receiver):
    """A function that starts a worker which looks at once for what webhooks are to be told."""
    with workers(tmp_path) as started:

        def made():
            DueWork.objects.using("owner").update(due_at=timezone.now())
            return started(WEBHOOK_HOSTS_INSIDE=receiver.host)

        yield made


@pytest.fixture
def queued(woodside, in_woodside, receiver):
    """Three changes of one patient, and one of another, that wait to be told."""
    with in_woodside():
        actions.create_webhook(by=BY, name="Receiver", url=receiver.url, events=["patient.changed"])
        patients = [make_patient().pk for _ in range(2)]
    for patient in (patients[0], patients[1], patients[0], patients[0]):
        rename(woodside, patient)
    with in_woodside():
        seal_trail()
    with in_woodside():
        hear()
        waiting = list(Delivery.objects.order_by("number"))
    yield waiting
    with in_woodside():
        actions.Webhook.objects.all().delete()


def outcomes(in_woodside):
    with in_woodside():
        return list(Delivery.objects.order_by("number").values_list("state", "tries"))


def test_what_a_killed_worker_had_sent_is_sent_again_and_nothing_is_lost(in_woodside, receiver, queued, start):
    first = start()
    with in_woodside():
        Delivery.objects.select_for_update().get(pk=queued[0].pk)
        holder = backend()
        wait_until(lambda: receiver.received and waiters(holder))  # it was sent and accepted, and cannot be noted
        first.end(signal.SIGKILL)
    wait_until(lambda: administer(f"SELECT count(*) {ITS_CONNECTIONS}") == [(0,)])
    left = outcomes(in_woodside)
    second = start()
    wait_until(lambda: {state for state, _ in outcomes(in_woodside)} == {"delivered"})
    assert (left, outcomes(in_woodside)) == ([("waiting", 0)] * 4, [("delivered", 1)] * 4)
    ids = [each.headers["webhook-id"] for each in receiver.received]
    assert ids[0] == ids[1]
    assert ids[1:] == [f"msg_{each.pk.hex}" for each in queued]
    assert second.end() == 0
