"""Where an instrument is chosen, those of the patient come first: what is due, then what was answered."""

import re
from datetime import date, timedelta

import pytest
from django.utils import timezone

from clinic.assessments.questionnaire.actions import start_assessment
from clinic.assessments.schedules.actions import set_schedule
from clinic.instruments.catalogue import find
from clinic.tenancy.scope import clinic_scope
from tests.world import Writer, make_patient


@pytest.fixture
def patient(riverside):
    with clinic_scope(riverside.clinic):
        return make_patient(gender="female", date_of_birth=date(1961, 3, 12))


def offered(client, patient) -> list[str]:
    page = client.get(f"/assessments/new/?patient={patient.pk}").content.decode()
    return re.findall(r"instrument=([a-z0-9-]+)\"[^>]*>\s*<strong>", page)


def test_what_is_due_comes_first_then_what_was_answered_and_none_comes_twice(riverside, sign_in, patient):
    client, today = sign_in(riverside.clinician), timezone.localdate()
    before = offered(client, patient)
    with clinic_scope(riverside.clinic):
        for id, days in (("gad-7", 1), ("pcl-5", 9)):
            definition = find(id)
            answers = dict.fromkeys((item.code for item in definition.items), 0)
            start_assessment(
                by=Writer(), patient=patient, user=patient.user, definition=definition, answers=answers, complete=True,
                date=today - timedelta(days=days),
            )  # fmt: skip
        set_schedule(by=Writer(), patient=patient, definition=find("k10"), every_days=14, starts_on=today)
    after = offered(client, patient)
    assert (after[:3], sorted(after)) == (["k10", "gad-7", "pcl-5"], sorted(before))
    assert before[:3] != after[:3], "without any, by their types"


@pytest.mark.clock("clinic/assessments/pages/known.py:_due")
@pytest.mark.parametrize(("days", "said"), [(-1, "overdue since"), (0, "due")])
def test_due_is_said_by_the_clinics_day(clock, riverside, sign_in, days, said):
    with clinic_scope(riverside.clinic):
        patient = make_patient(gender="female", date_of_birth=date(1961, 3, 12))
        set_schedule(by=Writer(), patient=patient, definition=find("k10"), every_days=14, starts_on=clock.day(days))
    page = sign_in(riverside.clinician).get(f"/assessments/new/?patient={patient.pk}").content.decode()
    assert re.findall(r"instrument=k10\"[^>]*>\s*<strong>K10</strong>\s*<span class=\"hint\">([a-z ]+) \d", page) == [
        said
    ]
