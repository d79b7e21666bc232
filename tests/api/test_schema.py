"""The OpenAPI document: valid, and what the answers really are."""

import json
from functools import cache

import pytest
from django.core.management import call_command
from django.test import Client
from jsonschema import Draft202012Validator, FormatChecker
from openapi_spec_validator import OpenAPIV31SpecValidator

from clinic.api.documentation import docs
from clinic.api.documentation.examples import EXAMPLES
from clinic.tenancy.scope import clinic_scope
from tests.api.conftest import send
from tests.world import make_assessment, make_patient

PATIENTS, ASSESSMENTS = "/api/v1/patients/", "/api/v1/assessments/"


@cache
def document():
    return json.loads(Client().get("/api/v1/schema/").content)


def validator(name):
    schema = {"$ref": f"#/components/schemas/{name}", "components": document()["components"]}
    return Draft202012Validator(schema, format_checker=FormatChecker())


def errors(name, value):
    return [f"{error.json_path}: {error.message}" for error in validator(name).iter_errors(value)]


def test_document_is_valid_and_complete(tmp_path):
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", str(tmp_path / "api.yml"))
    assert (tmp_path / "api.yml").read_text().startswith("openapi: 3.1")


def parts(schema):
    """Every object in the document."""
    if isinstance(schema, dict):
        yield schema
    for inner in schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else ():
        yield from parts(inner)


def test_document_is_one_that_generators_of_clients_take(db):
    OpenAPIV31SpecValidator(document()).validate()
    types = [part["type"] for part in parts(document()) if isinstance(part.get("type"), str | list)]
    assert ("null" in types, [each for each in types if isinstance(each, list) and len({*each}) < len(each)]) == (
        False,
        [],
    )
    assert [part for part in parts(document()) if isinstance(part.get("const"), bool)] == []


def test_patient_without_mail_is_as_documented_whether_or_not_formats_are_checked(db):
    schema = {"$ref": "#/components/schemas/Patient", "components": document()["components"]}
    patient = {**EXAMPLES["Patient"], "email": ""}
    assert (list(Draft202012Validator(schema).iter_errors(patient)), errors("Patient", patient)) == ([], [])


def test_headers_are_as_documented(client, rows, patient_body):
    operations = document()["paths"]
    made = send(client, "post", PATIENTS, patient_body())
    one = f"{PATIENTS}{made.json()['results']['id']}/"
    read, listed = client.get(one), client.get(PATIENTS, {"page_size": "1"})
    again = client.get(one, headers={"If-None-Match": read["ETag"]})
    told = {
        (PATIENTS, "post", "201"): made, (f"{PATIENTS}{{id}}/", "get", "200"): read, (PATIENTS, "get", "200"): listed,
        (f"{PATIENTS}{{id}}/", "get", "304"): again,
    }  # fmt: skip
    by_token = "Authorization" in client.headers
    for (path, method, status), answer in told.items():
        names = operations[path][method]["responses"][status]["headers"]
        names = [name for name in names if by_token or not name.startswith("RateLimit")]
        assert (str(answer.status_code), [name for name in names if name not in answer]) == (status, [])
    asked = {each["name"] for each in operations[f"{PATIENTS}{{id}}/"]["put"]["parameters"]}
    assert {"If-Match", "Idempotency-Key"} <= asked


def test_document_is_public_and_json(db):
    response = Client().get("/api/v1/schema/")
    assert (response.status_code, response["Content-Type"]) == (200, "application/json")


def test_document_names_every_operation(db):
    operations = {
        (path, method): operation["operationId"]
        for path, methods in document()["paths"].items()
        for method, operation in methods.items()
    }
    assert operations == {
        (f"/api/v1/{name}/{suffix}", method): f"{name}_{action}"
        for name in ("assessments", "patients", "webhooks")
        for suffix, method, action in (
            ("", "get", "list"),
            ("", "post", "create"),
            ("{id}/", "get", "retrieve"),
            ("{id}/", "put", "update"),
            ("{id}/", "patch", "partial_update"),
            ("{id}/", "delete", "destroy"),
        )
    } | {
        ("/o/token/", "post"): "oauth_token",
        ("/o/revoke_token/", "post"): "oauth_revoke",
        ("/.well-known/oauth-authorization-server", "get"): "oauth_metadata",
        ("/api/v1/", "get"): "root_list",
        ("/api/v1/changes/", "get"): "changes_list",
        ("/api/v1/patients/match/", "post"): "patients_match",
        ("/api/v1/patients/bulk/", "post"): "patients_bulk",
        ("/api/v1/assessments/bulk/", "post"): "assessments_bulk",
        ("/api/v1/practitioners/", "get"): "practitioners_list",
        ("/api/v1/practitioners/{id}/", "get"): "practitioners_retrieve",
        ("/api/v1/episodes/", "get"): "episodes_list",
        ("/api/v1/episodes/{id}/", "get"): "episodes_retrieve",
        ("/api/v1/instruments/", "get"): "instruments_list",
        ("/api/v1/instruments/{instrument}/", "get"): "instruments_retrieve",
        ("/api/v1/instruments/{instrument}/{version}/", "get"): "instruments_version",
        ("/api/v1/me/", "get"): "me",
        ("/api/v1/webhooks/{id}/rotate/", "post"): "webhooks_rotate",
        ("/api/v1/webhooks/{id}/deliveries/", "get"): "webhooks_deliveries_list",
        ("/api/v1/webhooks/{id}/deliveries/{delivery}/redeliver/", "post"): "webhooks_deliveries_redeliver",
        ("/api/v1/trail/", "get"): "trail_list",
        ("/api/v1/exports/", "get"): "exports_list",
        ("/api/v1/exports/", "post"): "exports_create",
        ("/api/v1/exports/{id}/", "get"): "exports_retrieve",
        ("/api/v1/exports/{id}/file/", "get"): "exports_file_retrieve",
        ("/api/v1/patients/{id}/restore/", "post"): "patients_restore",
        ("/api/v1/assessments/{id}/restore/", "post"): "assessments_restore",
        ("/api/v1/assessments/{id}/cancel/", "post"): "assessments_cancel",
        ("/api/v1/assessments/{id}/history/", "get"): "assessments_history_list",
        **{
            (f"/api/v1/{name}/{suffix}", method): f"{name}_{action}"
            for name, own in (
                ("alerts", [("{id}/acknowledge/", "post", "acknowledge")]),
                ("schedules", [("", "post", "create"), ("{id}/end/", "post", "end")]),
                ("requests", [
                    ("", "post", "create"), ("{id}/withdraw/", "post", "withdraw"), ("{id}/renew/", "post", "renew"),
                ]),
            )
            for suffix, method, action in [("", "get", "list"), ("{id}/", "get", "retrieve"), *own]
        },
    }  # fmt: skip


def test_document_knows_both_ways_in(db):
    schemes = document()["components"]["securitySchemes"]
    assert {name: scheme["type"] for name, scheme in schemes.items()} == {
        "oauth2": "oauth2", "session": "apiKey", "program": "http",
    }  # fmt: skip
    assert schemes["oauth2"]["flows"]["clientCredentials"]["tokenUrl"] == "/o/token/"
    needed = {method: operation["security"] for method, operation in document()["paths"][f"{PATIENTS}{{id}}/"].items()}
    scopes = ("read", "write", "patients:read", "patients:write", "scores:read"), ("write", "patients:write")
    read, write = ([{"session": []}, *({"oauth2": [scope]} for scope in each)] for each in scopes)
    assert needed == {"get": read, "put": write, "patch": write, "delete": write}


def test_archived_records_can_be_asked_for_one_by_one(db):
    operations = document()["paths"][f"{PATIENTS}{{id}}/"]
    asked = {method: [parameter["name"] for parameter in each["parameters"]] for method, each in operations.items()}
    headers = {method: ["Idempotency-Key", "If-Match"] for method in asked} | {"get": ["If-None-Match"]}
    parts = {method: ["fields"] if method == "get" else [] for method in asked}
    assert asked == {method: [*headers[method], "archived", *parts[method], "id"] for method in asked}
    assert sorted(asked) == ["delete", "get", "patch", "put"]


def types_in(part):
    """Every list of types in a part of the document."""
    for name, value in part.items() if isinstance(part, dict) else enumerate(part):
        if name == "type" and isinstance(value, list):
            yield value
        elif isinstance(value, dict | list):
            yield from types_in(value)


def test_no_type_is_named_twice(db):
    found = list(types_in(document()["components"]))
    assert (len(found) > 20, [each for each in found if len(set(each)) < len(each)]) == (True, [])


@pytest.mark.parametrize("name", ["Patient", "Assessment", "Question", "Error"])
def test_typename_is_a_constant(db, name):
    schema = document()["components"]["schemas"][name]
    assert schema["properties"]["__typename"]["const"] == name
    assert "__typename" in schema["required"]


def test_record_is_a_discriminated_union(db):
    record = document()["components"]["schemas"]["Record"]
    assert record["discriminator"]["propertyName"] == "__typename"
    assert [branch["$ref"].rpartition("/")[2] for branch in record["oneOf"]] == ["Patient", "Assessment", "Webhook"]


@pytest.mark.parametrize("name", EXAMPLES)
def test_examples_have_the_fields_that_they_document(db, name):
    assert set(EXAMPLES[name]) == set(document()["components"]["schemas"][name]["properties"]) - {"included"}
    assert errors(name, EXAMPLES[name]) == []


@pytest.mark.parametrize("name", ["Patient", "Assessment"])
def test_example_of_a_body_is_accepted_by_its_schema(db, name):
    body = docs.example(document()["components"]["schemas"][f"{name}Request"], writing=True)
    assert errors(f"{name}Request", body) == []


@pytest.fixture
def rows(riverside):
    with clinic_scope(riverside.clinic):
        for number in range(3):
            patient = make_patient(phone_number="+442079460958" if number else "")
            make_assessment(patient, score=None if number else 3, questions=[] if number else [
                {"question": "A?", "answer": ""}
            ])  # fmt: skip


@pytest.mark.parametrize(("path", "name"), [(PATIENTS, "Patient"), (ASSESSMENTS, "Assessment")])
def test_answers_are_as_documented(client, rows, path, name):
    properties = set(document()["components"]["schemas"][name]["properties"]) - {"included"}
    listed = client.get(path, {"page_size": "2"}).json()
    assert errors(f"{name}List", listed) == []
    assert [set(row) for row in listed["results"]] == [properties, properties]
    for row in listed["results"]:
        one = client.get(f"{path}{row['id']}/").json()
        assert (one["results"], errors(f"{name}Answer", one), errors(f"{name}Request", row)) == (row, [], [])
        assert errors(f"{name}Answer", send(client, "put", f"{path}{row['id']}/", row).json()) == []


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("get", f"{PATIENTS}?page=9", None),
        ("get", f"{PATIENTS}?colour=green&colour=red", None),
        ("get", f"{PATIENTS}00000000-0000-4000-8000-000000000000/", None),
        ("get", "/api/v1/nothing/", None),
        ("post", PATIENTS, {"full_name": "", "questions": [{}]}),
        ("post", ASSESSMENTS, {"questions": [{}, 5]}),
        ("post", PATIENTS, b"{"),
        ("put", PATIENTS, {}),
    ],
)
def test_refusals_are_as_documented(client, method, path, body):
    response = send(client, method, path, body) if body is not None else client.get(path)
    assert response.status_code in (400, 404, 405)
    assert errors("Failure", response.json()) == []


def test_conflicts_are_as_documented(client, patient, assessment):
    for path, record in ((PATIENTS, patient), (ASSESSMENTS, assessment)):
        response = send(client, "patch", f"{path}{record.pk}/", {"version": 7})
        assert (response.status_code, errors("Failure", response.json())) == (409, [])


def test_taken_names_are_as_documented(client, assessment, assessment_body):
    response = send(client, "post", ASSESSMENTS, assessment_body(name="Physical"))
    assert (response.status_code, errors("Failure", response.json())) == (409, [])


def test_too_many_requests_are_refused_as_documented(riverside, program, settings):
    client, settings.API_REQUESTS_PER_MINUTE = program(riverside), 1
    response = client.get(PATIENTS)
    assert (response.status_code, errors("Failure", response.json())) == (429, [])


def test_strangers_are_refused_as_documented(db):
    assert errors("Failure", Client().get(PATIENTS).json()) == []


def test_docs_are_public_and_show_every_operation(db):
    response = Client().get("/api/v1/docs/")
    shown = [
        (operation.method, operation.path) for _, operations in response.context["groups"] for operation in operations
    ]
    documented = [(method, path) for path, methods in document()["paths"].items() for method in methods]
    assert (response.status_code, shown) == (200, documented)
    groups = [name for name, _ in response.context["groups"]]
    assert groups == [
        "Endpoints", "Alerts", "Assessments", "Changes", "Episodes", "Exports", "Instruments", "Me", "Patients",
        "Practitioners", "Requests", "Schedules", "Trail", "Webhooks", "OAuth",
    ]  # fmt: skip


def test_docs_show_an_example_of_what_is_sent_and_what_comes_back(db):
    create = {operation.summary: operation for operation in dict(docs.groups())["Patients"]}["Add a new patient"]
    assert json.loads(create.request_example)["full_name"] == "Ana García López"
    assert json.loads(create.responses[0].example)["results"] == EXAMPLES["Patient"]
    assert [answer.status for answer in create.responses] == ["201", "400", "401", "403", "409", "413", "415", "429"]
