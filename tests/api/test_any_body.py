"""Whatever is sent, the answer is a 2xx or a 4xx in the envelope."""

import json

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.api.conftest import send
from tests.api.test_schema import errors
from tests.sizes import times

PATIENTS, ASSESSMENTS = "/api/v1/patients/", "/api/v1/assessments/"
SETTINGS = settings(max_examples=times(60), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
# Every character, the lone halves of pairs too: JSON can escape them.
text = st.text(st.characters(codec=None, exclude_categories=()), max_size=20)
leaf = st.none() | st.booleans() | st.integers() | st.floats() | text
anything = st.recursive(leaf, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(text, inner, max_size=3))


def bodies(fields):
    """An object of some of the fields, each either right or anything at all, and sometimes one that is not there."""
    known = {name: st.just(right) | anything for name, right in fields.items()}
    return st.fixed_dictionaries({}, optional={**known, "colour": anything})


def check(response, name):
    assert response.status_code < 500
    shape = f"{name}Answer" if response.status_code < 300 else "Failure"
    assert errors(shape, response.json()) == []


@pytest.fixture
def patient_fields(patient_body):
    return {**patient_body(), "phone_number": "020 7946 0958", "address": "x", "record_number": "", "version": 1}


@pytest.fixture
def assessment_fields(assessment_body):
    return {**assessment_body(), "name": "", "score": 3, "questions": [{"question": "A?", "answer": ""}]}


@pytest.fixture
def sitting_fields(patient):
    """What records a sitting; an answer too many or too high is as likely as a right one."""
    return {
        "patient": str(patient.pk),
        "instrument": "phq-9",
        "date": "2026-03-01",
        "complete": True,
        "version": 1,
        "answers": {str(number): 1 for number in range(1, 10)},
        "score": 9,
        "reason": "Misread",
        "language": "en",
    }


def undone(function, *arguments):
    """What the function gives, with nothing of what it wrote."""
    with transaction.atomic():
        given_back = function(*arguments)
        transaction.set_rollback(True)
    return given_back


@SETTINGS
@given(body=anything)
def test_any_json_is_answered_in_the_envelope(person, body):
    for path, name in ((PATIENTS, "Patient"), (ASSESSMENTS, "Assessment")):
        check(send(person, "post", path, json.dumps(body)), name)


@SETTINGS
@given(body=st.binary(max_size=50))
def test_any_bytes_are_answered_in_the_envelope(person, body):
    check(send(person, "post", PATIENTS, body), "Patient")


@SETTINGS
@given(data=st.data())
def test_any_patient_is_answered_in_the_envelope(person, patient, patient_fields, data):
    body = json.dumps(data.draw(bodies(patient_fields)))
    for method, path in (
        ("post", PATIENTS),
        ("put", f"{PATIENTS}{patient.pk}/"),
        ("patch", f"{PATIENTS}{patient.pk}/"),
    ):
        check(undone(send, person, method, path, body), "Patient")


@SETTINGS
@given(data=st.data())
def test_any_assessment_is_answered_in_the_envelope(person, assessment, assessment_fields, data):
    body = json.dumps(data.draw(bodies(assessment_fields)))
    one = f"{ASSESSMENTS}{assessment.pk}/"
    for method, path in (("post", ASSESSMENTS), ("put", one), ("patch", one)):
        check(undone(send, person, method, path, body), "Assessment")


@SETTINGS
@given(data=st.data())
def test_any_sitting_is_answered_in_the_envelope(person, sitting_fields, data):
    made = send(person, "post", ASSESSMENTS, {**sitting_fields, "complete": False}).json()["results"]
    codes = st.sampled_from("0123456789") | text
    answers = st.dictionaries(codes, st.integers(-1, 4) | leaf, max_size=10)
    body = data.draw(bodies(sitting_fields))
    if "answers" in body:
        body["answers"] = data.draw(answers | anything)
    one = f"{ASSESSMENTS}{made['id']}/"
    for method, path in (("post", ASSESSMENTS), ("put", one), ("patch", one)):
        check(undone(send, person, method, path, json.dumps(body)), "Assessment")


@SETTINGS
@given(
    parameters=st.dictionaries(
        st.sampled_from(["search", "ordering", "page", "page_size", "gender", "age", "type", "date_from", "score_min",
                         "instrument", "user", "patient", "archived"]) | st.text(max_size=5),
        st.text(st.characters(codec="utf-8"), max_size=20),
        max_size=3,
    )
)  # fmt: skip
def test_any_parameters_are_answered_in_the_envelope(person, parameters):
    for path, name in ((PATIENTS, "PatientList"), (ASSESSMENTS, "AssessmentList")):
        response = person.get(path, parameters)
        assert response.status_code in (200, 400, 404)
        assert errors(name if response.status_code == 200 else "Failure", response.json()) == []
