"""The life of an assessment and of its alerts, through the actions that pages and API share."""

from datetime import date
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from clinic.assessments.alerts import actions as alert_actions
from clinic.assessments.models import Alert, Assessment, AssessmentRevision, InstrumentSettings
from clinic.assessments.questionnaire import actions as questionnaires
from clinic.assessments.record import actions, refusals
from clinic.assessments.record.latest_results import (
    InstrumentResult,
    LatestResults,
    ScoredAssessment,
    latest_results,
    latest_results_of,
)
from clinic.audit.models import AuditEvent
from clinic.instruments import catalogue
from clinic.instruments.models import SETTINGS_ID
from clinic.tenancy.scope import clinic_scope
from tests.world import Writer, make_patient

CALM = dict.fromkeys([str(number) for number in range(1, 10)], 0)
BY = Writer()


@pytest.fixture(autouse=True)
def scope(riverside):
    with clinic_scope(riverside.clinic):
        yield riverside


@pytest.fixture
def patient():
    return make_patient(full_name="Ana García")


@pytest.fixture
def begun(patient):
    """A function that makes an assessment."""

    def made(answers=None, *, instrument="phq-9", **fields):
        sent = {"date": date(2026, 3, 1), "user": patient.user, **fields}
        return questionnaires.start_assessment(
            by=BY, definition=catalogue.find(instrument), patient=patient, answers=answers, **sent
        )

    return made


def events(record):
    return list(AuditEvent.objects.filter(record_id=record.pk).order_by("pk").values_list("action", flat=True))


def test_life_of_an_assessment(begun):
    assessment = begun().assessment
    assert assessment.status == "planned"
    for answers in ({"1": 1}, {"2": 3}, CALM):
        saved = questionnaires.save_responses(by=BY, id=assessment.pk, answers=answers)
        assert saved.assessment.status == "in_progress"
    done = questionnaires.complete_assessment(by=BY, id=assessment.pk)
    assert (done.assessment.status, done.result.total, done.assessment.score) == ("completed", 0, 0)
    amended = questionnaires.amend_assessment(by=BY, id=assessment.pk, answers={"1": 3}, reason="Misread")
    assert (amended.assessment.status, amended.result.total) == ("amended", 3)
    assert events(assessment) == [
        *("assessment.created", "assessment.answered", "assessment.answered", "assessment.answered"),
        *("assessment.completed", "assessment.amended"),
    ]


def test_amending_twice_keeps_both_originals(begun):
    assessment = begun(CALM, complete=True).assessment
    for points in (1, 2):
        questionnaires.amend_assessment(by=BY, id=assessment.pk, answers={"1": points}, reason=f"Again {points}")
    kept = AssessmentRevision.objects.order_by("pk").values_list("before__answers__1", "before__status", "by_name")
    assert list(kept) == [(0, "completed", "Test"), (1, "amended", "Test")]


def test_amending_the_date_needs_a_reason_too(begun):
    assessment = begun(CALM, complete=True).assessment
    with pytest.raises(refusals.ReasonMissing):
        questionnaires.change_responses(by=BY, id=assessment.pk, date=date(2026, 2, 1))
    amended = questionnaires.amend_assessment(by=BY, id=assessment.pk, date=date(2026, 2, 1), reason="Wrong day")
    assert amended.assessment.date == date(2026, 2, 1)


@pytest.mark.parametrize("answers", [None, {"1": 1}])
def test_what_is_not_completed_can_be_cancelled(begun, answers):
    assessment = begun(answers).assessment
    with pytest.raises(refusals.ReasonMissing):
        questionnaires.cancel_assessment(by=BY, id=assessment.pk, reason=" ", version=1)
    cancelled = [
        questionnaires.cancel_assessment(by=BY, id=assessment.pk, reason="Patient left", version=1) for _ in range(2)
    ]
    assert [row.status for row in cancelled] == ["cancelled", "cancelled"]
    assert cancelled[1].answers == (answers or {})
    assert events(assessment) == ["assessment.created", "assessment.cancelled"]
    with pytest.raises(refusals.NotOpen):
        questionnaires.save_responses(by=BY, id=assessment.pk, answers={"1": 2})


def test_completed_assessment_cannot_be_cancelled(begun):
    with pytest.raises(refusals.NotOpen):
        questionnaires.cancel_assessment(by=BY, id=begun(CALM, complete=True).assessment.pk, reason="x", version=1)


def test_free_assessment_is_not_answered(patient):
    free = actions.create_assessment(
        by=BY, patient=patient, user=patient.user, type="other", date=date(2026, 3, 1), score=1
    )
    with pytest.raises(refusals.NotOpen):
        questionnaires.save_responses(by=BY, id=free.pk, answers={"1": 1})
    assert (free.status, free.instrument, free.answers) == ("completed", "", {})


def test_score_of_an_assessment_cannot_be_written_past_its_answers(begun):
    assessment = begun(CALM, complete=True).assessment
    for fields in ({"score": 5}, {"date": date(2026, 1, 1)}, {"questions": [{"question": "A?", "answer": ""}]}):
        with pytest.raises(actions.FollowsInstrument):
            actions.update_assessment(by=BY, id=assessment.pk, version=None, **fields)


def test_refused_answers_leave_the_assessment_as_it_was(begun):
    assessment = begun({"1": 1}).assessment
    with pytest.raises(refusals.ResponsesRefused):
        questionnaires.save_responses(by=BY, id=assessment.pk, answers={"1": 2, "2": 7})
    assessment.refresh_from_db()
    assert (assessment.answers, assessment.version) == ({"1": 1}, 1)


def test_instrument_is_not_put_to_somebody_it_is_not_made_for(begun):
    with pytest.raises(refusals.NotForPatient, match="under 16 years"):
        begun(instrument="news2", date=date(1980, 1, 1))
    with pytest.raises(refusals.NotForPatient, match="not born yet"):
        begun(date=date(1950, 1, 1))


def test_same_id_makes_one_assessment(begun):
    id = uuid4()
    first, second = begun({"9": 1}, id=id), begun({"9": 3}, id=id)
    assert (first.assessment.pk, second.assessment.answers, len(first.raised), second.raised) == (id, {"9": 1}, 1, [])
    assert Alert.objects.count() == 1


def test_draft_alerts_at_once_and_the_alert_says_who(begun, patient):
    (alert,) = begun({"9": 2}).raised
    assert (alert.patient_id, alert.rule, alert.points, alert.raised_by_name) == (patient.pk, "item-9", 2, "Test")
    assert alert.open


def test_acknowledging_needs_a_note_and_is_kept(begun):
    (alert,) = begun({"9": 2}).raised
    with pytest.raises(alert_actions.NoteMissing):
        alert_actions.acknowledge_alert(by=BY, id=alert.pk, note="  ")
    for note in (" Spoke with her, safe today. ", "Another note"):
        kept = alert_actions.acknowledge_alert(by=BY, id=alert.pk, note=note)
    assert (kept.note, kept.acknowledged_by_id, kept.open) == ("Spoke with her, safe today.", "test", False)
    assert events(alert) == ["alert.raised", "alert.acknowledged"]


def test_worse_answer_after_acknowledging_alerts_again(begun):
    assessment = begun({"9": 1})
    alert_actions.acknowledge_alert(by=BY, id=assessment.raised[0].pk, note="Seen")
    assert questionnaires.save_responses(by=BY, id=assessment.assessment.pk, answers={"9": 0}).raised == []
    assert questionnaires.save_responses(by=BY, id=assessment.assessment.pk, answers={"9": 1}).raised == []
    (again,) = questionnaires.save_responses(by=BY, id=assessment.assessment.pk, answers={"9": 3}).raised
    assert (again.open, again.points) == (True, 3)


def test_deeper_coma_after_acknowledging_alerts_again(begun):
    assessment = begun({"E": 2, "V": 2, "M": 4}, instrument="gcs", complete=True)
    alert_actions.acknowledge_alert(by=BY, id=assessment.raised[0].pk, note="Intubated")
    worse = questionnaires.amend_assessment(by=BY, id=assessment.assessment.pk, answers={"M": 1}, reason="Later")
    assert [alert.rule for alert in worse.raised] == ["coma"]


def test_one_open_alert_of_a_rule_is_all_the_database_takes(begun):
    assessment = begun({"9": 2})
    twin = Alert.objects.get()
    twin.pk = uuid4()
    with pytest.raises(IntegrityError), transaction.atomic():
        twin.save(force_insert=True)
    assert assessment.assessment.alerts.count() == 1


@pytest.mark.parametrize(
    "fields", [{"status": "lost"}, {"severity": 5}, {"instrument": "x"}, {"questions": [{}], "instrument_version": "1"}]
)
def test_database_refuses_what_no_assessment_is(begun, fields):
    assessment = begun(CALM).assessment
    broken = {"instrument_version": "", **fields} if fields == {"instrument": "x"} else fields
    with pytest.raises(IntegrityError), transaction.atomic():
        Assessment.objects.filter(pk=assessment.pk).update(**broken)


def test_hidden_instrument_is_not_offered_and_its_assessments_stay(begun):
    assessment = begun(CALM, complete=True).assessment
    InstrumentSettings.objects.create(pk=SETTINGS_ID, hidden=["phq-9"])
    assert catalogue.find("phq-9") is None
    assert questionnaires.result_of(assessment).total == 0


def scored(instrument, day, score, band="Mild", severity=1):
    return ScoredAssessment(instrument, date(2026, 1, day), Decimal(score), band, severity, Decimal(0), Decimal(27))


def test_latest_results_is_that_of_the_last_scored_instrument():
    assessments = [scored("phq-9", 1, 18), scored("gad-7", 2, 9), scored("phq-9", 3, 9), scored("phq-9", 4, 6)]
    assert latest_results(assessments, open_alerts=2) == LatestResults(
        last_instrument="phq-9",
        last_score=Decimal(6),
        last_band="Mild",
        last_severity=1,
        last_change=Decimal(-3),
        last_assessed_on=date(2026, 1, 4),
        recent_scores=[0.6667, 0.3333, 0.2222],
        open_alerts=2,
        results=[
            InstrumentResult("gad-7", "GAD-7", Decimal(9), date(2026, 1, 2), "Mild", 1, None, [0.3333]),
            InstrumentResult(
                "phq-9", "PHQ-9", Decimal(6), date(2026, 1, 4), "Mild", 1, Decimal(-3), [0.6667, 0.3333, 0.2222]
            ),
        ],
    )


def test_latest_results_of_somebody_never_scored_is_empty():
    assert latest_results([], open_alerts=0) == LatestResults()
    assert latest_results([scored("phq-9", 1, 5)], open_alerts=0).last_change is None


def test_latest_results_keeps_twelve_scores():
    assert len(latest_results([scored("phq-9", day, day) for day in range(1, 20)], open_alerts=0).recent_scores) == 12


def test_latest_results_counts_completed_scored_assessments_that_are_not_archived(begun, patient):
    begun(CALM, complete=True, date=date(2026, 1, 1))
    begun({**CALM, "1": 3}, complete=True, date=date(2026, 1, 2))
    begun({"9": 3}, complete=True, date=date(2026, 1, 3))
    begun({**CALM, "1": 2}, date=date(2026, 1, 4))
    archived = begun({**CALM, "2": 1}, complete=True, date=date(2026, 1, 5)).assessment
    actions.archive_assessment(by=BY, id=archived.pk)
    now = latest_results_of(patient.pk)
    assert (now.last_score, now.last_change, now.last_assessed_on, now.open_alerts) == (3, 3, date(2026, 1, 2), 1)
    assert now.recent_scores == [0.0, 0.1111]
