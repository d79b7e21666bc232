"""What a program sends again: the same under one key or id is done once, other content is refused."""

from datetime import date
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clinic.assessments.models import Alert, Assessment
from clinic.audit.models import AuditEvent
from clinic.patients.models import Patient
from clinic.tenancy.scope import clinic_scope
from tests.api.conftest import send
from tests.sizes import times

PATIENTS, ASSESSMENTS = "/api/v1/patients/", "/api/v1/assessments/"
OTHER = {"full_name": "Another Name", "gender": "male", "date_of_birth": "1950-01-01", "address": "Elsewhere"}


def keyed(client, method, path, body, key):
    return getattr(client, method)(path, body, content_type="application/json", headers={"Idempotency-Key": key})


def created(world) -> int:
    with clinic_scope(world.clinic):
        return AuditEvent.objects.filter(action="patient.created").count()


def fault(answer) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


@pytest.mark.parametrize("field", OTHER)
def test_id_with_other_content_is_taken(client, riverside, patient_body, field):
    body = patient_body(id=str(uuid4()))
    first, again = (send(client, "post", PATIENTS, body) for _ in range(2))
    other = send(client, "post", PATIENTS, {**body, field: OTHER[field]})
    assert [first.status_code, again.status_code, again.json()["results"]] == [201, 201, first.json()["results"]]
    assert (again["Location"], fault(other), created(riverside)) == (first["Location"], (409, "id_taken"), 1)


def test_id_of_another_record_is_taken(client, patient, patient_body):
    """One that was registered in a page, or by another program."""
    answer = send(client, "post", PATIENTS, patient_body(id=str(patient.pk)))
    assert (fault(answer), answer.json()["error"]["existing"]) == ((409, "id_taken"), str(patient.pk))


def test_other_answers_under_one_id_are_refused_and_their_alert_is_not_silenced(client, riverside, patient):
    body = {"id": str(uuid4()), "patient": str(patient.pk), "instrument": "phq-9", "date": "2026-03-01"}
    assert send(client, "post", ASSESSMENTS, {**body, "answers": {"1": 2}}).status_code == 201
    assert fault(send(client, "post", ASSESSMENTS, {**body, "answers": {"1": 3, "9": 3}})) == (409, "id_taken")
    with clinic_scope(riverside.clinic):
        assert (Assessment.objects.get(pk=body["id"]).answers, Alert.objects.count()) == ({"1": 2}, 0)


def test_key_makes_one_record_without_an_id(client, riverside, patient_body):
    body, key = patient_body(), "laboratory 7/2026"
    first, again = (keyed(client, "post", PATIENTS, body, key) for _ in range(2))
    other = keyed(client, "post", PATIENTS, {**body, "address": "Elsewhere"}, key)
    assert (first.status_code, again.status_code, again.json()["results"]) == (201, 201, first.json()["results"])
    assert (fault(other), created(riverside)) == ((409, "key_taken"), 1)
    assert keyed(client, "post", PATIENTS, {**body, "full_name": "New"}, "another").status_code == 201


def test_key_of_a_change_answers_with_the_record_as_it_is(client, riverside, patient):
    path = f"{PATIENTS}{patient.pk}/"
    first = keyed(client, "patch", path, {"version": 1, "address": "Moved"}, "a")
    send(client, "patch", path, {"version": 2, "address": "Moved on"})
    again = keyed(client, "patch", path, {"version": 1, "address": "Moved"}, "a")
    assert (first.json()["results"]["version"], again.status_code) == (2, 200)
    assert [again.json()["results"][name] for name in ("version", "address")] == [3, "Moved on"]


def test_key_of_archiving_is_done_once(client, patient):
    path = f"{PATIENTS}{patient.pk}/"
    assert [keyed(client, "delete", path, {}, "d").status_code for _ in range(2)] == [204, 204]
    assert client.delete(path).status_code == 404


def test_keys_of_two_programs_are_two(program, person, riverside, patient_body):
    body = patient_body()
    answers = [keyed(each, "post", PATIENTS, body, "same") for each in (program(riverside), person)]
    assert [answers[0].status_code, fault(answers[1])] == [201, (409, "name_taken")]


def test_change_with_an_old_version_that_is_there_is_no_conflict(client, riverside, patient):
    path, body = f"{PATIENTS}{patient.pk}/", {"version": 1, "address": "Moved"}
    answers = [send(client, "patch", path, body) for _ in range(2)]
    assert [(each.status_code, each.json()["results"]["version"]) for each in answers] == [(200, 2)] * 2
    assert fault(send(client, "patch", path, {"version": 1, "address": "Elsewhere"})) == (409, "conflict")
    assert fault(send(client, "patch", path, {"version": 9, "address": "Moved"})) == (409, "conflict")


def test_answers_and_name_are_compared_together(client, riverside, patient):
    """Neither half of a stale change gets in beside the other, which is there already."""
    body = {"patient": str(patient.pk), "instrument": "phq-9", "date": str(date(2026, 3, 1)), "answers": {"1": 1}}
    made = send(client, "post", ASSESSMENTS, body).json()["results"]
    path, change = f"{ASSESSMENTS}{made['id']}/", {"version": 1, "answers": {"2": 1}, "name": "Mine"}
    answers = [send(client, "patch", path, change) for _ in range(2)]
    assert [(each.status_code, each.json()["results"]["version"]) for each in answers] == [(200, 3)] * 2
    for stale in ({**change, "name": "Other"}, {**change, "answers": {"2": 3}}):
        assert fault(send(client, "patch", path, stale)) == (409, "conflict")
    with clinic_scope(riverside.clinic):
        kept = Assessment.objects.get(pk=made["id"])
        assert (kept.name, kept.answers, kept.version) == ("Mine", {"1": 1, "2": 1}, 3)


texts = st.text("aé字 \r\n1", max_size=30)


@settings(max_examples=times(15), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=st.dictionaries(st.sampled_from(["address", "preferred_name"]), texts), second=texts)
def test_any_body_is_the_same_in_any_order_and_another_when_it_differs(person, riverside, patient_body, first, second):
    body = {**patient_body(id=str(uuid4())), **first}
    turned = dict(reversed(body.items()))
    answers = [send(person, "post", PATIENTS, each) for each in (body, turned, {**body, "address": second})]
    same = body.get("address") == second
    assert [each.status_code for each in answers] == [201, 201, 201 if same else 409]
    with clinic_scope(riverside.clinic):
        assert Patient.objects.filter(pk=body["id"]).count() == 1


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[" * 100_000])
def test_body_that_is_no_json_is_refused_with_a_key_too(program, riverside, patient, method, body):
    path = PATIENTS if method == "post" else f"{PATIENTS}{patient.pk}/"
    answer = getattr(program(riverside), method)(
        path, body, content_type="application/json", headers={"Idempotency-Key": "odd"}
    )
    refused = 400 if body else 415  # without a body nothing says what it is
    assert answer.status_code == (204 if method == "delete" else refused)


@pytest.mark.parametrize("key", ["an id", "a key"])
def test_method_that_there_is_not_claims_no_id_and_no_key(client, patient, patient_body, key):
    """An address that takes no POST says so, whatever was sent before under that id."""
    body, other, headers = patient_body(), patient_body(), {}
    if key == "an id":
        body["id"] = other["id"] = str(uuid4())
    else:
        headers = {"Idempotency-Key": uuid4().hex}
    assert send(client, "post", PATIENTS, body, **headers).status_code == 201
    assert send(client, "post", f"{PATIENTS}{patient.pk}/", other, **headers).status_code == 405
