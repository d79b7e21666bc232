"""An imported Questionnaire on the pages where it is answered and read: every text stands where the file has it."""

from uuid import uuid4

import pytest
from django.utils.html import strip_tags

from clinic.assessments.models import Assessment
from clinic.instruments import actions as instrument_actions
from clinic.tenancy.scope import clinic_scope
from tests.assessments.by_link import let_in
from tests.instruments.questionnaires import asked, display, group, imported
from tests.world import Writer

ITEMS = (
    display("i", "Read each question."),
    group("now", "In the past 3 months", display("d", "Any use counts."), asked("n1", "Cocaine")),
    asked("z", "Help?"),
    display("e", "Thank you."),
)
ORDER = ["Read each question.", "In the past 3 months", "Any use counts.", "Cocaine", "Help?", "Thank you."]
AUTHORS = "Scored: critical from 4"


@pytest.fixture
def instrument(riverside):
    """The id of an imported instrument that patients may answer."""
    with clinic_scope(riverside.clinic):
        data = imported(*ITEMS, description=AUTHORS)
        return instrument_actions.add_custom_instrument(by=Writer(), data=data, origin="fhir")[0].instrument


def lines(page):
    return [line.strip() for line in strip_tags(page.content.decode()).splitlines() if line.strip()]


def in_order(page):
    """The texts of the Questionnaire in the order in which a page has them."""
    return [line for line in lines(page) if line in ORDER]


def test_staff_read_every_text_in_its_place(practitioner, patient, instrument):
    page = practitioner.get(f"/assessments/new/?patient={patient.pk}&instrument={instrument}")
    assert in_order(page) == ORDER


def test_patients_read_every_text_in_its_place_and_not_what_is_for_authors(make_link, instrument):
    link = make_link(instrument)
    page = let_in(link).get(link)
    assert in_order(page) == ORDER
    assert (AUTHORS in page.content.decode(), page.status_code) == (False, 200)


def test_finished_assessment_shows_what_stood_above_each_question(practitioner, patient, instrument, kept):
    form = {"id": uuid4(), "patient": patient.pk, "instrument": instrument, "date": "1 March 2026", "do": "complete"}
    address = f"/assessments/new/?patient={patient.pk}&instrument={instrument}"
    answer = practitioner.post(address, {**form, "answer-1": "3", "answer-2": "1"})
    assert answer.status_code == 302, lines(answer)
    page = practitioner.get(f"/assessments/{kept(Assessment).pk}/")
    assert in_order(page) == ORDER[:-1]
