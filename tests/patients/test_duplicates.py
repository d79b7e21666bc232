"""Registering somebody who may be here already, and the work list of pairs."""

from datetime import date

import pytest

from clinic.audit.models import AuditEvent
from clinic.patients.matching.rescan import rescan
from clinic.patients.models import DuplicatePair, Patient
from clinic.tenancy.scope import clinic_scope
from tests.world import make_patient

KOFI = {
    "full_name": "Kofi Adeyemi", "family_name": "Adeyemi", "gender": "male", "date_of_birth": date(1960, 5, 27),
    "phone_number": "+442079460463",
}  # fmt: skip
TYPED = {"full_name": "Kofi Adeyemii", "gender": "male", "date_of_birth": "27/5/1960", "phone_number": "020 7946 0463"}
NEW, SIMILAR, LIST = "/patients/new/", "/patients/similar/", "/patients/duplicates/"


@pytest.fixture
def kofi(riverside):
    with clinic_scope(riverside.clinic):
        return make_patient(**KOFI)


def typed(world, **fields):
    return {**TYPED, "user": str(world.clinician.pk), **fields}


def pairs(world):
    with clinic_scope(world.clinic):
        return list(DuplicatePair.objects.all())


def test_probably_the_same_person_is_asked_about_and_nothing_typed_is_lost(riverside, sign_in, kofi):
    response = sign_in(riverside.front_desk).post(NEW, typed(riverside, address="12 Mill Lane"))
    page = response.content.decode()
    with clinic_scope(riverside.clinic):
        assert (response.status_code, Patient.objects.count()) == (200, 1)
    shown = ("Possibly the same person", "family name one letter apart", str(kofi.pk), "12 Mill Lane", "Kofi Adeyemii")
    assert [text in page for text in shown] == [True] * len(shown)


def test_who_is_shown_by_the_question_is_in_the_trail(riverside, sign_in, kofi):
    sign_in(riverside.front_desk).post(NEW, typed(riverside))
    with clinic_scope(riverside.clinic):
        assert AuditEvent.objects.filter(action="patient.viewed", patient_id=kofi.pk).count() == 1


def test_someone_else_is_registered_and_the_answer_is_kept(riverside, sign_in, kofi):
    answer = {"someone_else": str(kofi.pk), "someone_else_why": "Father and son"}
    response = sign_in(riverside.front_desk).post(NEW, typed(riverside, **answer))
    (pair,) = pairs(riverside)
    assert (response.status_code, pair.note, pair.refused_by_name) == (302, "Father and son", "Frank Frontdesk")


def test_archived_patient_is_asked_about_too(riverside, sign_in, kofi):
    with clinic_scope(riverside.clinic):
        Patient.objects.update(archived_at="2026-01-01T00:00:00Z")
    page = sign_in(riverside.front_desk).post(NEW, typed(riverside)).content.decode()
    assert "Archived" in page


def test_twin_is_registered_without_a_question(riverside, sign_in, kofi):
    response = sign_in(riverside.front_desk).post(NEW, typed(riverside, full_name="Kwame Adeyemi"))
    assert response.status_code == 302


@pytest.mark.parametrize("answer", ["", "no id", "\0"])
def test_answer_that_names_nobody_answers_nothing(riverside, sign_in, kofi, answer):
    response = sign_in(riverside.front_desk).post(NEW, typed(riverside, someone_else=answer))
    assert response.status_code == 200


def test_change_that_makes_somebody_the_same_is_asked_about_once(riverside, sign_in, kofi):
    with clinic_scope(riverside.clinic):
        other = make_patient(full_name="Ana Bell", family_name="Bell", record_number="P-77")
    client, address = sign_in(riverside.front_desk), f"/patients/{other.pk}/edit/"
    change = typed(riverside, family_name="Adeyemii", record_number="P-77", version=other.version)
    assert client.post(address, change).status_code == 200
    assert client.post(address, {**change, "someone_else": str(kofi.pk)}).status_code == 302


def test_panel_says_who_is_here_and_why(riverside, sign_in, kofi):
    page = sign_in(riverside.front_desk).post(SIMILAR, typed(riverside)).content.decode()
    shown = ("Here already?", "Adeyemi, Kofi", "27 May 1960", "telephone agrees", "This is someone else")
    assert [text in page for text in shown] == [True] * len(shown)


def test_panel_knows_a_name_alone_as_similar_names(riverside, sign_in, kofi):
    page = sign_in(riverside.front_desk).post(SIMILAR, {"full_name": "Kofi Adeyemi"}).content.decode()
    assert ("Similar names are registered" in page, kofi.record_number in page) == (True, False)


@pytest.mark.parametrize("sent", [{}, {"full_name": "Zz Yy"}, {"date_of_birth": "soon"}, {"full_name": "\0"}])
def test_panel_is_empty_for_strangers_and_for_what_it_cannot_read(riverside, sign_in, kofi, sent):
    response = sign_in(riverside.front_desk).post(SIMILAR, sent)
    assert (response.status_code, response.content.decode().strip()) == (200, "")


@pytest.fixture
def pair(riverside, kofi):
    with clinic_scope(riverside.clinic):
        make_patient(**{**KOFI, "full_name": "Kofi Adeyemii", "family_name": "Adeyemii"}, record_number="P-78")
        rescan()
        return DuplicatePair.objects.get()


def test_work_list_shows_the_pair_with_its_reasons(riverside, sign_in, pair):
    page = sign_in(riverside.front_desk).get(LIST).content.decode()
    shown = ("1 pair", "P-78", "telephone agrees", "Not a duplicate")
    assert [text in page for text in shown] == [True] * len(shown)


def test_not_a_duplicate_takes_the_pair_off_the_list(riverside, sign_in, pair):
    client = sign_in(riverside.front_desk)
    client.post(f"{LIST}{pair.pk}/refuse/", {"note": "Twins\0"})
    assert "Nobody seems to be registered twice" in client.get(LIST).content.decode()
    assert [each.note for each in pairs(riverside)] == ["Twins"]


def test_pair_is_put_back_on_the_list(riverside, sign_in, pair):
    client = sign_in(riverside.front_desk)
    for step in ("refuse", "reopen"):
        client.post(f"{LIST}{pair.pk}/{step}/")
    assert "1 pair" in client.get(LIST).content.decode()


def test_list_is_narrowed_to_a_likelihood(riverside, sign_in, pair):
    client = sign_in(riverside.front_desk)
    found = [client.get(LIST, {"grade": grade}).content.decode() for grade in ("certain", "possible")]
    assert [("P-78" in page) for page in found] == [True, False]
