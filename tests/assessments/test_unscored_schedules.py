"""A schedule counts as done only by a questionnaire with a score."""

import tomllib
from datetime import date

import pytest

from clinic.assessments.models import Schedule
from clinic.assessments.questionnaire.actions import amend_assessment, start_assessment
from clinic.assessments.schedules.actions import set_schedule
from clinic.instruments.actions import add_custom_instrument
from clinic.instruments.catalogue import find_version
from clinic.instruments.files.toml import shipped
from clinic.patients.models import Patient
from clinic.tenancy.scope import clinic_scope
from tests.assessments.test_languages import FILE
from tests.world import Writer, ahead, make_patient

PHQ9 = shipped()["phq-9", "1"]
BY = Writer()
ALL = {item.code: 1 for item in PHQ9.items}


@pytest.fixture
def patient(riverside):
    with clinic_scope(riverside.clinic):
        return make_patient(full_name="Petra Plan", family_name="Plan", date_of_birth=date(1980, 1, 1))


@pytest.fixture
def schedule(riverside, patient):
    """A function that reads the schedule: done, next due, answered without a score, and the patient's next due."""
    with clinic_scope(riverside.clinic):
        set_schedule(by=BY, patient=patient, definition=PHQ9, every_days=14)

    def read():
        with clinic_scope(riverside.clinic):
            row = Schedule.objects.get()
            return row.last_done_on, row.next_due_on, row.unscored_on, Patient.objects.get(pk=patient.pk).next_due_on

    return read


@pytest.fixture
def sit(riverside, patient):
    def complete(answers, day=0, definition=PHQ9):
        with clinic_scope(riverside.clinic):
            return start_assessment(
                by=BY, definition=definition, patient=patient, user=patient.user, date=ahead(day), answers=answers,
                complete=True,
            ).assessment.pk  # fmt: skip

    return complete


def test_questionnaire_without_a_score_leaves_its_schedule_due(schedule, sit):
    sit({"1": 1})
    assert schedule() == (None, ahead(0), ahead(0), ahead(0))


def test_questionnaire_with_a_score_moves_it_on_and_settles_what_was_open(schedule, sit):
    sit({"1": 1})
    sit(ALL)
    assert schedule() == (ahead(0), ahead(14), None, ahead(14))


def test_later_one_without_a_score_does_not_count_over_the_last_with_one(schedule, sit, riverside, patient):
    with clinic_scope(riverside.clinic):
        set_schedule(by=BY, patient=patient, definition=PHQ9, every_days=14, starts_on=ahead(-20))
    sit(ALL, -15)
    sit({"1": 1}, -1)
    assert schedule() == (ahead(-15), ahead(-1), ahead(-1), ahead(-1))


def test_amending_to_a_score_moves_the_schedule_on(schedule, sit, riverside):
    key = sit({"1": 1})
    with clinic_scope(riverside.clinic):
        amend_assessment(by=BY, id=key, reason="The rest was on paper", answers=ALL)
    assert schedule() == (ahead(0), ahead(14), None, ahead(14))


def test_instrument_that_has_no_score_is_done_by_any_answer(sit, patient, riverside):
    text = FILE.replace("minimum = 0\nmaximum = 1", 'rule = "none"')
    with clinic_scope(riverside.clinic):
        made, _ = add_custom_instrument(by=BY, data=tomllib.loads(text), origin="form")
        diary = find_version(made.instrument, "1")
        set_schedule(by=BY, patient=patient, definition=diary, every_days=14)
    sit({"1": 1}, definition=diary)
    with clinic_scope(riverside.clinic):
        kept = Schedule.objects.get()
    assert (kept.last_done_on, kept.next_due_on, kept.unscored_on) == (ahead(0), ahead(14), None)


def test_pages_say_that_it_was_answered_without_a_score(schedule, sit, patient, riverside, sign_in):
    client = sign_in(riverside.clinician)
    pages = (f"/patients/{patient.pk}/course/", "/worklists/due/")
    before = ["without a score" in client.get(page).content.decode() for page in pages]
    sit({"1": 1})
    after = ["without a score" in client.get(page).content.decode() for page in pages]
    assert (before, after) == ([False, False], [True, True])
