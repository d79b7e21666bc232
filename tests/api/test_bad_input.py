"""Bad input: always a 4xx in the envelope that says what is wrong, and nothing saved."""

import json

import pytest

from clinic.assessments.models import Assessment
from clinic.patients.models import Patient
from clinic.tenancy.scope import clinic_scope
from tests.api.conftest import send

PATHS = ["/api/v1/patients/", "/api/v1/assessments/"]
UNREADABLE = [
    b" ",
    b"{",
    b"null",
    b"[]",
    b'"text"',
    b"1",
    b"{}{}",
    b"\xff\xfe",
    b"\xef\xbb\xbf{}",
    b'{"full_name": NaN}',
    b'{"score": Infinity}',
    b'{"score": -Infinity}',
    b'{"gender": "male", "gender": "female"}',
    b'{"questions": [{"answer": "", "answer": ""}]}',
    b'{"version": ' + b"9" * 5000 + b"}",
    b'{"score": 1e99999999999999999999}',
    b"[" * 100_000,
    b'{"a":' * 100_000,
    b'{"questions": ' + b"[" * 400 + b"]" * 400 + b"}",
    b'{"full_name": ' + b'{"a":' * 30 + b"1" + b"}" * 30 + b"}",
]
PATIENT_FIELDS = [
    ("full_name", None),
    ("full_name", ""),
    ("full_name", " \t\n "),
    ("full_name", 5),
    ("full_name", 1.5),
    ("full_name", True),
    ("full_name", ["Ana"]),
    ("full_name", {"first": "Ana"}),
    ("full_name", "a" * 201),
    ("full_name", "Ana\u0000"),
    ("full_name", "Ana \ud800"),
    ("family_name", "\ud800"),
    ("family_name", None),
    ("gender", ""),
    ("gender", None),
    ("gender", "Female"),
    ("gender", ["female"]),
    ("gender", "\ud800"),
    ("date_of_birth", None),
    ("date_of_birth", ""),
    ("date_of_birth", 19610312),
    ("date_of_birth", "12/3/1961"),
    ("date_of_birth", "1961-3-12"),
    ("date_of_birth", "1961-02-30"),
    ("date_of_birth", "1961-03-12T00:00:00Z"),
    ("date_of_birth", "0000-01-01"),
    ("date_of_birth", "1800-01-01"),
    ("date_of_birth", "9999-12-31"),
    ("date_of_birth", "١٩٦١-٠٣-١٢"),
    ("date_of_birth_precision", "roughly"),
    ("date_of_birth_precision", None),
    ("phone_number", "12"),
    ("phone_number", "call me"),
    ("phone_number", 442079460958),
    ("phone_number", None),
    ("phone_number", "\u0000"),
    ("phone_number", "\ud800"),
    ("second_phone_number", "1" * 10_000),
    ("address", "a" * 1001),
    ("address", "\u0000"),
    ("address", "\udfff"),
    ("address", None),
    ("record_number", "a" * 41),
    ("record_number", "\u0000"),
    ("record_number", 7),
    ("user", "nobody"),
    ("user", 5),
    ("user", None),
    ("user", "00000000-0000-4000-8000-000000000000"),
    ("user", "{7a2c1f4e-52a6-4c02-9d3b-0f6d8f2f9b11}"),
    ("user", "\ud800"),
    ("user", "\u0000"),
    ("user", {"id": "7a2c1f4e-52a6-4c02-9d3b-0f6d8f2f9b11"}),
    ("id", "new"),
    ("id", 10**40),
    ("id", None),
    ("colour", "green"),
    ("name_key", "ana"),
    ("\u0000", 1),
]
ASSESSMENT_FIELDS = [
    ("patient", None),
    ("patient", "nobody"),
    ("patient", "00000000-0000-4000-8000-000000000000"),
    ("patient", 1),
    ("user", "00000000-0000-4000-8000-000000000000"),
    ("name", None),
    ("name", 5),
    ("name", "a" * 201),
    ("name", "\ud800"),
    ("name", "\u0000"),
    ("type", None),
    ("type", "Physical"),
    ("type", {}),
    ("date", None),
    ("date", "2999-01-01"),
    ("date", "1899-12-31"),
    ("date", "1 March 2026"),
    ("date", 20260301),
    ("score", True),
    ("score", "high"),
    ("score", ""),
    ("score", []),
    ("score", {}),
    ("score", 1234567),
    ("score", 1.001),
    ("score", 10**400),
    ("score", "1e400"),
    ("score", "NaN"),
    ("score", "Infinity"),
    ("score", "\ud800"),
    ("score", "٣"),
    ("questions", None),
    ("questions", {}),
    ("questions", "How?"),
    ("questions", 5),
    ("id", []),
    ("colour", "green"),
]


def check(response, status, code="invalid"):
    """The fields at fault, of an answer that is in the envelope."""
    answer = response.json()
    assert (response.status_code, response["Content-Type"]) == (status, "application/json"), answer
    assert (answer["meta"]["success"], answer["results"], answer["error"]["code"]) == (False, None, code)
    assert answer["meta"]["message"]
    return answer["error"]["fields"]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("body", UNREADABLE, ids=lambda body: repr(body[:30]))
def test_unreadable_body_is_refused(person, path, body):
    assert check(send(person, "post", path, body), 400) == {}


@pytest.mark.parametrize("path", PATHS)
def test_empty_body_is_refused(person, path):
    response = person.generic("POST", path, b"", headers={"Content-Type": "application/json"})
    assert check(response, 400) == {}


@pytest.mark.parametrize("method", ["put", "patch"])
@pytest.mark.parametrize("body", UNREADABLE[:6], ids=repr)
def test_unreadable_change_is_refused(person, patient, assessment, method, body):
    for path, record in zip(PATHS, (patient, assessment), strict=True):
        assert check(send(person, method, f"{path}{record.pk}/", body), 400) == {}


@pytest.mark.parametrize(("field", "value"), PATIENT_FIELDS)
def test_bad_patient_field_is_named(person, riverside, patient_body, field, value):
    fields = check(send(person, "post", PATHS[0], json.dumps(patient_body(**{field: value}))), 400)
    assert list(fields) == [field]
    with clinic_scope(riverside.clinic):
        assert Patient.objects.count() == 0


@pytest.mark.parametrize(("field", "value"), PATIENT_FIELDS)
def test_bad_change_of_a_patient_is_named(person, patient, field, value):
    response = send(person, "patch", f"{PATHS[0]}{patient.pk}/", json.dumps({"gender": "male", field: value}))
    assert list(check(response, 400)) == [field]
    assert person.get(f"{PATHS[0]}{patient.pk}/").json()["results"]["version"] == 1


@pytest.mark.parametrize(("field", "value"), ASSESSMENT_FIELDS)
def test_bad_assessment_field_is_named(person, riverside, assessment_body, field, value):
    fields = check(send(person, "post", PATHS[1], json.dumps(assessment_body(**{field: value}))), 400)
    assert list(fields) == [field]
    with clinic_scope(riverside.clinic):
        assert Assessment.objects.count() == 0


@pytest.mark.parametrize(
    ("question", "where"),
    [
        (None, "questions.0"),
        ("How?", "questions.0"),
        ([], "questions.0"),
        ({}, "questions.0.question"),
        ({"question": ""}, "questions.0.question"),
        ({"question": 5}, "questions.0.question"),
        ({"question": "a" * 501}, "questions.0.question"),
        ({"question": "A?", "answer": None}, "questions.0.answer"),
        ({"question": "A?", "answer": "a" * 4001}, "questions.0.answer"),
        ({"question": "A?", "answer": "\ud800"}, "questions.0.answer"),
        ({"question": "A?", "answer": "\u0000"}, "questions.0.answer"),
        ({"question": "A?", "points": 1}, "questions.0.points"),
    ],
)
def test_bad_question_is_named(person, assessment_body, question, where):
    body = json.dumps(assessment_body(questions=[question]))
    assert list(check(send(person, "post", PATHS[1], body), 400)) == [where]


def test_too_many_questions_are_refused(person, assessment_body):
    body = assessment_body(questions=[{"question": "A?"}] * 201)
    assert list(check(send(person, "post", PATHS[1], body), 400)) == ["questions"]


@pytest.mark.parametrize("value", [0, -1, 2**31, 10**4000, "1", 1.0, True, None, [1], {}])
def test_bad_version_is_named(person, patient, assessment, value):
    for path, record in zip(PATHS, (patient, assessment), strict=True):
        response = send(person, "patch", f"{path}{record.pk}/", json.dumps({"version": value}))
        assert list(check(response, 400)) == ["version"]


def test_everything_wrong_is_named_at_once(person):
    body = {"full_name": "", "gender": "x", "date_of_birth": "x", "colour": 1, "size": 2, "user": "x"}
    assert set(check(send(person, "post", PATHS[0], body), 400)) == set(body)


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    "kind",
    ["", "text/plain", "text/html", "application/xml", "application/x-www-form-urlencoded", "application/jsonx",
     "multipart/form-data; boundary=x", "multipart/form-data", "application/merge-patch+json", "\ud800", ";"],
)  # fmt: skip
def test_other_content_is_not_understood(client, patient, path, kind):
    response = client.generic("POST", path, b"{}", content_type=kind)
    if kind == "multipart/form-data" and response.json()["error"]["code"] == "bad_request":
        check(response, 400, "bad_request")
    else:
        check(response, 415, "unsupported_media_type")


def test_json_may_say_its_character_set(client, patient_body):
    body = json.dumps(patient_body())
    assert client.post(PATHS[0], body, content_type="application/json; charset=UTF-8").status_code == 201


@pytest.mark.parametrize("path", PATHS)
def test_ten_megabytes_are_too_large(client, patient, path):
    check(send(client, "post", path, json.dumps({"full_name": "a" * 10_000_000})), 413, "too_large")
    check(send(client, "post", path, b"x" * (1024 * 1024 + 1)), 413, "too_large")


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"])
def test_lists_take_no_other_method(client, path, method):
    response = client.generic(method, path, b"{}", content_type="application/json")
    check(response, 405, "method_not_allowed")
    assert response["Allow"] == "GET, HEAD, POST"


@pytest.mark.parametrize("method", ["POST", "OPTIONS", "BREW"])
def test_records_take_no_other_method(client, patient, method):
    response = client.generic(method, f"{PATHS[0]}{patient.pk}/", b"{}", content_type="application/json")
    check(response, 405, "method_not_allowed")
    assert response["Allow"] == "GET, HEAD, PUT, PATCH, DELETE"


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("key", ["1", "nobody", "3edac2e3-d223", "%00", "a" * 5000, "../patients"])
@pytest.mark.parametrize("method", ["get", "put", "patch", "delete"])
def test_malformed_id_is_not_found(person, path, key, method):
    check(send(person, method, f"{path}{key}/"), 404, "not_found")


@pytest.mark.parametrize("path", PATHS)
def test_address_without_its_slash_is_not_found_rather_than_a_get(client, path, patient_body):
    check(send(client, "post", path.removesuffix("/"), patient_body()), 404, "not_found")


@pytest.mark.parametrize("accept", ["text/html", "application/xml", "*/*", "nonsense", "", "text/html;q=x"])
def test_answer_is_json_whatever_is_accepted(client, accept):
    response = client.get(PATHS[0], headers={"Accept": accept})
    assert (response.status_code, response["Content-Type"]) == (200, "application/json")


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("query", ["?format=json", "?archived=all", "?x", "?id=1"])
def test_parameters_of_a_post_are_refused(person, path, query, patient_body):
    response = send(person, "post", f"{path}{query}", patient_body())
    assert list(check(response, 400)) == [query.lstrip("?").partition("=")[0]]


def test_too_many_parameters_are_refused(person):
    check(person.get(f"{PATHS[0]}?{'a&' * 1500}"), 400, "too_many_fields")


@pytest.mark.parametrize(
    "name", ["José", "Nguyễn Thị Hồng", "李小龙", "محمد بن سلمان", "O’Connor-Ståhl", "N!xau 𐐷", "a\u200db"]
)
def test_names_keep_their_characters(client, patient_body, name):
    body = json.dumps(patient_body(full_name=name))
    assert send(client, "post", PATHS[0], body).json()["results"]["full_name"] == name


def test_names_are_composed(client, patient_body):
    made = send(client, "post", PATHS[0], patient_body(full_name="Jose\u0301 ")).json()
    assert made["results"]["full_name"] == "Jos\u00e9"
