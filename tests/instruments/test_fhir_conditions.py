"""Conditions, typed questions and equal points of FHIR Questionnaires, kept as the file means them."""

from itertools import product

import pytest

from clinic.instruments.scoring import score
from tests.instruments.broken_files import option, question
from tests.instruments.questionnaires import asked, group, read, refusals, total

UNIT = "http://hl7.org/fhir/StructureDefinition/questionnaire-unit"
CODED = [{"valueCoding": {"system": "s", "code": code, "display": code.upper()}} for code in "abc"]
WHOLE = [{"valueInteger": number} for number in range(4)]
DRINK = question("Drink?", linkId="d", answerOption=CODED)
HOW_MANY = question("How many?", linkId="n", answerOption=WHOLE)
SURE = {"linkId": "s", "type": "boolean", "text": "Sure?"}


def when(*conditions, behaviour=None):
    rows = [{"question": link, "operator": operator, **answer} for link, operator, answer in conditions]
    return {"enableWhen": rows, **({"enableBehavior": behaviour} if behaviour else {})}


def coding(code):
    return {"answerCoding": {"system": "s", "code": code}}


DRINKS = ("d", "=", coding("b"))
# What FHIR says of each condition, by what is answered to the question before; None is no answer.
CASES = [
    (DRINK, DRINKS, {"b"}),
    (DRINK, ("d", "!=", coding("b")), {None, "a", "c"}),
    (DRINK, ("d", "exists", {"answerBoolean": True}), {"a", "b", "c"}),
    (DRINK, ("d", "exists", {"answerBoolean": False}), {None}),
    (HOW_MANY, ("n", "=", {"answerInteger": 2}), {2}),
    (HOW_MANY, ("n", "!=", {"answerInteger": 2}), {None, 0, 1, 3}),
    (HOW_MANY, ("n", ">", {"answerInteger": 1}), {2, 3}),
    (HOW_MANY, ("n", "<", {"answerInteger": 1}), {0}),
    (HOW_MANY, ("n", ">=", {"answerDecimal": 1.5}), {2, 3}),
    (HOW_MANY, ("n", "<=", {"answerDecimal": 1}), {0, 1}),
    (SURE, ("s", "=", {"answerBoolean": True}), {True}),
    (SURE, ("s", "!=", {"answerBoolean": True}), {None, False}),
]
SENT = {"d": {"a": 0, "b": 1, "c": 2}}


@pytest.mark.parametrize(("first", "condition", "met"), CASES, ids=lambda case: "")
def test_condition_means_what_fhir_says(first, condition, met):
    definition = read(first, asked("q", **when(condition)))
    answers = {"d": [None, "a", "b", "c"], "n": [None, 0, 1, 2, 3], "s": [None, False, True]}[first["linkId"]]
    found = [
        each
        for each in answers
        if definition.is_asked(definition.items[1], {"1": SENT.get(first["linkId"], {}).get(each, each)})
    ]
    assert found == [each for each in answers if each in met]


@pytest.mark.parametrize("behaviour", ["any", "all"])
def test_several_conditions_are_met_as_the_file_says(behaviour):
    definition = read(DRINK, SURE, asked("q", **when(DRINKS, ("s", "=", {"answerBoolean": True}), behaviour=behaviour)))
    combine = any if behaviour == "any" else all
    found = {
        (drink, sure): definition.is_asked(definition.items[2], {"1": drink, "2": sure})
        for drink, sure in product((0, 1, 2), (True, False))
    }
    assert found == {(drink, sure): combine((drink == 1, sure)) for drink, sure in found}


def test_questions_of_a_group_depend_on_what_the_group_depends_on():
    inner = asked("q", **when(("n", ">", {"answerInteger": 0})))
    definition = read(DRINK, HOW_MANY, group("g", "More", asked("p"), inner, **when(DRINKS)))
    conditions = [item.asked_if and [each.item for each in item.asked_if.conditions] for item in definition.items]
    assert conditions == [None, None, ["1"], ["1", "2"]]


def test_item_that_is_not_asked_adds_nothing_to_the_total():
    definition = read(HOW_MANY, asked("q", **when(("n", ">", {"answerInteger": 0}))))
    results = [score(definition, answers) for answers in ({"1": 0}, {"1": 1}, {"1": 1, "2": 3}, {"1": 0, "2": 3})]
    assert definition.score_range == (0, 6)
    assert [(result.total, result.low, result.high) for result in results] == [
        *((0, 0, 0), (None, 1, 4), (4, 4, 4), (0, 0, 0)),
    ]


def test_formula_over_a_question_that_may_not_be_asked_scores_nothing():
    """In FHIRPath a sum has no value while one of its terms has none."""
    path = "%resource.item.where(linkId='{}').answer.value.ordinal()"
    conditional = asked("q", **when(("p", "exists", {"answerBoolean": True})))
    named = read(asked("p"), conditional, total(f"{path.format('p')} + {path.format('q')}"))
    summed = read(asked("p"), conditional, total("answers().sum(value.ordinal())"))
    assert (named.rule, summed.rule, summed.score_range) == ("none", "sum", (0, 6))


@pytest.mark.parametrize(
    ("kind", "more", "expected"),
    [
        *[(kind, {}, "text") for kind in ("string", "text", "url")],
        ("date", {}, "date"),
        ("boolean", {}, "yes_no"),
        *[
            (kind, {"extension": [{"url": UNIT, "valueCoding": {"code": "kg", "display": "kg"}}]}, "number")
            for kind in ("decimal", "integer", "quantity")
        ],
        ("choice", {"answerOption": CODED, "repeats": True}, "several"),
    ],
)
def test_typed_question_is_asked_and_does_not_count(kind, more, expected):
    definition = read(asked("p"), {"linkId": "t", "type": kind, "text": "Which?", **more})
    item = definition.items[1]
    assert (item.kind, item.scored, definition.score_range) == (expected, False, (0, 3))
    assert definition.exchange.items["2"].link_id == "t"


def test_number_of_points_is_no_unit():
    points = {"url": UNIT, "valueCoding": {"code": "{score}", "display": "score"}}
    definition = read(asked("p"), total(extension=[points]))
    assert ([item.code for item in definition.items], len(definition.exchange.notes)) == (["1"], 2)


def test_options_of_equal_points_are_kept_by_their_codes():
    equal = [
        option(text, points) | {"valueCoding": {**option(text, points)["valueCoding"], "code": code}}
        for code, text, points in (("n", "No", 0), ("u", "Unsure", 0), ("y", "Yes", 1))
    ]
    definition = read(question("Well?", answerOption=equal))
    assert definition.items[0].answers == ("n", "u", "y")
    assert [score(definition, {"1": code}).total for code in "nuy"] == [0, 0, 1]
    assert score(definition, {"1": 0}).refusals[0].message == "Item 1 has 2 answers of 0 points: name one by its code."


def test_too_many_ways_to_decide_are_refused_and_not_tried():
    deciding = [{"linkId": f"b{number}", "type": "boolean", "text": f"Is {number}?"} for number in range(60)]
    rows = [asked(f"q{number}", **when((f"b{number}", "=", {"answerBoolean": True}))) for number in range(60)]
    assert refusals(*deciding, *rows) == ["items: Too many answers decide how other items count."]


def test_typed_question_that_depends_on_what_is_not_asked_here_is_left_out():
    other = {"linkId": "o", "type": "text", "text": "Which?", **when(("x", "=", coding("b")))}
    definition = read(asked("p"), other)
    assert definition.exchange.notes[0] == (
        "“Which?” (o) is left out: it depends on “x”, which is no choice of one answer that is asked before it."
    )
