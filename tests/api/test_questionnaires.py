"""Sittings of an instrument through the API."""

from datetime import date
from uuid import uuid4

import pytest

from clinic.assessments.models import Alert, Assessment
from clinic.audit.models import AuditEvent
from clinic.tenancy.scope import clinic_scope
from tests.api.conftest import ANSWERS, SITTINGS, send
from tests.api.test_schema import errors
from tests.world import make_patient

LIST = "/api/v1/assessments/"


def change(client, made, **fields):
    return send(client, "patch", f"{LIST}{made['id']}/", fields)


def fields_of(response):
    assert errors("Failure", response.json()) == []
    return response.status_code, response.json()["error"]["fields"]


def test_practitioner_is_who_is_signed_in_and_for_a_program_the_patients(person, program, riverside, body, patient):
    made = [send(who, "post", LIST, body()).json()["results"]["user"] for who in (person, program(riverside))]
    assert made == [str(riverside.clinician.pk), str(patient.user_id)]


def test_complete_sitting_is_scored(sitting):
    made = sitting(complete=True)
    shown = ("instrument", "instrument_version", "type", "name", "status", "score", "score_range", "band", "severity")
    assert [made[name] for name in shown] == [
        *("phq-9", "2", "mental_health", "PHQ-9 · 1 Mar 2026", "completed", 11, [11, 11], "Moderate", 2)
    ]
    assert (made["answered"], made["asked"], made["cutoff"], made["alerts"]) == (9, 9, "positive", [])
    assert made["answers"] == ANSWERS
    assert made["completed_at"] is not None


def test_name_of_a_second_sitting_on_a_day_is_numbered(sitting):
    assert [sitting()["name"] for _ in range(3)] == [
        *("PHQ-9 · 1 Mar 2026", "PHQ-9 · 1 Mar 2026 (2)", "PHQ-9 · 1 Mar 2026 (3)")
    ]


def test_missing_answers_are_not_scored_in_silence(sitting):
    made = sitting({**ANSWERS, "9": None}, complete=True)
    shown = ("status", "score", "score_range", "band", "answered", "summary")
    assert [made[name] for name in shown] == [
        *("completed", None, [11, 14], "Moderate", 8, "8 of 9 answered, total between 11 and 14, not scored")
    ]
    assert made["answers"] == {code: points for code, points in ANSWERS.items() if code != "9"}


def test_band_is_null_while_it_is_open(sitting):
    made = sitting({"1": 3, "2": 3}, complete=True)
    assert (made["score_range"], made["band"], made["severity"]) == ([6, 27], None, None)


def test_draft_is_in_progress_and_without_answers_planned(sitting):
    assert [sitting(answers)["status"] for answers in ({"1": 0}, {}, {"1": None})] == [
        *("in_progress", "planned", "planned")
    ]


def test_draft_is_resumed_answer_by_answer(client, sitting):
    made = sitting({"1": 2})
    for code, points in ANSWERS.items():
        answered = change(client, made, answers={code: points}).json()["results"]
    assert (answered["status"], answered["score"], answered["version"]) == ("in_progress", 11, 9)
    done = change(client, made, complete=True).json()["results"]
    assert (done["status"], done["score"]) == ("completed", 11)


def test_saving_a_draft_twice_writes_it_once(client, sitting, riverside):
    made = sitting({"1": 2})
    for _ in range(3):
        response = change(client, made, answers={"1": 2, "2": 1})
    assert response.json()["results"]["version"] == 2
    with clinic_scope(riverside.clinic):
        events = AuditEvent.objects.filter(record_id=made["id"], is_reading=False).order_by("pk")
        assert list(events.values_list("action", flat=True)) == ["assessment.created", "assessment.answered"]


def test_null_takes_an_answer_away(client, sitting):
    made = sitting({"1": 2, "2": 1})
    assert change(client, made, answers={"1": None}).json()["results"]["answers"] == {"2": 1}


def test_put_replaces_the_answers_whole_and_takes_back_what_get_gave(client, sitting):
    made = sitting({"1": 2, "2": 1})
    path = f"{LIST}{made['id']}/"
    assert send(client, "put", path, made).json()["results"] == made
    replaced = send(client, "put", path, {**made, "score": None, "answers": {"3": 1}}).json()["results"]
    assert replaced["answers"] == {"3": 1}


def test_same_id_makes_one_sitting(client, body, riverside):
    sent = body(id=str(uuid4()), complete=True)
    first, second = (send(client, "post", LIST, sent).json()["results"] for _ in range(2))
    assert first == second
    with clinic_scope(riverside.clinic):
        assert Assessment.objects.count() == 1


@pytest.mark.parametrize("score", [11, 11.0, "11", None])
def test_score_that_agrees_is_taken(sitting, score):
    assert sitting(complete=True, score=score)["score"] == 11


@pytest.mark.parametrize("score", [10, 11.5, 0])
def test_score_that_differs_is_refused(client, body, riverside, score):
    response = send(client, "post", LIST, body(complete=True, score=score))
    message = "The answers come to a score of 11: 9 of 9 answered, total 11."
    assert fields_of(response) == (400, {"score": [message]})
    with clinic_scope(riverside.clinic):
        assert not Assessment.objects.exists()


def test_score_of_an_incomplete_sitting_is_refused(client, body):
    response = send(client, "post", LIST, body({"1": 1}, score=1))
    message = "The answers come to no score yet: 1 of 9 answered, total between 1 and 25, not scored."
    assert fields_of(response) == (400, {"score": [message]})


@pytest.mark.parametrize(
    ("answers", "fields"),
    [
        ({"1": 4}, {"answers.1": ["Item 1 has no answer of 4 points."]}),
        ({"12": 1}, {"answers.12": ["PHQ-9 has no item 12."]}),
        (
            {"1": -1, "x": 0},
            {"answers.1": ["Item 1 has no answer of \N{MINUS SIGN}1 points."], "answers.x": ["PHQ-9 has no item x."]},
        ),
        ({"1": 1.5}, {"answers.1": ["Item 1 has no answer of 1.5 points."]}),
        ({"1": True}, {"answers.1": ["The answer to item 1 must be a number."]}),
        ({"1": "2"}, {"answers.1": ["The answer to item 1 must be a number."]}),
        ({"1": [2]}, {"answers.1": ["The answer to item 1 must be a number."]}),
        (
            {"1": {"points": 2}},
            {"answers": ["The answer to item 1 must be a number, text, true or false, a list of options, or null."]},
        ),
        ([2, 2], {"answers": ["Send an object of item codes with answers or null."]}),
        (None, {"answers": ["This field may not be null."]}),
    ],
)
def test_answers_that_cannot_be_are_refused(client, body, answers, fields):
    assert fields_of(send(client, "post", LIST, body(answers))) == (400, fields)


def test_nothing_answered_cannot_be_completed(client, body):
    message = "None of the 9 items of PHQ-9 that count is answered."
    assert fields_of(send(client, "post", LIST, body({}, complete=True))) == (400, {"answers": [message]})


def test_unknown_instrument_is_refused(client, body):
    response = send(client, "post", LIST, body(instrument="epds"))
    assert fields_of(response) == (400, {"instrument": ["This clinic offers no instrument of this name."]})


def test_instrument_that_is_not_for_the_patient_is_refused(client, body):
    response = send(client, "post", LIST, body({}, instrument="apgar"))
    assert fields_of(response) == (400, {"instrument": ["Apgar is not made for anybody over 0 years."]})


@pytest.mark.parametrize(("name", "value"), [("answers", {"1": 1}), ("complete", True), ("reason", "x")])
def test_free_assessment_has_nothing_of_an_instrument(client, assessment_body, name, value):
    message = "Only an assessment that follows an instrument has this."
    assert fields_of(send(client, "post", LIST, assessment_body(**{name: value}))) == (400, {name: [message]})


def test_sitting_has_no_questions(client, body):
    response = send(client, "post", LIST, body(questions=[{"question": "A?", "answer": "B"}]))
    message = "An assessment that follows an instrument has answers in their place."
    assert fields_of(response) == (400, {"questions": [message]})


def test_measurements_keep_their_decimals(sitting):
    answers = {"1": 16, "2": 1, "3": 97, "4": 0, "5": 120, "6": 70, "7": 0, "8": 38.1}
    made = sitting(answers, instrument="news2", complete=True)
    assert (made["score"], made["band"], made["answers"]["8"], made["type"]) == (1, "Low", 38.1, "physical")


def test_age_at_the_sitting_counts(riverside, sitting):
    with clinic_scope(riverside.clinic):
        born = str(make_patient(date_of_birth=date(1961, 3, 12)).pk)
    answers = {"C": 0, "U": 7.0, "R": 16, "B-systolic": 120, "B-diastolic": 80}
    sent = {"patient": born, "instrument": "curb-65"}
    assert [sitting(answers, date=day, **sent)["score"] for day in ("2026-03-11", "2026-03-12")] == [0, 1]


def test_pcl5_gives_clusters_and_what_its_cutoff_says(sitting):
    made = sitting({str(number): 2 for number in range(1, 21)}, instrument="pcl-5", complete=True)
    assert (made["score"], made["band"], made["cutoff"], made["pattern"]) == (40, "Positive screen", "positive", True)
    assert [(scale["code"], scale["score"], scale["met"]) for scale in made["subscales"]] == [
        *(("B", 10, True), ("C", 4, True), ("D", 14, True), ("E", 12, True))
    ]


def test_reader_and_front_desk_may_not_write(riverside, sign_in, body):
    for user in (riverside.auditor, riverside.front_desk):
        assert send(sign_in(user), "post", LIST, body()).status_code == 403


def test_list_shows_sittings_with_their_alerts_in_few_queries(
    client, sitting, riverside, django_assert_max_num_queries
):
    for _ in range(4):
        sitting({"9": 2})
    with django_assert_max_num_queries(12):
        rows = client.get(LIST).json()["results"]
    assert [len(row["alerts"]) for row in rows] == [1, 1, 1, 1]
    with clinic_scope(riverside.clinic):
        assert Alert.objects.open().count() == 4


@pytest.mark.parametrize("flag", [0, 1, "true", None])
def test_complete_is_true_or_false(client, body, flag):
    answer = send(client, "post", SITTINGS, body(complete=flag))
    assert (answer.status_code, list(answer.json()["error"]["fields"])) == (400, ["complete"])
