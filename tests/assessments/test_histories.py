"""What is said of totals over time, from the first that was a case or was not, against histories worked out by hand."""

import re
from datetime import date, timedelta

import pytest
from django.utils import timezone

from clinic.assessments.models import Schedule
from clinic.assessments.questionnaire.actions import amend_assessment, start_assessment
from clinic.assessments.schedules.actions import set_schedule
from clinic.instruments.files.toml import newest, shipped
from clinic.tenancy.scope import clinic_scope
from tests.world import Writer, make_patient

PHQ9 = newest(shipped())["phq-9"]
START = date(2026, 1, 5)
BY = Writer()


def ahead(days: int) -> date:
    return timezone.localdate() + timedelta(days=days)


def answers_for(total, definition=PHQ9):
    """Answers that add up to the total, as many of three points as there are."""
    items = [item.code for item in definition.items if item.scored]
    return {code: min(3, max(0, total - 3 * at)) for at, code in enumerate(items)}


def sit(patient, day, total, definition=PHQ9):
    return start_assessment(
        by=BY, definition=definition, patient=patient, user=patient.user, date=day,
        answers=answers_for(total, definition), complete=True,
    ).assessment  # fmt: skip


@pytest.fixture
def scope(riverside):
    with clinic_scope(riverside.clinic):
        yield


@pytest.fixture
def patient(scope):
    return make_patient(gender="female", date_of_birth=date(1980, 1, 1))


@pytest.fixture
def client(riverside, sign_in):
    return sign_in(riverside.clinician)


@pytest.fixture
def known(riverside):
    with clinic_scope(riverside.clinic):
        return make_patient(full_name="Petra Plan", family_name="Plan", date_of_birth=date(1980, 1, 1))


def test_second_pace_needs_a_case_to_begin_with(patient):
    set_schedule(by=BY, patient=patient, definition=PHQ9, every_days=14, then_every_days=90)
    for days, total in ((-14, 9), (0, 0)):
        sit(patient, ahead(days), total)
    assert Schedule.objects.get().next_due_on == ahead(14)


@pytest.mark.parametrize("version", ["1", "2"])
def test_amended_first_total_takes_remission_back(patient, version):
    definition = shipped()["phq-9", version]
    set_schedule(by=BY, patient=patient, definition=definition, every_days=14, then_every_days=90)
    first = sit(patient, ahead(-14), 10, definition)
    sit(patient, ahead(0), 0, definition)
    due = [Schedule.objects.get().next_due_on]
    amend_assessment(by=BY, id=first.pk, reason="Misread", answers=answers_for(9))
    assert [*due, Schedule.objects.get().next_due_on] == [ahead(90), ahead(14)]


def test_unscored_assessment_is_no_first_total(patient):
    set_schedule(by=BY, patient=patient, definition=PHQ9, every_days=14, then_every_days=90)
    start_assessment(
        by=BY, definition=PHQ9, patient=patient, user=patient.user, date=ahead(-28), answers={"1": 0}, complete=True
    )
    for days, total in ((-14, 20), (0, 4)):
        sit(patient, ahead(days), total)
    assert Schedule.objects.get().next_due_on == ahead(90)


def test_trend_page_says_of_low_totals_that_they_were_low_from_the_start(client, known, riverside):
    with clinic_scope(riverside.clinic):
        for days, total in ((0, 2), (14, 1)):
            sit(known, START + timedelta(days=days), total, shipped()["phq-9", "1"])
    page = client.get(f"/patients/{known.pk}/course/").content.decode()
    assert re.findall(r'class="(mark-\w+)"', page) == ["mark-total", "mark-total"]
    said = "Below the threshold from the start: the first total, 2, is under 10,"
    assert (said in page, "<td>Response" in page, "<td>Remission" in page) == (True, False, False)
