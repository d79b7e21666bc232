"""Each type of item that FHIR knows, alone and as what another question depends on: asked, or said why not."""

import pytest

from clinic.instruments.items.parts import LARGEST
from clinic.instruments.questions import form_questions
from tests.instruments.questionnaires import asked, read, refusals

CORE = "http://hl7.org/fhir/StructureDefinition/"
OPTIONS = [{"valueCoding": {"system": "s", "code": code, "display": code.upper()}} for code in "ab"]
EXISTS = {"operator": "exists", "answerBoolean": True}
TYPED = {
    "integer": "number", "decimal": "number", "quantity": "number",
    "string": "text", "text": "text", "url": "text", "date": "date",
}  # fmt: skip
CHOSEN = {"choice": "one", "coding": "one", "boolean": "yes_no"}
LEFT_OUT = ("time", "dateTime")
REFUSED = ("open-choice", "attachment", "reference", "question", "display", "group", "odd")
WORDS = {"number": "a number", "text": "a text", "date": "a date"}
DECIDES = "only one answer of a list, or yes or no, decides what is asked."


def item(kind, **more):
    options = {"answerOption": OPTIONS} if kind in ("choice", "coding") else {}
    return {"linkId": "k", "type": kind, "text": "How many?", **options, **more}


def limit(name, value):
    return {"url": f"{CORE}{name}", "valueInteger": value}


@pytest.mark.parametrize(("kind", "expected"), [*TYPED.items(), *CHOSEN.items()])
def test_question_beside_a_choice_with_points_is_asked(kind, expected):
    definition = read(asked("p"), item(kind))
    assert [(each.kind, each.scored) for each in definition.items] == [("one", True), (expected, False)]
    assert definition.score_range == (0, 3)


@pytest.mark.parametrize("kind", CHOSEN)
def test_question_that_depends_on_one_answer_is_asked_then(kind):
    definition = read(item(kind), asked("q", enableWhen=[{"question": "k", **EXISTS}]))
    assert [each.item for each in definition.items[1].asked_if.conditions] == ["1"]


@pytest.mark.parametrize(("kind", "shown"), [(kind, WORDS[shown]) for kind, shown in TYPED.items()])
def test_question_that_depends_on_a_typed_answer_is_refused_for_that(kind, shown):
    dependent = asked("q", enableWhen=[{"question": "k", **EXISTS}])
    assert refusals(item(kind), dependent) == [f"“Question q?” (q) depends on “k”, {shown}: {DECIDES}"]


@pytest.mark.parametrize("kind", LEFT_OUT)
def test_question_that_depends_on_what_is_left_out_is_refused_for_that(kind):
    dependent = asked("q", enableWhen=[{"question": "k", **EXISTS}])
    said = "depends on “k”, which is left out: nobody can be asked for a time of the day."
    assert refusals(asked("p"), item(kind), dependent) == [f"“Question q?” (q) {said}"]


@pytest.mark.parametrize("kind", REFUSED)
def test_part_that_asks_nothing_known_is_never_what_another_depends_on(kind):
    dependent = asked("q", enableWhen=[{"question": "k", **EXISTS}])
    assert len(refusals(asked("p"), item(kind), dependent)) == 1


@pytest.mark.parametrize(
    ("text", "is_asked"),
    [
        ("Total score", False),
        ("PHQ-9: sum", False),
        ("PEG Score: average of the three", False),
        ("How many children do you have?", True),
        ("What was your total income?", True),
        ("Weight", True),
        ("Scoreboard games a week", True),
    ],
)
def test_number_is_taken_for_a_total_by_its_text(text, is_asked):
    definition = read(asked("p"), item("integer", text=text))
    assert [each.text for each in definition.items[1:]] == ([text] if is_asked else [])


def test_total_beside_a_number_that_is_asked_may_count_it_so_that_nothing_is_scored():
    definition = read(asked("p"), item("integer"), item("decimal", linkId="t", text="Total score"))
    assert (definition.rule, len(definition.items)) == ("none", 2)


@pytest.mark.parametrize(
    ("limits", "shown"),
    [
        ([], ""),
        ([("minValue", 0)], "0 or more"),
        ([("maxValue", 10)], "10 or less"),
        ([("minValue", -2), ("maxValue", 10)], "−2 to 10"),
    ],
)
def test_number_shows_the_limits_that_the_file_has(limits, shown):
    definition = read(item("integer", extension=[limit(*each) for each in limits]))
    asked_for = form_questions(definition, definition.items, responses={})[0]
    assert (asked_for.limits, definition.items[0].measure.maximum) == (shown, dict(limits).get("maxValue", LARGEST))


def test_limits_that_cannot_be_read_are_the_reason_why_a_number_is_left_out():
    definition = read(asked("p"), item("integer", extension=[limit("maxValue", 10_000_000)]))
    assert definition.exchange.notes[0] == (
        "“How many?” (k) is left out: its limits are not numbers of at most 100,000 with at most two decimal places."
    )
