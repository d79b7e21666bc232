"""Who gets in, and how far."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from oauth2_provider.models import AccessToken, set_token_value

from clinic.access import Role
from clinic.accounts.models import ApiClient
from clinic.tenancy.scope import clinic_scope
from tests.api.conftest import send
from tests.conftest import signed_in
from tests.world import make_assessment, make_patient

PATIENTS, ASSESSMENTS = "/api/v1/patients/", "/api/v1/assessments/"


def code(response):
    return response.status_code, response.json()["error"]["code"]


@pytest.mark.parametrize("path", [PATIENTS, ASSESSMENTS])
@pytest.mark.parametrize("header", [None, "Bearer nonsense", "Bearer ", "Basic bm86b25l", "Nothing", "Bearer \udcff"])
def test_stranger_is_asked_who_it_is(db, path, header):
    headers = {"Authorization": header} if header else {}
    response = Client(headers=headers).get(path)
    assert code(response) == (401, "unauthenticated")
    assert response["WWW-Authenticate"] == 'Bearer realm="clinic"'


def test_scheme_of_a_token_may_be_written_in_any_case(program, riverside):
    token = program(riverside).defaults["HTTP_AUTHORIZATION"].removeprefix("Bearer ")
    assert Client(headers={"Authorization": f"bearer {token}"}).get(PATIENTS).status_code == 200


@pytest.mark.parametrize(("seconds", "status"), [(60, 200), (-1, 401)])
def test_token_opens_until_it_expires(riverside, credentials, seconds, status):
    client_id, _ = credentials[riverside.clinic.name, False]
    token = AccessToken(
        application=ApiClient.objects.get(client_id=client_id),
        expires=timezone.now() + timedelta(seconds=seconds),
        scope="read",
    )
    set_token_value(token, "a-token")
    token.save()
    assert Client(headers={"Authorization": "Bearer a-token"}).get(PATIENTS).status_code == status


@pytest.mark.parametrize(
    ("role", "path", "read", "written"),
    [
        (Role.OWNER, PATIENTS, 200, 400),
        (Role.OWNER, ASSESSMENTS, 200, 400),
        (Role.CLINICIAN, PATIENTS, 200, 400),
        (Role.CLINICIAN, ASSESSMENTS, 200, 400),
        (Role.FRONT_DESK, PATIENTS, 200, 400),
        (Role.FRONT_DESK, ASSESSMENTS, 403, 403),
        (Role.AUDITOR, PATIENTS, 200, 403),
        (Role.AUDITOR, ASSESSMENTS, 200, 403),
    ],
)
def test_role_decides(sign_in, riverside, role, path, read, written):
    client = sign_in(riverside.users[role])
    assert (client.get(path).status_code, send(client, "post", path, {}).status_code) == (read, written)


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_auditor_changes_nothing(sign_in, riverside, patient, method):
    response = send(sign_in(riverside.auditor), method, f"{PATIENTS}{patient.pk}/", {})
    assert code(response) == (403, "forbidden")


def test_program_without_write_only_reads(program, riverside, patient, patient_body):
    client = program(riverside, write=False)
    assert client.get(f"{PATIENTS}{patient.pk}/").status_code == 200
    assert code(send(client, "post", PATIENTS, patient_body())) == (403, "forbidden")
    assert code(send(client, "patch", f"{PATIENTS}{patient.pk}/", {"gender": "male"})) == (403, "forbidden")
    assert code(client.delete(f"{PATIENTS}{patient.pk}/")) == (403, "forbidden")


@pytest.fixture
def elsewhere(hillside):
    """A patient and an assessment of the other clinic, by the list that they would be in."""
    with clinic_scope(hillside.clinic):
        patient = make_patient(full_name="Quendolyn Secretname")
        return {PATIENTS: patient.pk, ASSESSMENTS: make_assessment(patient).pk}


@pytest.mark.parametrize("method", ["get", "put", "patch", "delete"])
def test_records_of_another_clinic_are_not_there(client, elsewhere, method):
    for path in (PATIENTS, ASSESSMENTS):
        for query in ("", "?archived=all"):
            assert code(send(client, method, f"{path}{elsewhere[path]}/{query}", {})) == (404, "not_found")


def test_lists_hold_one_clinic(client, elsewhere):
    assert [client.get(path).json()["results"] for path in elsewhere] == [[], []]


def test_other_clinics_ids_are_unknown_in_bodies_and_filters(
    client, elsewhere, hillside, patient_body, assessment_body
):
    nobody = {"user": ["This clinic has no active practitioner with this id."]}
    nothing = {"patient": ["This clinic has no patient with this id."]}
    refused = send(client, "post", PATIENTS, patient_body(user=str(hillside.clinician.pk)))
    assert refused.json()["error"]["fields"] == nobody
    refused = send(client, "post", ASSESSMENTS, assessment_body(patient=str(elsewhere[PATIENTS])))
    assert refused.json()["error"]["fields"] == nothing
    filtered = client.get(ASSESSMENTS, {"patient": str(elsewhere[PATIENTS])})
    assert filtered.json()["error"]["fields"] == {"patient": ["This clinic has no such patient."]}


def test_an_id_that_another_clinic_uses_is_free_here(client, elsewhere, patient_body):
    response = send(client, "post", PATIENTS, patient_body(id=str(elsewhere[PATIENTS])))
    assert (response.status_code, response.json()["results"]["id"]) == (201, str(elsewhere[PATIENTS]))


def test_person_of_no_clinic_is_told_so(sign_in, nobody):
    assert code(sign_in(nobody).get(PATIENTS)) == (403, "no_clinic")


def test_person_of_two_clinics_chooses_first(sign_in, both):
    assert code(sign_in(both).get(PATIENTS)) == (409, "choose_clinic")


def test_person_of_two_clinics_says_which_a_change_is_for(sign_in, both, riverside, hillside, patient_body):
    client = sign_in(both)
    client.post("/accounts/switch/", {"clinic": str(riverside.clinic.pk)})
    assert code(send(client, "post", PATIENTS, patient_body())) == (409, "clinic_missing")
    wrong, right = str(hillside.clinic.pk), str(riverside.clinic.pk)
    assert code(send(client, "post", PATIENTS, patient_body(), **{"X-Clinic": wrong})) == (409, "wrong_clinic")
    assert send(client, "post", PATIENTS, patient_body(), **{"X-Clinic": right}).status_code == 201


@pytest.fixture
def browser(riverside):
    """A signed-in session that, unlike the test client's, owes a CSRF token; `token` is it."""
    client = Client(enforce_csrf_checks=True)
    form = client.get("/accounts/login/").content.decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', form)[1]
    login = {"login": riverside.clinician.email, "password": "a long enough passphrase"}
    assert client.post("/accounts/login/", {**login, "csrfmiddlewaretoken": token}).status_code == 302
    client.token = client.cookies["csrftoken"].value
    return client


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_session_without_csrf_token_changes_nothing(browser, patient, patient_body, method):
    path = PATIENTS if method == "post" else f"{PATIENTS}{patient.pk}/"
    assert code(send(browser, method, path, patient_body())) == (403, "csrf")
    assert code(send(browser, method, path, patient_body(), **{"X-CSRFToken": "x" * 64})) == (403, "csrf")


def test_session_with_csrf_token_writes(browser, patient_body):
    response = send(browser, "post", PATIENTS, patient_body(), **{"X-CSRFToken": browser.token})
    assert response.status_code == 201


def test_csrf_token_of_another_origin_is_refused(browser, patient_body):
    headers = {"X-CSRFToken": browser.token, "Origin": "https://evil.example"}
    assert code(send(browser, "post", PATIENTS, patient_body(), **headers)) == (403, "csrf")


def test_session_reads_without_csrf_token(browser):
    assert browser.get(PATIENTS).status_code == 200


def test_token_needs_no_csrf_token(program, riverside, patient_body):
    client = program(riverside)
    client.handler.enforce_csrf_checks = True
    assert send(client, "post", PATIENTS, patient_body()).status_code == 201


def test_token_outranks_the_session(program, riverside, hillside, elsewhere):
    client = signed_in(Client(), hillside.clinician)
    client.defaults |= program(riverside).defaults
    assert client.get(f"{PATIENTS}{elsewhere[PATIENTS]}/").status_code == 404


def test_answers_are_not_stored(client, patient):
    assert "no-store" in client.get(f"{PATIENTS}{patient.pk}/")["Cache-Control"]


def test_refused_change_is_not_kept(client, riverside, patient):
    send(client, "put", f"{PATIENTS}{patient.pk}/", {"gender": "male"})
    with clinic_scope(riverside.clinic):
        patient.refresh_from_db()
    assert patient.gender == "female"
