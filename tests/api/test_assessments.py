"""Assessments, in and out, as a person and as a program."""

from uuid import uuid4

import pytest

from clinic.assessments.models import Assessment
from clinic.tenancy.scope import clinic_scope
from tests.api.conftest import send
from tests.world import make_patient

LIST = "/api/v1/assessments/"
# What only a sitting of an instrument fills, as it is on a free assessment.
FREE = {
    "instrument": None,
    "instrument_version": None,
    "language": "",
    "status": "completed",
    "answers": {},
    "score_range": None,
    "band": None,
    "severity": None,
    "cutoff": None,
    "pattern": None,
    "subscales": [],
    "answered": 0,
    "asked": 0,
    "summary": "",
    "sex": None,
    "age": None,
    "alerts": [],
    "completed_at": None,
}


def at(pk, query=""):
    return f"{LIST}{pk}/{query}"


def test_create_answers_with_the_whole_assessment(client, riverside, patient, assessment_body):
    questions = [{"question": " How  far? ", "answer": "To the\r\nshop"}, {"question": "Alone?"}]
    response = send(client, "post", LIST, assessment_body(name="Walk", questions=questions, score=12.5))
    made = response.json()["results"]
    assert response.status_code == 201
    assert response["Location"] == f"http://testserver{at(made['id'])}"
    assert {name: made[name] for name in made if name not in ("id", "created_at", "updated_at")} == {
        "__typename": "Assessment",
        "patient": str(patient.pk),
        "user": str(riverside.clinician.pk),
        "name": "Walk",
        "type": "physical",
        "date": "2026-03-01",
        "questions": [
            {"__typename": "Question", "question": "How far?", "answer": "To the\nshop"},
            {"__typename": "Question", "question": "Alone?", "answer": ""},
        ],
        "score": 12.5,
        "archived_at": None,
        "version": 1,
        **FREE,
    }


def test_names_are_proposed(client, assessment_body):
    names = [send(client, "post", LIST, assessment_body()).json()["results"]["name"] for _ in range(2)]
    assert names == ["Physical · 1 Mar 2026", "Physical · 1 Mar 2026 (2)"]


def test_create_keeps_the_id_that_the_client_chose_and_makes_one(client, riverside, assessment_body):
    body = assessment_body(id=str(uuid4()))
    first, second = send(client, "post", LIST, body), send(client, "post", LIST, body)
    assert first.json()["results"] == second.json()["results"]
    with clinic_scope(riverside.clinic):
        assert Assessment.objects.count() == 1


@pytest.mark.parametrize(
    ("sent", "answered"), [(12, 12), (12.0, 12), ("12.50", 12.5), (-0.25, -0.25), (999999.99, 999999.99), (None, None)]
)
def test_score_is_a_number(person, assessment_body, sent, answered):
    assert send(person, "post", LIST, assessment_body(score=sent)).json()["results"]["score"] == answered


def test_put_takes_back_what_get_gave(client, assessment):
    read = client.get(at(assessment.pk)).json()["results"]
    response = send(client, "put", at(assessment.pk), read)
    assert (response.status_code, response.json()["results"]) == (200, read)


def test_patch_replaces_the_questions_whole(client, assessment):
    response = send(client, "patch", at(assessment.pk), {"questions": [{"question": "Stairs?", "answer": "Yes"}]})
    assert response.json()["results"]["questions"] == [
        {"__typename": "Question", "question": "Stairs?", "answer": "Yes"}
    ]


def test_patch_needs_the_question_of_each_answer(client, assessment):
    response = send(client, "patch", at(assessment.pk), {"questions": [{"question": "A?"}, {"answer": "Yes"}]})
    assert response.json()["error"]["fields"] == {"questions.1.question": ["This field is required."]}


def test_put_needs_the_required_fields(client, assessment):
    response = send(client, "put", at(assessment.pk), {})
    required = ["This field is required."]
    assert response.json()["error"]["fields"] == {"patient": required, "type": required, "date": required}


def test_stale_version_is_a_conflict_that_shows_the_current_record(client, assessment):
    send(client, "patch", at(assessment.pk), {"score": 1, "version": 1})
    stale = {**client.get(at(assessment.pk)).json()["results"], "score": 2, "version": 1}
    response = send(client, "put", at(assessment.pk), stale)
    assert (response.status_code, response.json()["error"]["code"]) == (409, "conflict")
    assert response.json()["error"]["current"] == client.get(at(assessment.pk)).json()["results"]


def test_taken_name_is_refused_with_its_owner_and_a_free_one(client, assessment, assessment_body):
    response = send(client, "post", LIST, assessment_body(name="Physical"))
    message = "This patient already has an assessment of that name. “Physical (2)” is free."
    assert response.status_code == 409
    assert response.json()["error"] == {
        "__typename": "Error",
        "code": "name_taken",
        "fields": {"name": [message]},
        "existing": str(assessment.pk),
    }


def test_same_name_is_free_for_another_patient(client, assessment, assessment_body, riverside):
    with clinic_scope(riverside.clinic):
        other = make_patient()
    assert send(client, "post", LIST, assessment_body(name="Physical", patient=str(other.pk))).status_code == 201


def test_name_cannot_be_taken_away(client, assessment):
    response = send(client, "patch", at(assessment.pk), {"name": " "})
    assert response.json()["error"]["fields"] == {"name": ["A recorded assessment keeps a name."]}


def test_archived_assessment_is_found_only_when_asked_for(client, assessment):
    assert client.delete(at(assessment.pk)).status_code == 204
    assert client.get(at(assessment.pk)).status_code == 404
    assert client.get(LIST).json()["results"] == []
    found = client.get(at(assessment.pk, "?archived=all")).json()["results"]
    assert client.get(LIST, {"archived": "only"}).json()["results"] == [found]
    assert (found["id"], found["archived_at"] is None) == (str(assessment.pk), False)
