"""Patients, in and out, as a person and as a program."""

from uuid import UUID, uuid4

import pytest

from clinic.audit.models import AuditEvent
from clinic.patients.models import Patient
from clinic.tenancy.scope import clinic_scope
from tests.api.conftest import send

LIST = "/api/v1/patients/"


def at(pk, query=""):
    return f"{LIST}{pk}/{query}"


def test_create_answers_with_the_whole_patient(client, riverside, patient_body):
    body = patient_body(
        full_name="  Ana   García\tLópez ",
        phone_number="020 7946 0958",
        address="4 Mill Lane\r\nRiverside",
        record_number="X-1",
    )
    response = send(client, "post", LIST, body)
    made = response.json()["results"]
    assert response.status_code == 201
    assert response["Location"] == f"http://testserver{at(made['id'])}"
    assert {name: made[name] for name in made if name not in ("id", "created_at", "updated_at")} == {
        "__typename": "Patient",
        "user": str(riverside.clinician.pk),
        "practitioner": "Clara Clinician",
        "full_name": "Ana García López",
        "family_name": "López",
        "preferred_name": "",
        "other_names": "",
        "gender": "female",
        "sex": "",
        "date_of_birth": "1961-03-12",
        "date_of_birth_precision": "exact",
        "phone_number": "+442079460958",
        "phone_extension": "",
        "second_phone_number": "",
        "second_phone_extension": "",
        "email": "",
        "address": "4 Mill Lane\nRiverside",
        "contact_by": "",
        "language": "",
        "needs_interpreter": False,
        "next_of_kin": "",
        "status": "active",
        "status_on": None,
        "record_number": "X-1",
        "identifiers": [],
        "tags": [],
        "latest_results": [],
        "archived_at": None,
        "version": 1,
    }


def test_create_keeps_the_id_that_the_client_chose_and_makes_one(client, riverside, patient_body):
    body = patient_body(id=str(uuid4()))
    first, second = send(client, "post", LIST, body), send(client, "post", LIST, body)
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json()["results"] == second.json()["results"]
    with clinic_scope(riverside.clinic):
        assert Patient.objects.filter(full_name=body["full_name"]).count() == 1


def test_create_gives_the_next_record_number(client, patient_body):
    numbers = [
        send(client, "post", LIST, patient_body()).json()["results"]["record_number"],
        send(client, "post", LIST, patient_body(record_number="")).json()["results"]["record_number"],
    ]
    assert numbers == ["P-000001", "P-000002"]


def test_create_defaults_to_the_person_signed_in(person, riverside, patient_body):
    body = patient_body()
    del body["user"]
    assert send(person, "post", LIST, body).json()["results"]["user"] == str(riverside.clinician.pk)


def test_create_needs_a_practitioner_of_a_program(program, riverside, patient_body):
    body = patient_body()
    del body["user"]
    response = send(program(riverside), "post", LIST, body)
    assert response.status_code == 400
    assert response.json()["error"]["fields"] == {"user": ["This field is required."]}


def test_create_needs_a_practitioner_of_somebody_who_is_none(sign_in, riverside, patient_body):
    body = patient_body()
    del body["user"]
    response = send(sign_in(riverside.front_desk), "post", LIST, body)
    assert response.json()["error"]["fields"] == {"user": ["This field is required."]}


def test_year_of_birth_alone_is_kept_as_its_first_day(client, patient_body):
    body = patient_body(date_of_birth="1961-03-12", date_of_birth_precision="year")
    made = send(client, "post", LIST, body).json()["results"]
    assert (made["date_of_birth"], made["date_of_birth_precision"]) == ("1961-01-01", "year")


def test_year_alone_forgets_the_day_that_was_known(client, patient):
    made = send(client, "patch", at(patient.pk), {"date_of_birth_precision": "year"}).json()["results"]
    assert made["date_of_birth"] == f"{patient.date_of_birth.year}-01-01"


def test_day_is_not_kept_where_only_the_year_is_known(client, patient):
    send(client, "patch", at(patient.pk), {"date_of_birth_precision": "year"})
    made = send(client, "patch", at(patient.pk), {"date_of_birth": "1961-03-12"}).json()["results"]
    assert (made["date_of_birth"], made["date_of_birth_precision"]) == ("1961-01-01", "year")


def test_retrieve_answers_as_create_did(client, patient_body):
    made = send(client, "post", LIST, patient_body()).json()["results"]
    response = client.get(at(made["id"]))
    assert (response.status_code, response.json()["results"]) == (200, made)


def test_put_takes_back_what_get_gave(client, patient):
    read = client.get(at(patient.pk)).json()["results"]
    response = send(client, "put", at(patient.pk), read)
    assert (response.status_code, response.json()["results"]) == (200, read)


def test_put_changes_and_keeps_what_is_left_out(client, patient_body, riverside):
    made = send(client, "post", LIST, patient_body(address="4 Mill Lane")).json()["results"]
    body = {"full_name": "Ana Ruiz", "gender": "other", "date_of_birth": "1961-03-13"}
    changed = send(client, "put", at(made["id"]), body).json()["results"]
    assert {**made, **body, "version": 2, "updated_at": changed["updated_at"]} == changed


def test_put_needs_the_required_fields(client, patient):
    response = send(client, "put", at(patient.pk), {"gender": "other"})
    assert response.json()["error"]["fields"] == {
        "full_name": ["This field is required."],
        "date_of_birth": ["This field is required."],
    }


def test_patch_changes_one_field(client, patient):
    before = client.get(at(patient.pk)).json()["results"]
    after = send(client, "patch", at(patient.pk), {"address": "5 Mill Lane"}).json()["results"]
    assert after == {**before, "address": "5 Mill Lane", "version": 2, "updated_at": after["updated_at"]}


def test_patch_without_a_difference_writes_nothing(client, patient):
    before = client.get(at(patient.pk)).json()["results"]
    assert send(client, "patch", at(patient.pk), {"gender": "female"}).json()["results"] == before


def test_id_cannot_be_changed(client, patient):
    response = send(client, "patch", at(patient.pk), {"id": str(uuid4()), "address": "5 Mill Lane"})
    assert response.json()["results"]["id"] == str(patient.pk)


def test_stale_version_is_a_conflict_that_shows_the_current_record(client, patient):
    send(client, "patch", at(patient.pk), {"address": "5 Mill Lane", "version": 1})
    response = send(client, "patch", at(patient.pk), {"address": "6 Mill Lane", "version": 1})
    answer = response.json()
    assert (response.status_code, answer["error"]["code"]) == (409, "conflict")
    assert answer["error"]["current"] == client.get(at(patient.pk)).json()["results"]
    assert answer["error"]["current"]["address"] == "5 Mill Lane"


def test_current_version_is_no_conflict(client, patient):
    response = send(client, "patch", at(patient.pk), {"address": "5 Mill Lane", "version": 1})
    assert (response.status_code, response.json()["results"]["version"]) == (200, 2)


def test_second_patient_of_a_name_is_refused_with_the_first(client, patient_body):
    made = send(client, "post", LIST, patient_body(full_name="Ana Ruiz")).json()["results"]
    response = send(client, "post", LIST, patient_body(full_name="ANA  ruiz"))
    message = "This practitioner already has a patient of that name."
    assert response.status_code == 409
    assert response.json()["error"] == {
        "__typename": "Error",
        "code": "name_taken",
        "fields": {"full_name": [message]},
        "existing": made["id"],
    }


def test_renaming_to_a_taken_name_is_refused_with_its_owner(client, patient_body, riverside):
    first = send(client, "post", LIST, patient_body()).json()["results"]
    second = send(client, "post", LIST, patient_body()).json()["results"]
    response = send(client, "patch", at(second["id"]), {"full_name": first["full_name"]})
    assert (response.status_code, response.json()["error"]["existing"]) == (409, first["id"])


def test_record_number_of_another_patient_is_refused(client, patient_body):
    send(client, "post", LIST, patient_body(record_number="X-1"))
    response = send(client, "post", LIST, patient_body(record_number="X-1"))
    assert response.status_code == 400
    assert response.json()["error"]["fields"] == {"record_number": ["Another patient has this record number."]}


def test_record_number_cannot_be_taken_away(client, patient):
    response = send(client, "patch", at(patient.pk), {"record_number": ""})
    assert response.json()["error"]["fields"] == {"record_number": ["A registered patient keeps a record number."]}


@pytest.mark.parametrize("method", ["get", "put", "patch", "delete"])
def test_archived_patient_is_found_only_when_asked_for(client, patient, method):
    body = client.get(at(patient.pk)).json()["results"]
    assert client.delete(at(patient.pk)).status_code == 204
    assert send(client, method, at(patient.pk), body if method != "get" else None).status_code == 404
    del body["version"], body["archived_at"]
    found = send(client, method, at(patient.pk, "?archived=all"), body if method != "get" else None)
    assert found.status_code == (204 if method == "delete" else 200)


def test_delete_keeps_the_record(client, patient, riverside):
    response = client.delete(at(patient.pk))
    assert (response.status_code, response.content) == (204, b"")
    assert client.get(LIST).json()["meta"]["pagination"]["count"] == 0
    assert [row["id"] for row in client.get(LIST, {"archived": "only"}).json()["results"]] == [str(patient.pk)]


def test_changes_are_in_the_trail_under_who_made_them(program, riverside, patient_body):
    made = send(program(riverside), "post", LIST, patient_body()).json()["results"]
    with clinic_scope(riverside.clinic):
        event = AuditEvent.objects.get(record_id=UUID(made["id"]))
    assert (event.action, event.actor_id.partition(":")[0]) == ("patient.created", "client")
    assert event.actor_name == "Laboratory True"


def test_practitioner_who_left_may_stay_responsible_but_gets_nobody_new(client, patient_body, riverside):
    made = send(client, "post", LIST, patient_body()).json()["results"]
    with clinic_scope(riverside.clinic):
        type(Patient.objects.get(pk=made["id"]).user).objects.update(is_active=False)
    assert send(client, "put", at(made["id"]), made).status_code == 200
    refused = send(client, "post", LIST, patient_body())
    assert refused.json()["error"]["fields"] == {"user": ["This clinic has no active practitioner with this id."]}
