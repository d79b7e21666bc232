"""The clinic's rule: which results are mild enough to pass without a look, and how one is looked at after all."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clinic.access import Actor
from clinic.assessments.models import Assessment, Review
from clinic.assessments.questionnaire.actions import complete_assessment, save_responses, start_assessment
from clinic.assessments.reviews.mails import waiting_by_practitioner
from clinic.audit.models import AuditEvent
from clinic.instruments.files.toml import shipped
from clinic.staff.models import SETTINGS_ID, ClinicSettings
from clinic.tenancy.scope import clinic_scope
from tests.world import make_patient

PHQ9 = shipped()["phq-9", "1"]
DAY = date(2026, 3, 1)
BANDS = (4, 9, 14, 19, 27)  # the highest total of each severity, as published
HTMX = {"HX-Request": "true"}


def severity_of(total):
    return next(severity for severity, most in enumerate(BANDS) if total <= most)


def rule(severity):
    ClinicSettings.objects.update_or_create(pk=SETTINGS_ID, defaults={"review_from": severity})


def points(total, *, risk=0):
    """Answers to PHQ-9 with this total; the last item, which raises an alert, has `risk`."""
    answers = {"9": risk}
    for code in range(1, 9):
        answers[str(code)] = min(3, total - sum(answers.values()))
    assert sum(answers.values()) == total
    return answers


def comes(patient, answers, *, day=DAY, complete=True):
    """The review of what a patient's link wrote."""
    state = start_assessment(
        by=at_home(), definition=PHQ9, patient=patient, user=patient.user, date=day, answers=answers, complete=complete
    )
    return Review.objects.get(pk=state.assessment.pk)


def at_home():
    return Actor(f"patient:{uuid4()}", "Rena")


@given(
    waits_from=st.integers(0, 3), came=st.lists(st.tuples(st.integers(0, 24), st.booleans()), min_size=1, max_size=4)
)
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_passes_is_mild_complete_without_alert_and_no_worse_than_the_last(db, riverside, waits_from, came):
    with clinic_scope(riverside.clinic), transaction.atomic():
        rule(waits_from)
        patient, before = make_patient(), None
        for place, (total, is_risky) in enumerate(came):
            total = max(total, 1) if is_risky else total
            review = comes(patient, points(total, risk=int(is_risky)), day=DAY + timedelta(place))
            severity = severity_of(total)
            passes = severity < waits_from and not is_risky and (before is None or severity <= before)
            assert (review.waits, review.is_by_rule) == (not passes, passes)
            before = severity
        transaction.set_rollback(True)


def test_clinic_without_a_rule_has_everything_wait(riverside):
    with clinic_scope(riverside.clinic):
        assert comes(make_patient(), points(0)).waits


def test_half_a_questionnaire_waits_and_passes_once_it_is_whole(riverside):
    with clinic_scope(riverside.clinic):
        rule(1)
        half = comes(make_patient(), {"1": 0}, complete=False)
        assert half.waits
        save_responses(by=at_home(), id=half.pk, answers={str(code): 0 for code in range(2, 10)})
        half.refresh_from_db()
        assert half.waits
        complete_assessment(by=at_home(), id=half.pk)
        half.refresh_from_db()
        assert (half.waits, half.is_by_rule) == (False, True)


def test_only_bands_of_the_same_instrument_and_of_assessments_that_count_are_compared(riverside):
    with clinic_scope(riverside.clinic):
        rule(2)
        patient = make_patient()
        comes(patient, points(0))
        assert comes(patient, points(6), day=DAY + timedelta(1)).waits
        Assessment.objects.filter(patient=patient, score=0).update(archived_at="2026-03-03T00:00Z")
        assert not comes(patient, points(6), day=DAY + timedelta(2)).waits


def test_what_the_rule_let_pass_is_in_the_trail_and_no_mail_counts_it(riverside):
    with clinic_scope(riverside.clinic):
        rule(1)
        review = comes(make_patient(), points(2))
        events = AuditEvent.objects.filter(action="assessment.reviewed", record_id=review.pk)
        assert list(events.values_list("actor_id", "actor_name")) == [("rule", "the clinic’s rule")]
        assert waiting_by_practitioner() == {}


def test_anybody_who_reviews_has_it_wait_after_all(riverside, sign_in):
    with clinic_scope(riverside.clinic):
        rule(1)
        review = comes(make_patient(), points(2))
    client = sign_in(riverside.clinician)
    page = client.get("/reviews/?state=reviewed").content.decode()
    assert ("the clinic’s rule" in page, "Have it wait" in page) == (True, True)
    again = client.post(f"/reviews/{review.pk}/undo/", headers=HTMX)
    assert (again.status_code, "Mark reviewed" in again.content.decode()) == (200, True)
    with clinic_scope(riverside.clinic):
        assert Review.objects.get(pk=review.pk).waits


@pytest.mark.parametrize(("sent", "kept"), [("2", 2), ("", 0)])
def test_owner_says_from_which_severity_on_results_wait(riverside, sign_in, sent, kept):
    client = sign_in(riverside.owner)
    filled = {"version": "1", "time_zone": "UTC", "idle_minutes": "15", "review_from": sent}
    assert client.post("/clinic/settings/", filled).status_code == 302
    with clinic_scope(riverside.clinic):
        assert ClinicSettings.objects.get(pk=SETTINGS_ID).review_from == kept
    refused = client.post("/clinic/settings/", {**filled, "version": "2", "review_from": "7"})
    assert (refused.status_code, "Choose which results wait." in refused.content.decode()) == (422, True)
