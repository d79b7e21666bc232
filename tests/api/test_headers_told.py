"""Every header of an answer is in the document; what is sent in another way than it has is refused in words."""

import json
from uuid import uuid4

import pytest

from tests.api.conftest import SITTINGS, send
from tests.api.test_bad_input import check
from tests.api.test_fine_scopes import narrow  # noqa: F401  # a fixture
from tests.api.test_schema import document, errors

PATIENTS, WEBHOOKS = "/api/v1/patients/", "/api/v1/webhooks/"
# What every answer of the server has, pages too.
OF_ALL = {
    "content-type", "content-length", "vary", "allow", "expires", "cache-control", "x-frame-options",
    "content-encoding", "content-security-policy", "x-content-type-options", "referrer-policy",
    "cross-origin-opener-policy",
}  # fmt: skip
HOOK = {"name": "Appointments", "url": "https://receiver.example.org/hooks", "events": ["alert.raised"]}


def undescribed(answer, path):
    """The headers, or the status, that the document does not have for this answer."""
    told = document()["paths"][path][answer.wsgi_request.method.lower()]["responses"].get(str(answer.status_code))
    if told is None:
        return {str(answer.status_code)}
    return {name.lower() for name in answer.headers} - {name.lower() for name in told.get("headers", {})} - OF_ALL


def test_every_header_is_in_the_document(program, riverside, patient, patient_body):
    client, one = program(riverside), f"{PATIENTS}{patient.pk}/"
    made = send(client, "post", PATIENTS, patient_body())
    tag = client.get(one)["ETag"]
    missing = {path: f"/api/v1/{path}" for path in ("patients/{id}/", "patients/")}
    answers = [
        (client.get(PATIENTS, {"page_size": 1}), missing["patients/"]),
        (client.get(PATIENTS, {"colour": 1}), missing["patients/"]),
        (made, missing["patients/"]),
        (client.post(PATIENTS, "x", content_type="text/plain"), missing["patients/"]),
        (send(client, "post", PATIENTS, patient_body(), Authorization="Bearer no"), missing["patients/"]),
        (client.get(one), missing["patients/{id}/"]),
        (client.get(one, headers={"If-None-Match": tag}), missing["patients/{id}/"]),
        (client.get(f"{PATIENTS}{uuid4()}/"), missing["patients/{id}/"]),
        (send(client, "patch", one, {"address": "x"}, **{"If-Match": '"99.x"'}), missing["patients/{id}/"]),
        (client.delete(one), missing["patients/{id}/"]),
        (send(client, "post", f"{one}restore/", None), "/api/v1/patients/{id}/restore/"),
    ]
    assert [(path, answer.status_code, found) for answer, path in answers if (found := undescribed(answer, path))] == []


def test_conditions_of_webhooks_are_in_the_document(narrow):  # noqa: F811
    client = narrow("webhooks")
    made = send(client, "post", WEBHOOKS, HOOK)
    one, path = f"{WEBHOOKS}{made.json()['results']['id']}/", "/api/v1/webhooks/{id}/"
    same = client.get(one, headers={"If-None-Match": client.get(one)["ETag"]})
    stale = send(client, "patch", one, {"name": "Other"}, **{"If-Match": '"99.x"'})
    assert [same.status_code, stale.status_code] == [304, 412]
    turned = send(client, "post", f"{one}rotate/", {})
    told = [(made, WEBHOOKS), (same, path), (stale, path), (client.get(one), path), (turned, f"{path}rotate/")]
    assert [found for answer, path in told if (found := undescribed(answer, path))] == []
    takes = {name: [each["name"] for each in document()["paths"][name][method]["parameters"]]
             for name, method in ((path, "patch"), (f"{path}rotate/", "post"))}  # fmt: skip
    assert ["If-Match" in names for names in takes.values()] == [True, False]


@pytest.mark.parametrize("deed", ["patients", "assessments", "end", "withdraw"])
def test_what_takes_no_body_refuses_fields_instead_of_forgetting_them(client, patient, assessment, deed):
    body = {"patient": str(patient.pk), "instrument": "gad-7"}
    made = {
        "end": ("/api/v1/schedules/", {**body, "every": 2, "every_unit": "weeks"}),
        "withdraw": ("/api/v1/requests/", {**body, "days": 7}),
    }
    if deed in made:
        path, fields = made[deed]
        address = f"{path}{send(client, 'post', path, fields).json()['results']['id']}/{deed}/"
    else:
        record = {"patients": patient, "assessments": assessment}[deed]
        address = f"/api/v1/{deed}/{record.pk}/restore/"
    refused = send(client, "post", address, {"on": "2026-01-01"})
    assert list(check(refused, 400)) == ["on"]
    assert [send(client, "post", address, each).status_code for each in (None, {})] == [200, 200]
    assert [client.post(address, form).status_code for form in ({}, {"on": "2026-01-01"})] == [200, 415]


def test_address_in_another_writing_is_named(client, patient):
    for wrong in ("/api/v1/patients", f"{PATIENTS}{patient.pk}", f"{PATIENTS}{str(patient.pk).upper()}/"):
        answer = client.get(wrong)
        told = answer.json()["meta"]["message"]
        assert (answer.status_code, errors("Failure", answer.json())) == (404, []), wrong
        assert f"{wrong.rstrip('/').lower()}/ is one" in told
    assert "is one" not in client.get("/api/v1/patient").json()["meta"]["message"]


def test_compressed_body_is_refused_in_words(client, patient_body):
    answer = client.post(
        PATIENTS, json.dumps(patient_body()), content_type="application/json", headers={"Content-Encoding": "gzip"}
    )
    check(answer, 415, "unsupported_media_type")
    assert "Content-Encoding" in answer.json()["meta"]["message"]
    plain = send(client, "post", SITTINGS, {}, **{"Content-Encoding": "identity"})
    assert plain.status_code == 400


@pytest.mark.parametrize(
    "moment", ["2026-03-01t09:30:00z", "2026-03-01T09:30:00.1234567Z", "2026-03-01T09:30:00.123456789+01:00"]
)
def test_moment_is_read_as_programs_write_it(client, moment):
    """.NET writes seven digits, Java and Go up to nine."""
    assert client.get(PATIENTS, {"updated_since": moment}).status_code == 200


def test_pace_after_remission_is_a_number_and_a_unit(client, patient):
    body = {"patient": str(patient.pk), "instrument": "gad-7", "every": 2, "every_unit": "weeks", "then_unit": "months"}
    assert list(check(send(client, "post", "/api/v1/schedules/", body), 400)) == ["then_every"]
