"""The OpenAPI document: valid, and what the answers really are."""

import json
from functools import cache

import pytest
from django.core.management import call_command
from django.test import Client
from jsonschema import Draft202012Validator, FormatChecker

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
        for name in ("assessments", "patients")
        for suffix, method, action in (
            ("", "get", "list"),
            ("", "post", "create"),
            ("{id}/", "get", "retrieve"),
            ("{id}/", "put", "update"),
            ("{id}/", "patch", "partial_update"),
            ("{id}/", "delete", "destroy"),
        )
    } | {
        ("/api/v1/", "get"): "root_list",
        ("/api/v1/practitioners/", "get"): "practitioners_list",
        ("/api/v1/practitioners/{id}/", "get"): "practitioners_retrieve",
        ("/api/v1/episodes/", "get"): "episodes_list",
        ("/api/v1/episodes/{id}/", "get"): "episodes_retrieve",
        ("/api/v1/instruments/", "get"): "instruments_list",
        ("/api/v1/instruments/{instrument}/", "get"): "instruments_retrieve",
    }


def test_document_knows_both_ways_in(db):
    schemes = document()["components"]["securitySchemes"]
    assert {name: scheme["type"] for name, scheme in schemes.items()} == {"oauth2": "oauth2", "session": "apiKey"}
    assert schemes["oauth2"]["flows"]["clientCredentials"]["tokenUrl"] == "/o/token/"
    needed = {method: operation["security"] for method, operation in document()["paths"][f"{PATIENTS}{{id}}/"].items()}
    read, write = ([{"session": []}, {"oauth2": [scope]}] for scope in ("read", "write"))
    assert needed == {"get": read, "put": write, "patch": write, "delete": write}


def test_archived_records_can_be_asked_for_one_by_one(db):
    operations = document()["paths"][f"{PATIENTS}{{id}}/"]
    asked = {method: [parameter["name"] for parameter in each["parameters"]] for method, each in operations.items()}
    key = ["Idempotency-Key"]
    assert asked == {method: [*([] if method == "get" else key), "archived", "id"] for method in asked}
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
    assert [branch["$ref"].rpartition("/")[2] for branch in record["oneOf"]] == ["Patient", "Assessment"]


@pytest.mark.parametrize("name", EXAMPLES)
def test_examples_have_the_fields_that_they_document(db, name):
    assert set(EXAMPLES[name]) == set(document()["components"]["schemas"][name]["properties"])
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
    properties = set(document()["components"]["schemas"][name]["properties"])
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
    assert groups == ["Endpoints", "Assessments", "Episodes", "Instruments", "Patients", "Practitioners"]


def test_docs_show_an_example_of_what_is_sent_and_what_comes_back(db):
    create = {operation.summary: operation for operation in dict(docs.groups())["Patients"]}["Add a new patient"]
    assert json.loads(create.request_example)["full_name"] == "Ana García López"
    assert json.loads(create.responses[0].example)["results"] == EXAMPLES["Patient"]
    assert [answer.status for answer in create.responses] == ["201", "400", "401", "403", "409", "413", "415", "429"]
