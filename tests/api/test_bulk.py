"""Many records by one request: a result a row, what is refused beside what is saved, all or nothing, sent again."""

from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic.assessments.models import Assessment
from clinic.audit.models import AuditEvent
from clinic.patients.models import Patient
from clinic.tenancy.scope import clinic_scope
from tests.api.test_any_body import SETTINGS

PATIENTS, ASSESSMENTS = "/api/v1/patients/bulk/", "/api/v1/assessments/bulk/"


def post(client, path, rows, **more):
    headers = more.pop("headers", {})
    return client.post(path, {"rows": rows, **more}, content_type="application/json", headers=headers)


def statuses(answer) -> list[int]:
    return [each["status"] for each in answer.json()["results"]]


def count(world, model=Patient) -> int:
    with clinic_scope(world.clinic):
        return model.objects.count()


def test_each_row_is_saved_or_refused_by_itself(client, riverside, patient_body):
    taken = patient_body()
    rows = [patient_body(), taken, {**taken}, patient_body(gender="unheard of"), {"nonsense": 1}, patient_body()]
    answer = post(client, PATIENTS, rows)
    assert (answer.status_code, statuses(answer)) == (200, [201, 201, 409, 400, 400, 201])
    results = answer.json()["results"]
    assert [each["row"] for each in results] == [0, 1, 2, 3, 4, 5]
    assert results[2]["error"]["code"] == "name_taken"
    assert results[2]["error"]["existing"] == results[1]["id"]
    assert list(results[3]["error"]["fields"]) == ["gender"]
    assert results[4]["error"]["fields"]["nonsense"] == ["There is no such field."]
    assert (count(riverside), results[0]["version"], results[2]["id"]) == (3, 1, None)


def test_all_or_nothing_saves_nothing_where_one_is_refused(client, riverside, patient_body):
    rows = [patient_body(), patient_body(date_of_birth="soon"), patient_body(full_name="")]
    answer = post(client, PATIENTS, rows, all_or_nothing=True)
    assert (answer.status_code, count(riverside)) == (400, 0)
    assert set(answer.json()["error"]["fields"]) == {"rows.1.date_of_birth", "rows.2.full_name"}
    assert statuses(post(client, PATIENTS, rows[:1], all_or_nothing=True)) == [201]


def test_row_of_a_record_changes_the_fields_that_it_has(client, riverside, patient_body):
    [made] = post(client, PATIENTS, [patient_body()]).json()["results"]
    rows = [
        {"id": made["id"], "address": "12 Mill Lane"},
        {"id": made["id"], "address": "13 Mill Lane", "version": 1},
        {"id": made["id"], "address": "14 Mill Lane", "version": 2},
    ]
    answer = post(client, PATIENTS, rows)
    assert statuses(answer) == [200, 409, 200]
    assert answer.json()["results"][1]["error"]["current"]["address"] == "12 Mill Lane"
    with clinic_scope(riverside.clinic):
        assert Patient.objects.get().address == "14 Mill Lane"


@pytest.mark.parametrize("by", ["id", "key"])
def test_what_is_sent_again_makes_no_second_one(client, riverside, patient_body, by):
    rows = [patient_body(**({"id": str(uuid4())} if by == "id" else {})) for _ in range(3)]
    headers = {"Idempotency-Key": uuid4().hex} if by == "key" else {}
    first, again = (post(client, PATIENTS, rows, headers=headers) for _ in range(2))
    assert (statuses(first), statuses(again), count(riverside)) == ([201] * 3, [200] * 3, 3)
    assert [each["id"] for each in first.json()["results"]] == [each["id"] for each in again.json()["results"]]
    with clinic_scope(riverside.clinic):
        assert AuditEvent.objects.filter(record_type="patient", is_reading=False).count() == 3


def test_assessments_go_by_their_instrument(client, riverside, patient):
    answers = {str(number): 1 for number in range(1, 10)}
    row = {
        "patient": str(patient.pk),
        "instrument": "phq-9",
        "date": "2026-03-01",
        "answers": answers,
        "complete": True,
    }
    free = {"patient": str(patient.pk), "user": str(riverside.clinician.pk), "type": "physical", "date": "2026-03-01"}
    answer = post(client, ASSESSMENTS, [row, free, {**row, "answers": {"1": 17}}])
    assert statuses(answer) == [201, 201, 400]
    assert list(answer.json()["results"][2]["error"]["fields"]) == ["answers.1"]
    with clinic_scope(riverside.clinic):
        assert sorted(Assessment.objects.values_list("score", flat=True), key=str) == [9, None]


def test_likely_duplicate_is_said_of_its_row(client, patient_body):
    same = {"full_name": f"Quilla {uuid4().hex[:6]}", "date_of_birth": "1971-02-03", "phone_number": "+44 20 7946 0018"}
    rows = [patient_body(**same), patient_body(**{**same, "full_name": same["full_name"] + "x"})]
    answer = post(client, PATIENTS, rows)
    first, second = answer.json()["results"]
    assert (first["warnings"], [each["patient"] for each in second["warnings"]]) == ([], [first["id"]])


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "rows"),
        ({"rows": []}, "rows"),
        ({"rows": {}}, "rows"),
        ({"rows": [{}] * 1001}, "rows"),
        ({"rows": [1]}, "rows.0"),
        ({"rows": [{}], "all_or_nothing": "maybe"}, "all_or_nothing"),
        ({"rows": [{}], "atomic": True}, "atomic"),
    ],
)
def test_body_that_is_no_such_thing_is_refused_by_name(client, body, field):
    answer = client.post(PATIENTS, body, content_type="application/json")
    assert (answer.status_code, list(answer.json()["error"]["fields"])) == (400, [field])


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=2),
    max_leaves=4,
)
NAMES = st.sampled_from(["id", "version", "full_name", "user", "gender", "date_of_birth", "tags", "identifiers", "x"])


@SETTINGS
@given(rows=st.lists(st.dictionaries(NAMES, VALUES, max_size=4), min_size=1, max_size=3))
def test_any_rows_are_answered(person, rows):
    answer = post(person, PATIENTS, rows)
    assert (answer.status_code, len(statuses(answer))) == (200, len(rows))
    assert set(statuses(answer)) <= {201, 400, 409}


def test_reader_saves_nothing(riverside, program, patient_body):
    assert post(program(riverside, write=False), PATIENTS, [patient_body()]).status_code == 403


@pytest.mark.parametrize("flag", [0, 1, "true", "yes", "", None, [], {}])
def test_all_or_nothing_is_true_or_false(client, riverside, patient_body, flag):
    answer = post(client, PATIENTS, [patient_body()], all_or_nothing=flag)
    assert (answer.status_code, list(answer.json()["error"]["fields"])) == (400, ["all_or_nothing"])
    assert count(riverside) == 0
