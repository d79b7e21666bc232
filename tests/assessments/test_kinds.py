"""Questions of every kind: answered in a form and by the API, kept as JSON, read in words, never counted."""

from uuid import uuid4

import pytest

from clinic.assessments.models import Assessment
from clinic.assessments.record.results import response_rows
from clinic.instruments.actions import add_custom_instrument
from clinic.tenancy.scope import clinic_scope
from tests.instruments.kinds import ANSWERS, EVERY_KIND, WORDS
from tests.world import Writer, make_patient

TYPED = {
    "answer-1": "1",
    "answer-2": "unsure",
    "answer-3": ["0", "2"],
    "answer-4": "At home.\r\nAlone.",
    "answer-5": "1 Feb 2026",
    "answer-6": "No",
    "answer-7": "71",
}
LIST = "/api/v1/assessments/"
DAY = "1 March 2026"


@pytest.fixture
def world(riverside):
    with clinic_scope(riverside.clinic):
        add_custom_instrument(by=Writer(), data=EVERY_KIND, origin="form", becomes="")
        riverside.patient = make_patient()
    return riverside


@pytest.fixture
def client(world, sign_in):
    return sign_in(world.clinician)


@pytest.fixture
def sent(client, world):
    """A function that sends the form with other answers, and gives the assessment, if any, and the page."""

    def send(do="complete", **changes):
        key = uuid4()
        form = {
            "id": key,
            "patient": world.patient.pk,
            "instrument": "own-every-kind",
            "date": DAY,
            "do": do,
        }
        path = f"/assessments/new/?patient={world.patient.pk}&instrument=own-every-kind"
        page = client.post(path, {**form, **TYPED, **{name.replace("_", "-"): text for name, text in changes.items()}})
        with clinic_scope(world.clinic):
            return Assessment.objects.filter(pk=key).first(), page

    return send


def post(client, world, answers, **more):
    body = {"patient": str(world.patient.pk), "instrument": "own-every-kind", "date": "2026-03-01", "answers": answers}
    return client.post(LIST, {**body, **more}, content_type="application/json")


def test_form_keeps_an_answer_of_every_kind(sent, world):
    made, page = sent()
    assert (page.status_code, made.status, made.score, made.answers) == (302, "completed", 1, ANSWERS)
    with clinic_scope(world.clinic):
        assert [row.response for row in response_rows(made)] == WORDS


def test_form_is_drawn_again_with_what_was_answered(sent, client, world):
    made, _ = sent(do="later")
    questions = client.get(f"/assessments/{made.pk}/answer/").context["questions"]
    chosen = [[choice.value for choice in question.choices if choice.checked] for question in questions]
    assert chosen == [["1"], ["unsure"], ["0", "2"], [], [], ["No"], []]
    assert [question.value for question in questions[3:5]] == ["At home.\nAlone.", "1 February 2026"]
    again = client.post(f"/assessments/{made.pk}/answer/", {"date": DAY, "do": "later", **TYPED, "version": 1})
    with clinic_scope(world.clinic):
        made.refresh_from_db()
    assert (again.status_code, made.version, made.answers) == (302, 1, ANSWERS)


@pytest.mark.parametrize(
    ("name", "typed", "said"),
    [
        ("answer_2", "0", "Item 2 has 2 answers of 0 points: name one by its code."),
        ("answer_2", "perhaps", "Choose one of the answers."),
        ("answer_3", ["0", "7"], "The answer to item 3 must be a list of different answers of the item."),
        ("answer_4", "x" * 2001, "The answer to item 4 must be text of at most 2,000 characters."),
        ("answer_4", "a\x07b", "The answer to item 4 must be text of at most 2,000 characters."),
        ("answer_5", "31/2/2026", "There is no such day in the calendar."),
        ("answer_6", "perhaps", "Choose yes or no."),
        ("answer_7", "heavy", "Write a number, such as 37 or 37.5."),
    ],
)
def test_answer_that_cannot_be_is_said_beside_its_question_and_nothing_is_lost(sent, name, typed, said):
    made, page = sent(**{name: typed})
    questions = {question.code: question for question in page.context["questions"]}
    assert (made, page.status_code, questions[name[-1]].error) == (None, 422, said)
    assert questions["4"].value == (typed if name == "answer_4" else "At home.\nAlone.")


def test_questionnaire_without_any_score_is_completed_by_what_is_answered(client, world):
    items = [{"code": "1", "text": "Tell us", "kind": "text"}, {"code": "2", "text": "Else?", "kind": "text"}]
    unscored = {**EVERY_KIND, "title": "Unscored", "name": "Unscored", "items": items, "scoring": {"rule": "none"}}
    with clinic_scope(world.clinic):
        add_custom_instrument(by=Writer(), data=unscored, origin="form")
    more = {"instrument": "own-unscored", "complete": True}
    made, empty = (post(client, world, answers, **more) for answers in ({"1": "Well"}, {}))
    found = made.json()["results"]
    assert (made.status_code, found["status"], found["summary"]) == (201, "completed", "1 of 2 answered")
    said = {"answers": ["None of the 2 items of Unscored that count is answered."]}
    assert (empty.status_code, empty.json()["error"]["fields"]) == (400, said)


def test_unreadable_text_in_a_question_that_is_not_asked_stops_nobody(sent):
    made, page = sent(answer_1="0", answer_7="heavy")
    assert (page.status_code, made.score, made.results["asked"]) == (302, 0, 1)


def test_program_sends_and_gets_an_answer_of_every_kind(client, world):
    made = post(client, world, ANSWERS, complete=True)
    assert (made.status_code, made.json()["results"]["answers"], made.json()["results"]["score"]) == (201, ANSWERS, 1)


@pytest.mark.parametrize(
    ("code", "sent_as", "stored"), [("1", 1, 1), ("2", 2, "yes"), ("2", "no", "no"), ("3", [2], [2])]
)
def test_option_is_named_by_its_code_or_by_points_of_its_own(client, world, code, sent_as, stored):
    made = post(client, world, {"1": 1, code: sent_as})
    assert (made.status_code, made.json()["results"]["answers"][code]) == (201, stored)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (" At home.\r\nAlone. ", "At home.\nAlone."),
        ("e\u0301", "\u00e9"),
        ("می\u200cروم", "می\u200cروم"),
        ("x" * 2000, "x" * 2000),
    ],
)
def test_text_is_kept_as_texts_are_everywhere(client, world, text, kept):
    made = post(client, world, {"1": 1, "4": text})
    assert (made.status_code, made.json()["results"]["answers"]["4"]) == (201, kept)


@pytest.mark.parametrize(
    ("code", "answer", "said"),
    [
        ("2", 0, "Item 2 has 2 answers of 0 points: name one by its code."),
        ("2", "maybe", "Item 2 has no answer with the code “maybe”."),
        ("2", True, "The answer to item 2 must be a number or the code of an option."),
        ("3", [], "The answer to item 3 must be a list of different answers of the item."),
        ("3", [1, 1], "The answer to item 3 must be a list of different answers of the item."),
        ("3", 1, "The answer to item 3 must be a list of different answers of the item."),
        ("4", "", "The answer to item 4 must be text of at most 2,000 characters."),
        ("4", "a\0b", "The answer to item 4 must be text of at most 2,000 characters."),
        ("4", "\ud800", "The answer to item 4 must be text of at most 2,000 characters."),
        ("4", 5, "The answer to item 4 must be text of at most 2,000 characters."),
        ("5", "1/2/2026", "The answer to item 5 must be a date such as 2026-11-23."),
        ("5", "20260201", "The answer to item 5 must be a date such as 2026-11-23."),
        ("6", 1, "The answer to item 6 must be true or false."),
        ("7", "71", "The answer to item 7 must be a number."),
    ],
)
def test_answer_of_another_kind_is_refused_by_name(client, world, code, answer, said):
    made = post(client, world, {"1": 1, code: answer})
    assert (made.status_code, made.json()["error"]["fields"]) == (400, {f"answers.{code}": [said]})
