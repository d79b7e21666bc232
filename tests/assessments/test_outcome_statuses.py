"""Whoever was discharged or has died is in no figure of people in treatment, and in every one of what came of it."""

import re
from datetime import date

import pytest

from clinic.assessments.models import Schedule
from clinic.patients.models import Status
from clinic.tenancy.scope import clinic_scope
from tests.assessments.test_outcome_parts import raised, sheets, thought_of, times_of
from tests.assessments.test_outcomes import by_hand, figures, give, six
from tests.world import ahead

LEFT = [status for status in Status if status != Status.ACTIVE]


@pytest.fixture
def clinician(riverside, sign_in):
    return sign_in(riverside.clinician)


def known_as(status, days, *totals):
    patient = times_of(days, *totals)
    patient.status = status
    patient.save()
    Schedule.objects.create(
        patient=patient, instrument="phq-9", every_days=14, starts_on=ahead(-50), next_due_on=ahead(-1)
    )
    return patient


@pytest.mark.parametrize("status", Status)
def test_whoever_has_left_is_not_thought_of(riverside, clinician, status):
    with clinic_scope(riverside.clinic):
        known_as(status, (-50, -10), 15, 21)
        known_as(status, (-90, -61), 15, 9)
    assert (sum(thought_of(clinician).values()) > 0) == (status == Status.ACTIVE)


def test_measured_is_of_who_is_active_and_leads_to_them(riverside, clinician):
    with clinic_scope(riverside.clinic):
        for status in (Status.ACTIVE, Status.ACTIVE, *LEFT):
            known_as(status, (-40, -29), 12, 10)
    found = sheets(clinician, "measured")
    assert [row[1] for row in found["Measured"]] == ["2", "2", "2", "2"]
    page = clinician.get("/outcomes/?instrument=phq-9&part=measured").content.decode()
    [address] = re.findall(r'href="(/patients/\?[^"]*)"', page)
    listed = clinician.get(address.replace("&amp;", "&"))
    assert len(re.findall(r'<tr role="row">\s*<t[dh]', listed.content.decode().partition("<tbody")[2])) == 2


def test_overdue_is_whoever_may_still_be_asked(riverside, clinician):
    with clinic_scope(riverside.clinic):
        for status in Status:
            known_as(status, (-40,), 12)
    assert [row[1] for row in sheets(clinician, "measured")["Overdue by practitioner"]] == ["2"]


@pytest.mark.parametrize("status", LEFT)
def test_what_came_of_them_is_counted_all_the_same(riverside, clinician, status):
    with clinic_scope(riverside.clinic):
        patient = by_hand(20, 4, status=status)
        raised(give(patient, date(2026, 3, 20), 9), 1)
    assert six(figures(clinician)) == (1, 1, 1, 0, 1, 0)
    assert sheets(clinician, "risk", f"&to={ahead(0)}")["Risk"][0][1] == "1"
