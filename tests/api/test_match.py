"""Who is here already, asked by a program; and the warning beside somebody registered twice."""

import pytest

from clinic.audit.models import AuditEvent
from clinic.patients.models import Patient
from clinic.tenancy.scope import clinic_scope
from tests.api.conftest import send
from tests.api.test_schema import errors
from tests.world import make_patient

MATCH, PATIENTS = "/api/v1/patients/match/", "/api/v1/patients/"
SENT = {
    "full_name": "Kofi Adeyemii",
    "gender": "male",
    "date_of_birth": "1960-05-27",
    "phone_number": "020 7946 0463",
}


@pytest.fixture
def kofi(riverside):
    with clinic_scope(riverside.clinic):
        return make_patient(
            full_name="Kofi Adeyemi", family_name="Adeyemi", gender="male", date_of_birth="1960-05-27",
            phone_number="+442079460463",
        )  # fmt: skip


def test_match_answers_who_it_may_be_and_why(riverside, sign_in, kofi):
    response = send(sign_in(riverside.front_desk), "post", MATCH, SENT)
    (found,) = response.json()["results"]
    assert (response.status_code, found["__typename"], found["patient"]["id"]) == (200, "Match", str(kofi.pk))
    assert (found["grade"], found["score"] > 0.99) == ("certain", True)
    assert "family name one letter apart" in found["reasons"]
    assert errors("MatchList", response.json()) == []


def test_match_opens_patients_in_the_trail(riverside, sign_in, kofi):
    send(sign_in(riverside.front_desk), "post", MATCH, SENT)
    with clinic_scope(riverside.clinic):
        assert AuditEvent.objects.filter(action="patient.viewed", patient_id=kofi.pk).count() == 1


def test_match_writes_no_patient_and_knows_strangers(riverside, sign_in, kofi):
    response = send(sign_in(riverside.auditor), "post", MATCH, {"full_name": "Ana Bell"})
    with clinic_scope(riverside.clinic):
        assert (response.status_code, response.json()["results"], Patient.objects.count()) == (200, [], 1)


@pytest.mark.parametrize("sent", [{"full_nam": "x"}, {"date_of_birth": "soon"}, {"phone_number": "7"}])
def test_match_refuses_what_it_cannot_read(riverside, sign_in, sent):
    response = send(sign_in(riverside.front_desk), "post", MATCH, sent)
    assert (response.status_code, list(response.json()["error"]["fields"])) == (400, list(sent))


def test_registering_a_probable_duplicate_is_a_warning_and_no_wall(riverside, sign_in, kofi):
    response = send(sign_in(riverside.clinician), "post", PATIENTS, SENT)
    (warning,) = response.json()["meta"]["warnings"]
    assert (response.status_code, warning["code"], warning["patient"]) == (201, "possible_duplicate", str(kofi.pk))
    assert errors("PatientAnswer", response.json()) == []
