"""Which copy of a form wrote last: it may write again with any version, and nobody else may."""

from datetime import date
from importlib import import_module
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client

from clinic.assessments.models import Alert, AnswerRequest, Assessment
from clinic.assessments.questionnaire.actions import change_responses, start_assessment
from clinic.assessments.selfreport.actions import answer_request, create_request
from clinic.instruments.catalogue import find
from clinic.tenancy.scope import clinic_scope
from tests.conftest import signed_in
from tests.side_by_side import overlap
from tests.world import Writer, make_patient

PAGES = import_module("clinic.assessments.migrations.0017_pages_of_forms").PAGES
FIRST = {"answer-1": "1"}


@pytest.fixture
def patient(riverside):
    with clinic_scope(riverside.clinic):
        return make_patient(date_of_birth=date(1980, 3, 12))


@pytest.fixture
def save(riverside, sign_in, patient):
    """Saves from a copy of the form, as its script does; each `page` is somebody's window."""
    client, key = sign_in(riverside.clinician), uuid4()

    def save(page: object, version: object, **chosen: str):
        form = {"id": key, "patient": patient.pk, "instrument": "phq-9", "date": "1 March 2026", "page": page}
        return client.post(f"/assessments/{key}/answers/", {**form, "version": version, **chosen}).status_code

    save.key = key
    return save


def kept(world, key):
    with clinic_scope(world.clinic):
        found = Assessment.objects.get(pk=key)
        return found.answers, found.version, found.page, found.page_version


def test_page_that_lost_its_answers_goes_on(riverside, save):
    page = uuid4()
    sent = [save(page, "", **FIRST), save(page, "", **FIRST, **{"answer-2": "1"}), save(page, "1", **{"answer-9": "1"})]
    assert (sent, kept(riverside, save.key)) == ([200] * 3, ({"9": 1}, 3, page, 3))
    with clinic_scope(riverside.clinic):
        assert Alert.objects.filter(assessment=save.key).count() == 1


def test_another_page_is_a_stranger(riverside, save):
    page, other = uuid4(), uuid4()
    sent = [save(page, "", **FIRST), save(other, "", **{"answer-2": "1"}), save(other, "1", **{"answer-2": "1"})]
    assert sent == [200, 409, 200]
    assert save(page, "1", **{"answer-3": "1"}) == 409
    assert kept(riverside, save.key) == ({"2": 1}, 2, other, 2)


def test_another_page_that_says_the_same_is_no_stranger(riverside, save):
    page = uuid4()
    assert [save(page, "", **FIRST), save(uuid4(), "", **FIRST)] == [200, 200]
    assert kept(riverside, save.key) == ({"1": 1}, 1, page, 1)


def test_program_between_makes_the_page_a_stranger(riverside, save):
    page = uuid4()
    save(page, "", **FIRST)
    with clinic_scope(riverside.clinic):
        change_responses(by=Writer(), id=save.key, answers={"2": 1})
    assert save(page, "1", **{"answer-3": "1"}) == 409
    assert kept(riverside, save.key) == ({"1": 1, "2": 1}, 2, None, None)


def test_start_that_finds_the_assessment_there_still_saves(woodside, in_woodside):
    """The first request is on its way while the second, with one more answer, finds none and starts one too."""
    client, page, key = signed_in(Client(), woodside.clinician), uuid4(), uuid4()
    with in_woodside():
        patient = make_patient(date_of_birth=date(1980, 3, 12))
        start = {"by": Writer(), "definition": find("phq-9"), "patient": patient, "user": patient.user, "id": key}
    form = {"id": key, "patient": patient.pk, "instrument": "phq-9", "date": "1 March 2026", "page": page}
    both = overlap(
        in_woodside,
        lambda: start_assessment(**start, date=date(2026, 3, 1), page=page, answers={"1": 1}),
        lambda: client.post(f"/assessments/{key}/answers/", {**form, **FIRST, "answer-9": "1"}).status_code,
        alone=True,
    )
    assert (both.second, both.waited, kept(woodside, key)[0]) == (200, True, {"1": 1, "9": 1})
    with in_woodside():
        assert Alert.objects.filter(assessment=key).count() == 1


def test_upgrade_gives_open_assessments_their_page(riverside, patient):
    """The copy that a patient has open goes on; one that somebody else has written since does not."""
    pages = [uuid4(), uuid4()]
    with clinic_scope(riverside.clinic):
        for instrument, page in zip(("phq-9", "gad-7"), pages, strict=True):
            create_request(
                by=Writer(), clinic=riverside.clinic, id=page, patient=patient, user=patient.user,
                definition=find(instrument), language="en", days=7,
            )  # fmt: skip
            answer_request(id=page, answers={"1": 1}, version=None, page=page)
        changed = AnswerRequest.objects.get(pk=pages[1]).assessment_id
        change_responses(by=Writer(), id=changed, answers={"2": 1})
        Assessment.objects.update(page=None, page_version=None)
        with connection.cursor() as cursor:
            cursor.execute(PAGES)
        found = [AnswerRequest.objects.get(pk=page).assessment for page in pages]
    assert [(each.page, each.page_version) for each in found] == [(pages[0], 1), (None, None)]
