"""Reading a part of what there is, and a patient inside an assessment."""

from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clinic.api.documentation.examples import EXAMPLES
from clinic.audit.models import AuditEvent
from clinic.staff.models import Tag
from clinic.tenancy.scope import clinic_scope
from tests import posted
from tests.api.conftest import ANSWERS, SITTINGS, send
from tests.api.test_bad_input import check
from tests.api.test_fine_scopes import narrow  # noqa: F401  # a fixture
from tests.api.test_schema import document, errors
from tests.test_permissions import ENDPOINTS
from tests.test_url_walk import address
from tests.world import make_assessment, make_patient

PATIENTS = "/api/v1/patients/"
NAME_ONLY = {"__typename", "id", "full_name"}
# What has no id of its own, or takes a parameter to be read at all.
READ_BY = {"episodes/": "?patient={patient}", "requests/": "?patient={patient}"}


@pytest.fixture
def rows(riverside):
    """A patient with a tag, a result and two assessments; how many more come by calling it."""
    tags: list[Tag] = []

    def made(count=1):
        with clinic_scope(riverside.clinic):
            tags[:] = tags or [Tag.objects.create(word="Carer", colour="grey")]
            for _ in range(count):
                make_assessment(make_patient(tags=[tags[0].pk]))

    made()
    return made


def test_part_of_a_list_has_the_fields_that_are_named(person, rows):
    answer = person.get(f"{PATIENTS}?fields=full_name").json()
    assert [set(row) for row in answer["results"]] == [NAME_ONLY]
    assert errors("PatientList", answer) == []


def test_part_of_a_record_is_that_of_the_whole(person, rows):
    [whole] = person.get(PATIENTS).json()["results"]
    answer = person.get(f"{PATIENTS}{whole['id']}/?fields=tags,full_name,record_number&fields=version")
    part = answer.json()["results"]
    names = ["__typename", "id", "full_name", "record_number", "tags", "version"]
    assert part == {name: whole[name] for name in names}
    assert errors("PatientAnswer", answer.json()) == []


ONE = f"{PATIENTS}<id>/"


@pytest.mark.parametrize("path", [PATIENTS, SITTINGS, ONE])
@pytest.mark.parametrize("names", ["colour", "full_name,colour", "id,", "full_name,,id", ",", "\0", "__proto__"])
def test_field_that_is_not_there_is_refused(person, rows, path, names):
    first = person.get(PATIENTS).json()["results"][0]["id"]
    assert list(check(person.get(path.replace("<id>", first), {"fields": names}), 400)) == ["fields"]


def test_field_that_is_not_there_is_refused_of_an_empty_list_too(person):
    assert person.get(f"{PATIENTS}?fields=colour").status_code == 400


def test_every_endpoint_that_is_read_is_read_in_part(riverside, sign_in):
    """Each gives what it is known by, and one field of its own."""
    records, client, wrong, tried = posted.records(riverside), sign_in(riverside.owner), {}, 0
    keys = {"patients": records.patient, "assessments": records.finished, "episodes": records.episode,
            "alerts": records.alert, "schedules": records.schedule, "requests": records.request,
            "practitioners": riverside.clinician}  # fmt: skip
    for route in ENDPOINTS:
        name = route.removeprefix("api/v1/").partition("/")[0]
        path = address(route, keys[name].pk if name in keys else uuid4())
        query = READ_BY.get(route.removeprefix("api/v1/"), "").format(patient=records.patient.pk)
        whole = client.get(path + query)
        if whole.status_code == 405:
            continue
        results = whole.json()["results"]
        if not results:
            continue
        row = results[0] if isinstance(results, list) else results
        part = client.get(f"{path}{query}{'&' if query else '?'}fields={list(row)[-1]}").json()["results"]
        part = part[0] if isinstance(part, list) else part
        tried += 1
        if set(part) != {"__typename", list(row)[-1], *(["id"] if "id" in row else [])}:
            wrong[route] = part
    assert (wrong, tried > 15) == ({}, True)


def test_what_is_written_is_never_in_part(person, rows, patient_body):
    [row] = person.get(PATIENTS).json()["results"]
    for method, path in (("post", PATIENTS), ("patch", f"{PATIENTS}{row['id']}/")):
        assert list(check(send(person, method, f"{path}?fields=full_name", patient_body()), 400)) == ["fields"]
        assert send(person, method, f"{path}?include=patient", {}).status_code == 400


def test_next_page_is_in_part_too(person, rows):
    rows(4)
    answer = person.get(f"{PATIENTS}?page_size=2&fields=full_name&ordering=created_at")
    following = answer.json()["meta"]["pagination"]["next"]
    assert f'<{following}>; rel="next"' in answer["Link"]
    assert [set(row) for row in person.get(following).json()["results"]] == [NAME_ONLY] * 2
    whole = following.replace("&fields=full_name", "")
    assert [row["id"] for row in person.get(whole).json()["results"]] == [
        row["id"] for row in person.get(following).json()["results"]
    ]


def test_tag_of_a_part_is_that_of_the_part_and_names_the_version(person, rows):
    [row] = person.get(PATIENTS).json()["results"]
    path = f"{PATIENTS}{row['id']}/"
    whole, part = person.get(path), person.get(f"{path}?fields=full_name")
    assert (part["ETag"] == whole["ETag"], part["ETag"].startswith('"1.')) == (False, True)
    assert person.get(f"{path}?fields=full_name", headers={"If-None-Match": part["ETag"]}).status_code == 304
    assert send(person, "patch", path, {"email": "a@example.org"}, **{"If-Match": part["ETag"]}).status_code == 200
    assert person.get(f"{path}?fields=full_name", headers={"If-None-Match": part["ETag"]}).status_code == 200
    assert send(person, "patch", path, {"email": "b@example.org"}, **{"If-Match": part["ETag"]}).status_code == 412


def test_part_of_what_the_scope_hides_is_null(narrow, person, body):  # noqa: F811  # the fixture
    assert send(person, "post", SITTINGS, body(ANSWERS, complete=True)).status_code == 201
    client = narrow("scores:read")
    [row] = client.get(f"{SITTINGS}?fields=answers,score").json()["results"]
    assert (row["answers"], row["score"], set(row)) == (None, 11, {"__typename", "id", "answers", "score"})
    [row] = client.get(f"{SITTINGS}?fields=score").json()["results"]
    assert set(row) == {"__typename", "id", "score"}


def test_patient_comes_inside_the_assessment(client, rows):
    answer = client.get(f"{SITTINGS}?include=patient").json()
    [row], [patient] = answer["results"], client.get(PATIENTS).json()["results"]
    assert row["included"] == {"__typename": "Included", "patient": patient}
    assert (row["patient"], errors("AssessmentList", answer)) == (patient["id"], [])
    one = client.get(f"{SITTINGS}{row['id']}/?include=patient&fields=name").json()
    assert set(one["results"]) == {"__typename", "id", "name", "included"}
    assert (one["results"]["included"], errors("AssessmentAnswer", one)) == (row["included"], [])


@pytest.mark.parametrize("query", ["include=", "include=user", "include=patient,user", "fields=included"])
def test_what_cannot_be_included_is_refused(person, rows, query):
    assert person.get(f"{SITTINGS}?{query}").status_code == 400
    assert person.get(f"{PATIENTS}?include=patient").status_code == 400


def test_patient_inside_is_in_the_trail(person, rows, riverside):
    [row] = person.get(SITTINGS).json()["results"]
    assert person.get(f"{SITTINGS}{row['id']}/?include=patient").status_code == 200
    assert person.get(f"{SITTINGS}?include=patient").status_code == 200
    with clinic_scope(riverside.clinic):
        events = AuditEvent.objects.filter(is_reading=True).order_by("-id")[:3]
        told = [(event.action, str(event.patient_id), event.changes.get("query")) for event in events]
    listed = ("assessments.listed", "None", {"include": ["patient"]})
    whose = row["patient"]
    assert told == [listed, ("patient.viewed", whose, None), ("assessment.viewed", whose, None)]


@pytest.mark.parametrize("path", [f"{SITTINGS}?include=patient", f"{PATIENTS}?fields=tags,latest_results"])
def test_statements_do_not_grow_with_the_rows(person, rows, path):
    counts = []
    for more in (1, 6):
        rows(more)
        with CaptureQueriesContext(connection) as queries:
            assert person.get(path).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_document_names_the_fields_of_every_reading_operation(db):
    for path, methods in document()["paths"].items():
        told = {each["name"]: each["schema"] for each in methods.get("get", {}).get("parameters", [])}
        reads = "get" in methods and path.startswith("/api/") and not path.endswith("/file/")
        assert ("fields" in told) == reads, path
    known = {each["name"]: each for each in document()["paths"][SITTINGS]["get"]["parameters"]}
    assert set(known["fields"]["schema"]["items"]["enum"]) == set(EXAMPLES["Assessment"])
    assert known["include"]["schema"]["items"]["enum"] == ["patient"]
