"""Two writers of an assessment, alert, request or schedule at once come to what one after the other comes to."""

import tomllib
from datetime import date
from functools import partial
from uuid import uuid4

import pytest

from clinic.access import Actor
from clinic.assessments.alerts import actions as alert_actions
from clinic.assessments.models import Alert, AnswerRequest, Assessment, CustomInstrument, Review, Schedule
from clinic.assessments.models.requests import RequestState
from clinic.assessments.questionnaire import actions as questionnaires
from clinic.assessments.record import actions
from clinic.assessments.reviews.actions import mark_reviewed
from clinic.assessments.schedules import actions as schedule_actions
from clinic.assessments.selfreport import actions as request_actions
from clinic.audit.models import AuditEvent
from clinic.instruments import actions as instrument_actions
from clinic.instruments.catalogue import find
from tests.assessments.test_languages import FILE
from tests.side_by_side import holds_lock, kept, overlap, trail
from tests.world import Writer, make_assessment, make_patient

BY = {"by": Writer()}


@pytest.fixture
def patient(in_woodside):
    with in_woodside():
        return make_patient(date_of_birth=date(1980, 3, 12))


@pytest.fixture
def assessment(in_woodside, patient):
    """A PHQ-9 that was begun, with item 9 at a point: an alert is open."""
    with in_woodside():
        return questionnaires.start_assessment(
            **BY, definition=find("phq-9"), patient=patient, date=date(2026, 3, 1), user=patient.user,
            answers={"1": 1, "9": 1},
        ).assessment  # fmt: skip


@pytest.fixture
def free(in_woodside, patient):
    with in_woodside():
        return make_assessment(patient)


def answer(assessment, **fields):
    return partial(questionnaires.save_responses, **BY, id=assessment.pk, **fields)


@holds_lock("assessments.questionnaire.actions.change_responses")
def test_answers_to_one_version_of_a_form_are_a_conflict(in_woodside, assessment):
    first = answer(assessment, version=assessment.version, answers={"2": 2})
    both = overlap(in_woodside, first, answer(assessment, version=assessment.version, answers={"2": 3}))
    assert (both.refusal, kept(in_woodside, assessment).answers) == ("Changed", {"1": 1, "2": 2, "9": 1})


@holds_lock("assessments.questionnaire.actions.change_responses")
def test_answers_of_two_forms_without_a_version_are_both_kept(in_woodside, assessment):
    assert (
        overlap(in_woodside, answer(assessment, answers={"2": 2}), answer(assessment, answers={"3": 3})).refusal == ""
    )
    assert kept(in_woodside, assessment).answers == {"1": 1, "2": 2, "3": 3, "9": 1}


@holds_lock("assessments.questionnaire.actions.cancel_assessment")
def test_assessment_that_is_completed_meanwhile_is_not_cancelled(in_woodside, assessment):
    complete = partial(questionnaires.complete_assessment, **BY, id=assessment.pk)
    both = overlap(
        in_woodside,
        complete,
        partial(questionnaires.cancel_assessment, **BY, id=assessment.pk, reason="By mistake", version=1),
    )
    assert (both.refusal, kept(in_woodside, assessment).status) == ("Changed", "completed")


@holds_lock("assessments.record.actions.update_assessment")
def test_second_change_of_one_version_is_a_conflict(in_woodside, free):
    change = partial(actions.update_assessment, **BY, id=free.pk, version=free.version)
    both = overlap(in_woodside, partial(change, name="One"), partial(change, name="Two"))
    assert (both.refusal, kept(in_woodside, free).name) == ("Changed", "One")
    assert trail(in_woodside, free) == ["assessment.changed"]


@holds_lock("assessments.record.actions.undo_assessment_change")
def test_undo_beside_a_change_takes_back_nothing(in_woodside, free):
    change = partial(actions.update_assessment, **BY, id=free.pk, version=None)
    with in_woodside():
        version = change(name="One").version
    undo = partial(actions.undo_assessment_change, **BY, id=free.pk, version=version)
    both = overlap(in_woodside, partial(change, name="Two"), undo)
    assert (both.refusal, kept(in_woodside, free).name) == ("Changed", "Two")


@holds_lock("assessments.record.actions._set_archived")
def test_archived_by_two_at_once_is_archived_once(in_woodside, free):
    archive = partial(actions.archive_assessment, **BY, id=free.pk)
    both = overlap(in_woodside, archive, archive)
    assert (both.refusal, kept(in_woodside, free).version, trail(in_woodside, free)) == (
        "", free.version + 1, ["assessment.archived"],
    )  # fmt: skip


@holds_lock("assessments.alerts.actions.raise_alerts")
def test_worse_answer_beside_an_acknowledgement_raises_another_alert(in_woodside, assessment):
    """Without the lock the worse points would be written onto the alert that is closed by then."""
    with in_woodside():
        alert = Alert.objects.get(assessment=assessment)
    acknowledge = partial(alert_actions.acknowledge_alert, **BY, id=alert.pk, note="Called.")
    assert overlap(in_woodside, acknowledge, answer(assessment, answers={"9": 3})).refusal == ""
    with in_woodside():
        found = Alert.objects.filter(assessment=assessment).order_by("raised_at").values_list("points", "note")
        assert list(found) == [(1, "Called."), (3, "")]


@holds_lock("assessments.alerts.actions.acknowledge_alerts")
def test_first_note_on_an_alert_counts(in_woodside, assessment):
    with in_woodside():
        alert = Alert.objects.get(assessment=assessment)
    acknowledge = partial(alert_actions.acknowledge_alert, **BY, id=alert.pk)
    both = overlap(in_woodside, partial(acknowledge, note="Called."), partial(acknowledge, note="Wrote."))
    assert (both.refusal, kept(in_woodside, alert).note) == ("", "Called.")
    assert trail(in_woodside, alert) == ["alert.raised", "alert.acknowledged"]


@holds_lock("assessments.alerts.actions.take_back_acknowledgement")
def test_acknowledgement_is_taken_back_once(in_woodside, patient, assessment):
    with in_woodside():
        alert = Alert.objects.get(assessment=assessment)
        alert_actions.acknowledge_alert(**BY, id=alert.pk, note="Called.")
    take_back = partial(alert_actions.take_back_acknowledgement, **BY, patient_id=patient.pk)
    assert overlap(in_woodside, take_back, take_back).refusal == ""
    assert trail(in_woodside, alert) == ["alert.raised", "alert.acknowledged", "alert.reopened"]


@holds_lock("patients.actions.lock_for_latest_results")
def test_schedule_is_made_once_by_two_and_ended_once(in_woodside, patient):
    def make(days):
        return lambda: schedule_actions.set_schedule(**BY, patient=patient, definition=find("phq-9"), every_days=days)

    both = overlap(in_woodside, make(7), make(14))
    with in_woodside():
        schedule = Schedule.objects.get(patient=patient)
    assert (both.refusal, schedule.every_days) == ("", 14)
    end = partial(schedule_actions.end_schedule, **BY, id=schedule.pk)
    assert overlap(in_woodside, end, end).refusal == ""
    assert trail(in_woodside, schedule) == ["plan.made", "plan.changed", "plan.ended"]


def ask(world, patient):
    return lambda: request_actions.create_request(
        **BY, clinic=world.clinic, id=uuid4(), patient=patient, user=patient.user, definition=find("phq-9"),
        language="en", days=7,
    )  # fmt: skip


@holds_lock("assessments.selfreport.actions.create_request")
def test_of_two_requests_for_the_same_one_is_open(in_woodside, woodside, patient):
    both = overlap(in_woodside, ask(woodside, patient), ask(woodside, patient))
    with in_woodside():
        states = AnswerRequest.objects.filter(patient=patient).order_by("created_at").values_list("state", flat=True)
        assert (both.refusal, list(states)) == ("", [RequestState.REVOKED, RequestState.SENT])


@holds_lock("assessments.selfreport.actions._locked")
def test_request_that_is_revoked_meanwhile_takes_no_answer(in_woodside, woodside, patient):
    with in_woodside():
        request = ask(woodside, patient)().request
    keep = partial(request_actions.answer_request, id=request.pk, answers={"1": 1}, version=None, page=None)
    both = overlap(in_woodside, partial(request_actions.revoke_request, **BY, id=request.pk), keep)
    assert (both.refusal, kept(in_woodside, request).state) == ("RequestEnded", RequestState.REVOKED)
    with in_woodside():
        assert list(Assessment.objects.filter(patient=patient)) == []


@holds_lock("instruments.actions.add_custom_instrument")
def test_two_new_versions_of_an_instrument_are_numbered_one_after_the_other(in_woodside):
    def add(was, text, becomes):
        data = tomllib.loads(FILE.replace(was, text))
        return partial(instrument_actions.add_custom_instrument, **BY, data=data, origin="form", becomes=becomes)

    with in_woodside():
        id = add("", "", "")()[0].instrument
    assert overlap(in_woodside, add("My mood is", "I am", id), add("My mood is", "I feel", id)).refusal == ""
    with in_woodside():
        assert list(CustomInstrument.objects.order_by("version").values_list("version", flat=True)) == [1, 2, 3]


@holds_lock("instruments.actions._locked_settings")
def test_second_change_of_the_choices_says_what_it_replaced(in_woodside):
    choose = partial(instrument_actions.set_instrument_choices, **BY, licence_classes=[])
    with in_woodside():
        choose(hidden=[])
    both = overlap(in_woodside, partial(choose, hidden=["phq-9"]), partial(choose, hidden=["gad-7"]))
    assert both.refusal == ""
    with in_woodside():
        changes = AuditEvent.objects.filter(action="instrument_settings.changed").order_by("pk").last().changes
    assert changes["hidden"] == [["phq-9"], ["gad-7"]]


@holds_lock("assessments.reviews.actions._locked")
def test_result_that_two_look_at_is_reviewed_by_the_first(in_woodside, patient):
    with in_woodside():
        free = {"patient": patient, "user": patient.user, "name": "Walk", "type": "physical", "date": date(2026, 3, 1)}
        sent = actions.create_assessment(by=Actor("client:7", "Laboratory"), **free)

    def look(name):
        return partial(mark_reviewed, by=Writer(name=name), id=sent.pk, version=sent.version, note=name)

    both = overlap(in_woodside, look("Ana"), look("Bea"))
    with in_woodside():
        review = Review.objects.get(pk=sent.pk)
    assert (both.refusal, review.reviewed_by_name, review.note) == ("", "Ana", "Ana")
    assert trail(in_woodside, sent).count("assessment.reviewed") == 1
