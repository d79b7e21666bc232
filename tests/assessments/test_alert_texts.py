"""What alerts say, however long it is, and which day an assessment may be moved to."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from clinic.assessments.models import Alert, Assessment, AssessmentRevision
from clinic.assessments.questionnaire import actions as questionnaires
from clinic.assessments.record import refusals
from clinic.assessments.record.latest_results import latest_results_of
from clinic.audit.models import AuditEvent
from clinic.instruments import catalogue
from clinic.instruments.actions import add_custom_instrument
from clinic.tenancy.scope import clinic_scope
from tests.world import Writer, make_patient

BY = Writer()
BORN = date(1980, 3, 12)
DAY = date(2026, 3, 1)
CALM = {number: dict.fromkeys(map(str, range(1, number + 1)), 0) for number in (7, 9)}


@pytest.fixture(autouse=True)
def patient(riverside):
    with clinic_scope(riverside.clinic):
        yield make_patient(date_of_birth=BORN)


def long_instrument(alert_text, answer=500):
    """An instrument of one item, whose title, code and answers are as long as they may be."""
    options = [{"points": points, "text": str(points) * answer} for points in range(3)]
    data = {
        **dict.fromkeys(("name", "source", "licence"), "Long"),
        "title": "T" * 60,
        "type": "other",
        "licence_class": "free",
        "items": [{"code": "C" * 20, "text": "Question", "options": options}],
        "scoring": {"minimum": 0, "maximum": 2},
        "alerts": [{"code": "a" * 60, "text": alert_text, "severity": 4, "item": "C" * 20, "at_least": 1}],
    }
    made, _ = add_custom_instrument(by=BY, data=data, origin="form")
    return catalogue.find(made.instrument)


def assessment_of(patient, definition, answers, **fields):
    given = {"date": DAY, "user": patient.user, **fields}
    return questionnaires.start_assessment(by=BY, definition=definition, patient=patient, answers=answers, **given)


def test_longest_alert_is_raised_and_raised_again_by_a_worse_answer(patient):
    assessment = assessment_of(patient, long_instrument("A" * 500), {"C" * 20: 1})
    whole = f"{'T' * 60}, item {'C' * 20}, “%s”: {'A' * 500}"
    assert Alert.objects.get().text == (whole % ("1" * 500))[:500]
    saved = questionnaires.save_responses(by=BY, id=assessment.assessment.pk, answers={"C" * 20: 2})
    assert (saved.assessment.answers, saved.raised) == ({"C" * 20: 2}, [])
    assert (Alert.objects.get().text, Alert.objects.get().points) == ((whole % ("2" * 500))[:500], 2)


@pytest.mark.parametrize("more", [-1, 0, 1])
def test_alert_is_cut_after_its_five_hundredth_letter(patient, more):
    before = f"{'T' * 60}, item {'C' * 20}, “1”: "
    rule = "A" * (500 + more - len(before))
    (alert,) = assessment_of(patient, long_instrument(rule, answer=1), {"C" * 20: 1}).raised
    assert alert.text == (before + rule)[: min(500, 500 + more)]


def test_worse_answer_to_an_open_alert_is_in_the_trail(patient):
    assessment = assessment_of(patient, catalogue.find("phq-9"), {"9": 1})
    (alert,) = assessment.raised
    for points in (1, 0, 3, 2):
        questionnaires.save_responses(by=BY, id=assessment.assessment.pk, answers={"9": points})
    kept = Alert.objects.get()
    events = AuditEvent.objects.filter(record_id=alert.pk).order_by("pk").values_list("action", "changes__text")
    assert (kept.pk, kept.points) == (alert.pk, 3)
    assert list(events) == [("alert.raised", [None, alert.text]), ("alert.raised_again", ["", kept.text])]


def test_answer_as_bad_as_before_is_not_raised_again(patient):
    assessment = assessment_of(patient, catalogue.find("phq-9"), {"9": 2})
    (alert,) = assessment.raised
    for answers in ({"1": 1}, {"9": 1}, {"9": 2}):
        questionnaires.save_responses(by=BY, id=assessment.assessment.pk, answers=answers)
    events = AuditEvent.objects.filter(record_id=alert.pk).values_list("action", flat=True)
    assert (list(events), Assessment.objects.get().version) == (["alert.raised"], 4)


@pytest.mark.parametrize("complete", [False, True])
def test_assessment_is_moved_to_the_day_of_birth_at_the_earliest(patient, complete):
    assessment = assessment_of(patient, long_instrument("Look"), {"C" * 20: 0}, complete=complete).assessment
    with pytest.raises(refusals.NotForPatient, match="not born yet"):
        questionnaires.change_responses(by=BY, id=assessment.pk, date=BORN - timedelta(days=1), reason="Wrong day")
    kept = Assessment.objects.get(pk=assessment.pk)
    assert (kept.date, kept.version, AssessmentRevision.objects.count()) == (DAY, 1, 0)
    moved = questionnaires.change_responses(by=BY, id=assessment.pk, date=BORN, reason="Wrong day").assessment
    assert (moved.date, moved.version, AssessmentRevision.objects.count()) == (BORN, 2, int(complete))


def test_assessment_is_moved_to_no_day_on_which_the_patient_was_too_young(patient):
    assessment = assessment_of(patient, catalogue.find("news2"), {"7": 0}).assessment
    sixteen = BORN.replace(year=BORN.year + 16)
    with pytest.raises(refusals.NotForPatient, match="under 16 years"):
        questionnaires.change_responses(by=BY, id=assessment.pk, date=sixteen - timedelta(days=1))
    assert questionnaires.change_responses(by=BY, id=assessment.pk, date=sixteen).assessment.date == sixteen


@pytest.mark.parametrize("last", ["phq-9", "gad-7"])
def test_of_two_instruments_on_one_day_the_one_completed_last_counts(patient, last):
    made = {}
    for instrument, number in (("phq-9", 9), ("gad-7", 7)):
        state = assessment_of(patient, catalogue.find(instrument), CALM[number], complete=True, id=UUID(int=number))
        made[instrument] = state.assessment
    noon = datetime(2026, 3, 1, 12, tzinfo=UTC)
    for instrument, assessment in made.items():
        at = noon + timedelta(minutes=instrument == last)
        Assessment.objects.filter(pk=assessment.pk).update(completed_at=at)
    assert latest_results_of(patient.pk).last_instrument == last


@pytest.mark.parametrize("later", [0, 1])
def test_of_two_assessments_on_one_day_the_one_completed_last_is_the_score(patient, later):
    gad7 = catalogue.find("gad-7")
    made = [
        assessment_of(patient, gad7, {**CALM[7], "1": points}, complete=True, id=UUID(int=points)).assessment
        for points in (1, 3)
    ]
    noon = datetime(2026, 3, 1, 12, tzinfo=UTC)
    for number, assessment in enumerate(made):
        Assessment.objects.filter(pk=assessment.pk).update(completed_at=noon + timedelta(minutes=number == later))
    now = latest_results_of(patient.pk)
    assert (now.last_score, now.last_change) == ((1, -2), (3, 2))[later]
