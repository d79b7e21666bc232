"""Items that are asked only after some answers to others: the form, a patient's link, the record and the API."""

from uuid import uuid4

import pytest

from clinic.assessments.models import Assessment
from clinic.instruments import catalogue
from clinic.instruments.actions import set_instrument_choices
from clinic.tenancy.scope import clinic_scope
from tests.world import Writer, make_patient

NEVER = {"answer-1": "0"}


@pytest.fixture
def client(riverside, sign_in):
    with clinic_scope(riverside.clinic):
        set_instrument_choices(by=Writer(), licence_classes=["non-commercial"], hidden=[])
    return sign_in(riverside.clinician)


@pytest.fixture
def sent(client, riverside):
    """A function that sends a form of the AUDIT-C, and gives what is stored and the answer."""
    with clinic_scope(riverside.clinic):
        patient = make_patient(gender="male")

    def send(answers, do="complete"):
        key = uuid4()
        form = {"id": key, "patient": patient.pk, "instrument": "audit-c", "date": "1 March 2026", "do": do}
        page = client.post(f"/assessments/new/?patient={patient.pk}&instrument=audit-c", {**form, **answers})
        with clinic_scope(riverside.clinic):
            return Assessment.objects.get(pk=key), page

    return send


def test_somebody_who_never_drinks_scores_nothing_and_is_complete(sent):
    made, page = sent(NEVER)
    assert (page.status_code, made.status, made.score, made.band) == (302, "completed", 0, "Negative screen")
    assert (made.answered, made.results["asked"], made.results["notes"]) == (1, 1, [])


def test_item_that_is_not_asked_is_no_open_item(sent, client):
    made, page = sent({"answer-1": "1", "answer-2": "0"})
    assert (page.status_code, made.status) == (302, "in_progress")
    assert [question.code for question in client.get(page["Location"]).context["open_questions"]] == ["3"]


def test_answer_to_an_item_that_is_not_asked_is_kept_and_does_not_count(sent, client):
    made, _ = sent({**NEVER, "answer-2": "4", "answer-3": "4"})
    note = "Item {} is answered and does not count: it is asked only if item 1 is not “Never”."
    assert (made.score, made.answers) == (0, {"1": 0, "2": 4, "3": 4})
    assert made.results["notes"] == [note.format(2), note.format(3)]
    page = client.get(f"/assessments/{made.pk}/").content.decode()
    assert ("10 or more" in page, "Daily or almost daily" in page) == (True, True)


def test_record_leaves_out_what_was_not_asked(sent, client):
    made, _ = sent(NEVER)
    page = client.get(f"/assessments/{made.pk}/").content.decode()
    assert ("How often do you have a drink" in page, "How many drinks" in page) == (True, False)


def test_totals_of_earlier_versions_mean_what_those_of_the_newest_mean():
    """When an item is asked changes no total's meaning."""
    first, second, third = (catalogue.find_version("audit-c", version) for version in "123")
    assert first.bands == second.bands == third.bands
    assert [band.severity for band in first.bands] == [None, 2, None, 2]


def test_form_says_when_an_item_is_asked(sent, client):
    made, _ = sent(NEVER, do="later")
    questions = client.get(f"/assessments/{made.pk}/answer/").context["questions"]
    words = "Only if item 1 is not “Never”"
    assert [question.shown and question.shown.words for question in questions] == [None, words, words]
    rule = '{"any": false, "conditions": [{"name": "answer-1", "values": ["1", "2", "3", "4"], "without": true}]}'
    assert questions[1].shown.rule == rule
