"""Alerts of answers that come in with a file: of recent ones alone."""

import pytest

from clinic.assessments.models import Alert
from clinic.tenancy.scope import clinic_scope
from tests.clock import in_one_zone
from tests.imports.assessments.sending import HEAD, PATH, checked, make_people, written


@in_one_zone
@pytest.mark.clock("clinic/assessments/questionnaire/bringing.py:bring_in")
def test_alert_is_raised_by_answers_of_two_weeks_and_no_older_one(clock, riverside, owner):
    make_people(riverside)
    days = {"AB-1": clock.day(0), "AB-2": clock.day(-14), "AB-3": clock.day(-15)}
    rows = "".join(f"{who},{day.isoformat()},{','.join('1' * 9)},9\n" for who, day in days.items())
    written(owner, riverside, checked(owner, riverside, HEAD + rows))
    with clinic_scope(riverside.clinic):
        assert sorted(Alert.objects.values_list("patient__record_number", flat=True)) == ["AB-1", "AB-2"]


def test_page_says_which_answers_raise_alerts(owner):
    assert "Alerts are raised by answers of the last 14 days alone" in owner.get(PATH).content.decode()
