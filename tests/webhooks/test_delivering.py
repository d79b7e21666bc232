"""What a webhook is told: each thing at least once, in order for a record, and nothing once it is off."""

import json
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from clinic.assessments.questionnaire.actions import complete_assessment, save_responses, start_assessment
from clinic.assessments.record.actions import create_assessment
from clinic.instruments import catalogue
from clinic.patients.actions import archive_patient
from clinic.tenancy.scope import clinic_scope
from clinic.webhooks import actions, delivering, sending
from clinic.webhooks.models import DeliveryState
from tests.sealing import seals
from tests.webhooks.conftest import BY, deliver, deliveries, later, make_webhook
from tests.webhooks.receiver import raw, status
from tests.webhooks.verifying import verified
from tests.world import make_patient

pytestmark = seals

STATES = DeliveryState


def states(webhook):
    return [(each.state, each.tries, each.answer) for each in deliveries(webhook)]


def test_change_is_told_by_ids_alone_and_signed(riverside, receiver, webhook, renamed):
    patient = renamed()
    assert deliver(webhook)
    [got] = receiver.received
    assert got.path == "/hooks?by=clinic"
    assert got.told == {
        "type": "patient.changed",
        "timestamp": got.told["timestamp"],
        "data": {
            "clinic": str(riverside.clinic.pk), "kind": "Patient", "id": patient, "patient": patient,
            "action": "changed",
        },
    }  # fmt: skip
    assert datetime.fromisoformat(got.told["timestamp"]).utcoffset() == timedelta(0)
    assert verified(webhook.secret, got.headers, got.body) == got.told
    assert states(webhook) == [("delivered", 1, 200)]


def test_nothing_is_told_twice_by_who_accepts(receiver, webhook, renamed):
    renamed()
    for _ in range(3):
        deliver(webhook)
    assert len(receiver.received) == 1


def test_what_happened_before_is_not_told(riverside, receiver, renamed):
    renamed()
    webhook = make_webhook(riverside, receiver.url)
    deliver(webhook)
    assert (receiver.received, deliveries(webhook)) == ([], [])


@pytest.fixture
def assessed(riverside):
    """A function that begins a PHQ-9 whose last item raises an alert, and completes it; the assessment."""

    def made():
        with clinic_scope(riverside.clinic):
            patient, definition = make_patient(), catalogue.find("phq-9")
            answers = dict.fromkeys((str(item) for item in range(1, 10)), Decimal(1))
            state = start_assessment(
                by=BY,
                definition=definition,
                patient=patient,
                user=patient.user,
                date=date(2026, 3, 1),
                answers={"9": Decimal(1)},
            )
            save_responses(by=BY, id=state.assessment.pk, answers=answers)
            return complete_assessment(by=BY, id=state.assessment.pk).assessment

    return made


def test_alert_and_completion_are_told_in_their_order_and_drafts_are_not(receiver, webhook, assessed):
    assessment = assessed()
    deliver(webhook)
    told = [(each["type"], each["data"]["kind"], each["data"]["action"]) for each in receiver.told]
    assert told == [("alert.raised", "Alert", "raised"), ("assessment.completed", "Assessment", "completed")]
    assert [each.record_id for each in deliveries(webhook)] == [assessment.pk, assessment.pk]


def test_completion_waits_for_the_alert_of_its_assessment(receiver, webhook, assessed):
    assessed()
    receiver.behaviours = [status(503)]
    deliver(webhook)
    later(webhook, timedelta(seconds=0))
    deliver(webhook)
    assert [each["type"] for each in receiver.told] == ["alert.raised"]


def test_free_assessment_is_completed_from_the_start(riverside, receiver, webhook):
    with clinic_scope(riverside.clinic):
        patient = make_patient()
        made = create_assessment(
            by=BY, patient=patient, user=patient.user, type="physical", date=date(2026, 3, 1), name="Walk"
        )
    deliver(webhook)
    told = [(each["type"], each["data"]["id"]) for each in receiver.told]
    assert told == [("assessment.completed", str(made.pk))]


@pytest.mark.parametrize(
    ("behaviour", "answer", "why"),
    [
        (status(500), 500, "It answered 500."),
        (status(404), 404, "It answered 404."),
        (
            status(302, "Location: http://127.0.0.1:9/\r\n"),
            302,
            "It answered with another address, which is not followed.",
        ),
        (raw(b"HELLO"), None, "What came back was no answer of HTTP."),
        (raw(b"\0" * 20_000), None, "What came back was no answer of HTTP."),
        (raw(b"HTTP/1.1 2"), None, "What came back was no answer of HTTP."),
        (raw(b""), None, "What came back was no answer of HTTP."),
        (raw(b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"), None, "What came back was no answer of HTTP."),
    ],
)
def test_whoever_refuses_or_lies_is_asked_again(receiver, webhook, renamed, behaviour, answer, why):
    renamed()
    receiver.behaviours = [behaviour]
    deliver(webhook)
    [waiting] = deliveries(webhook)
    assert (waiting.state, waiting.tries, waiting.answer, waiting.why) == ("waiting", 1, answer, why)
    deliver(webhook)
    assert len(receiver.received) == 1
    later(webhook)
    deliver(webhook)
    first, second = receiver.received
    assert (first.headers["webhook-id"], first.body) == (second.headers["webhook-id"], second.body)
    assert states(webhook) == [("delivered", 2, 200)]


def test_answer_after_an_early_one_counts(receiver, webhook, renamed):
    renamed()
    receiver.behaviours = [raw(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n")]
    deliver(webhook)
    assert states(webhook) == [("delivered", 1, 204)]


def test_whoever_never_answers_is_left_after_a_time(monkeypatch, receiver, webhook, renamed):
    monkeypatch.setattr(sending, "PATIENCE", 0.3)
    renamed()
    receiver.behaviours = [receiver.silent]
    deliver(webhook)
    assert [each.why for each in deliveries(webhook)] == ["No answer within 0 seconds."]


def test_whoever_answers_without_reading_has_accepted(receiver, webhook, renamed):
    renamed()
    receiver.reads = False
    deliver(webhook)
    assert [each.state for each in deliveries(webhook)] in ([STATES.DELIVERED], [STATES.WAITING])
    receiver.reads = True
    later(webhook)
    deliver(webhook)
    assert [each.state for each in deliveries(webhook)] == [STATES.DELIVERED]


def test_whoever_is_down_gets_it_when_it_is_up(receiver, webhook, renamed):
    patient = renamed()
    receiver.fall()
    deliver(webhook)
    assert [each.why for each in deliveries(webhook)] == ["The connection could not be made, or broke."]
    receiver.rise()
    later(webhook)
    deliver(webhook)
    assert [each["data"]["id"] for each in receiver.told] == [patient]


def test_later_change_of_a_record_waits_for_the_earlier_one(receiver, webhook, renamed):
    first = renamed()
    renamed(first)
    other = renamed()
    receiver.behaviours = [status(500)]
    deliver(webhook)
    with clinic_scope(webhook.clinic):
        actions.Webhook.objects.filter(pk=webhook.pk).update(paused_until=None)
    deliver(webhook)
    assert [each["data"]["id"] for each in receiver.told] == [first, other]
    later(webhook)
    deliver(webhook)
    assert [each["data"]["id"] for each in receiver.told] == [first, other, first, first]
    numbers = [each.headers["webhook-id"] for each in receiver.received]
    assert (numbers[0] == numbers[2], numbers[2] == numbers[3]) == (True, False)


def test_pauses_grow_over_three_days_and_are_none_by_chance(receiver, webhook, renamed):
    renamed()
    receiver.behaviours = [status(500) for _ in range(20)]
    deliver(webhook)
    pauses = []
    for _ in delivering.PAUSES:
        [waiting] = deliveries(webhook)
        pauses.append(waiting.next_at - waiting.tried_at)
        later(webhook)
        deliver(webhook)
    [given_up] = deliveries(webhook)
    shares = [pause / planned for pause, planned in zip(pauses, delivering.PAUSES, strict=True)]
    assert (given_up.state, given_up.tries, given_up.next_at) == ("given_up", 10, None)
    assert (pauses == sorted(pauses), sum(delivering.PAUSES, timedelta()) > timedelta(days=3)) == (True, True)
    assert max(shares) - min(shares) < 0.001
    assert 1 <= min(shares) < 1.1


def test_delivery_is_sent_again_under_its_id(receiver, webhook, renamed):
    renamed()
    deliver(webhook)
    [sent] = deliveries(webhook)
    with clinic_scope(webhook.clinic):
        actions.redeliver(by=BY, id=webhook.pk, delivery=sent.pk)
        with pytest.raises(actions.StillWaiting):
            actions.redeliver(by=BY, id=webhook.pk, delivery=sent.pk)
    deliver(webhook)
    assert len({each.headers["webhook-id"] for each in receiver.received}) == 1
    assert (len(receiver.received), states(webhook)) == (2, [("delivered", 1, 200)])


def test_webhook_hears_only_of_what_it_chose(riverside, receiver, renamed):
    chosen = make_webhook(riverside, receiver.url, "alert.raised")
    renamed()
    deliver(chosen)
    assert (receiver.received, deliveries(chosen)) == ([], [])


def test_webhook_of_one_clinic_never_hears_of_anothers(riverside, hillside, receiver, renamed):
    theirs = make_webhook(hillside, receiver.url)
    renamed()
    deliver(theirs)
    assert receiver.received == []
    with clinic_scope(hillside.clinic):
        archive_patient(by=BY, id=(patient := make_patient()).pk)
    deliver(theirs)
    assert [(each["data"]["clinic"], each["data"]["id"]) for each in receiver.told] == [
        (str(hillside.clinic.pk), str(patient.pk))
    ]


def test_nothing_of_a_patient_leaves(riverside, receiver, webhook):
    with clinic_scope(riverside.clinic):
        patient = make_patient(full_name="Quentin Quill", family_name="Quill")
        archive_patient(by=BY, id=patient.pk)
    deliver(webhook)
    [got] = receiver.received
    assert ("Quill" in json.dumps(got.headers), b"Quill" in got.body) == (False, False)


def test_old_deliveries_are_removed_and_waiting_ones_kept(receiver, webhook, renamed):
    renamed()
    deliver(webhook)
    receiver.behaviours = [status(500)]
    renamed()
    deliver(webhook)
    with clinic_scope(webhook.clinic):
        actions.Delivery.objects.update(at=datetime.fromisoformat("2026-01-01T00:00:00+00:00"))
        delivering.remove_old()
    assert [each.state for each in deliveries(webhook)] == [STATES.WAITING]
