"""Bad input: always a 4xx in the envelope that says what is wrong, and nothing saved."""

import json

import pytest

from clinic.assessments.models import Assessment
from clinic.patients.models import Patient
from clinic.tenancy.scope import clinic_scope
from tests.api.bad_values import ASSESSMENT_FIELDS, OTHER_CONTENT, PATIENT_FIELDS, QUESTIONS, UNREADABLE
from tests.api.conftest import send

PATHS = ["/api/v1/patients/", "/api/v1/assessments/"]


def check(response, status, code="invalid"):
    """The fields at fault, of an answer that is in the envelope."""
    answer = response.json()
    assert (response.status_code, response["Content-Type"]) == (status, "application/json"), answer
    assert (answer["meta"]["success"], answer["results"], answer["error"]["code"]) == (False, None, code)
    assert answer["meta"]["message"]
    return answer["error"]["fields"]


def test_unreadable_bodies_are_refused(person, patient, assessment):
    for path, record in zip(PATHS, (patient, assessment), strict=True):
        one = f"{path}{record.pk}/"
        for method, address in (("post", path), ("put", one), ("patch", one)):
            found = {body: check(send(person, method, address, body), 400) for body in UNREADABLE}
            assert found == {body: {} for body in UNREADABLE}


@pytest.mark.parametrize("path", PATHS)
def test_empty_body_is_refused(person, path):
    response = person.generic("POST", path, b"", headers={"Content-Type": "application/json"})
    assert check(response, 400) == {}


def faults(client, method, path, cases, whole):
    """The fields at fault of each (field, value), sent in a body that is right otherwise."""
    bodies = [(field, json.dumps(whole(**{field: value}))) for field, value in cases]
    return [(field, list(check(send(client, method, path, body), 400)), body) for field, body in bodies]


def test_bad_patient_fields_are_named(person, riverside, patient_body):
    for field, named, body in faults(person, "post", PATHS[0], PATIENT_FIELDS, patient_body):
        assert named == [field], body
    with clinic_scope(riverside.clinic):
        assert Patient.objects.count() == 0


def test_bad_changes_of_a_patient_are_named(person, patient):
    path = f"{PATHS[0]}{patient.pk}/"
    for field, named, body in faults(person, "patch", path, PATIENT_FIELDS, lambda **one: {"gender": "male", **one}):
        assert named == [field], body
    assert person.get(path).json()["results"]["version"] == 1


def test_bad_assessment_fields_are_named(person, riverside, assessment_body):
    for field, named, body in faults(person, "post", PATHS[1], ASSESSMENT_FIELDS, assessment_body):
        assert named == [field], body
    with clinic_scope(riverside.clinic):
        assert Assessment.objects.count() == 0


def test_bad_questions_are_named(person, assessment_body):
    for question, where in QUESTIONS:
        body = json.dumps(assessment_body(questions=[question]))
        assert list(check(send(person, "post", PATHS[1], body), 400)) == [where], body


def test_too_many_questions_are_refused(person, assessment_body):
    body = assessment_body(questions=[{"question": "A?"}] * 201)
    assert list(check(send(person, "post", PATHS[1], body), 400)) == ["questions"]


def test_bad_versions_are_named(person, patient, assessment):
    for path, record in zip(PATHS, (patient, assessment), strict=True):
        for value in (0, -1, 2**31, 10**4000, "1", 1.5, True, None, [1], {}):
            response = send(person, "patch", f"{path}{record.pk}/", json.dumps({"version": value}))
            assert list(check(response, 400)) == ["version"], value


def test_everything_wrong_is_named_at_once(person):
    body = {"full_name": "", "gender": "x", "date_of_birth": "x", "colour": 1, "size": 2, "user": "x"}
    assert set(check(send(person, "post", PATHS[0], body), 400)) == set(body)


def test_other_content_is_not_understood(client):
    for kind in OTHER_CONTENT:
        for path in PATHS:
            response = client.generic("POST", path, b"{}", content_type=kind)
            check(response, 415, "unsupported_media_type")


def test_malformed_form_of_a_session_is_refused(person):
    response = person.generic("POST", PATHS[0], b"{}", content_type="multipart/form-data")
    check(response, 400, "bad_request")


def test_json_may_say_its_character_set(client, patient_body):
    body = json.dumps(patient_body())
    assert client.post(PATHS[0], body, content_type="application/json; charset=UTF-8").status_code == 201


def test_ten_megabytes_are_too_large(client):
    for path in PATHS:
        check(send(client, "post", path, json.dumps({"full_name": "a" * 10_000_000})), 413, "too_large")
        check(send(client, "post", path, b"x" * (1024 * 1024 + 1)), 413, "too_large")


def allowed(client, path, methods):
    """What each method is answered with, in the envelope, and which methods that says there are."""
    found = set()
    for method in methods:
        response = client.generic(method, path, b"{}", content_type="application/json")
        check(response, 405, "method_not_allowed")
        found.add(response["Allow"])
    return found


def test_lists_take_no_other_method(client):
    methods = ("PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW")
    assert [allowed(client, path, methods) for path in PATHS] == [{"GET, HEAD, POST"}] * 2


def test_records_take_no_other_method(client, patient):
    methods = ("POST", "OPTIONS", "TRACE", "BREW")
    assert allowed(client, f"{PATHS[0]}{patient.pk}/", methods) == {"GET, HEAD, PUT, PATCH, DELETE"}


def test_malformed_ids_are_not_found(person):
    for path in PATHS:
        for key in ("1", "nobody", "3edac2e3-d223", "%00", "a" * 5000, "../patients"):
            for method in ("get", "put", "patch", "delete"):
                check(send(person, method, f"{path}{key}/"), 404, "not_found")


def test_address_without_its_slash_is_not_found_rather_than_a_get(client, patient_body):
    for path in PATHS:
        check(send(client, "post", path.removesuffix("/"), patient_body()), 404, "not_found")


def test_answer_is_json_whatever_is_accepted(client):
    for accept in ("text/html", "application/xml", "*/*", "nonsense", "", "text/html;q=x"):
        response = client.get(PATHS[0], headers={"Accept": accept})
        assert (response.status_code, response["Content-Type"]) == (200, "application/json")


def test_parameters_of_a_post_are_refused(person, patient_body):
    for path in PATHS:
        for name in ("format", "archived", "x", "id"):
            assert list(check(send(person, "post", f"{path}?{name}=1", patient_body()), 400)) == [name]


def test_too_many_parameters_are_refused(person):
    check(person.get(f"{PATHS[0]}?{'a&' * 1500}"), 400, "too_many_fields")


def test_names_keep_their_characters(client, patient_body):
    for name in ("José", "Nguyễn Thị Hồng", "李小龙", "محمد بن سلمان", "O’Connor-Ståhl", "N!xau 𐐷", "علی\u200cرضا"):
        body = json.dumps(patient_body(full_name=name))
        assert send(client, "post", PATHS[0], body).json()["results"]["full_name"] == name


def test_names_are_composed(client, patient_body):
    made = send(client, "post", PATHS[0], patient_body(full_name="Jose\u0301 ")).json()
    assert made["results"]["full_name"] == "Jos\u00e9"
