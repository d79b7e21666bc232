"""The examples of a preview answer every question that is asked, whatever decides that it is."""

from itertools import product

import pytest

from clinic.instruments.pages.preview import examples
from tests.instruments.questionnaires import asked, read

CODED = [{"valueCoding": {"system": "s", "code": code, "display": code.upper()}} for code in "ab"]
FIRST = {
    "boolean": {"linkId": "f", "type": "boolean", "text": "Well?"},
    "choice": {"linkId": "f", "type": "choice", "text": "Which?", "answerOption": CODED},
    "points": asked("f"),
}
EXISTS = [{"operator": "exists", "answerBoolean": answer} for answer in (True, False)]
CONDITIONS = {
    "boolean": [*EXISTS, *({"operator": "=", "answerBoolean": answer} for answer in (True, False))],
    "choice": [*EXISTS, *({"operator": "!=", "answerCoding": {"system": "s", "code": code}} for code in "ab")],
    "points": EXISTS,
}
LAST = [
    *({"linkId": "l", "type": kind, "text": "More?"} for kind in ("text", "date", "integer", "boolean")),
    {"linkId": "l", "type": "choice", "text": "More?", "answerOption": CODED, "repeats": True},
]


CASES = [
    (first, condition, last)
    for (first, conditions), last in product(CONDITIONS.items(), LAST)
    for condition in conditions
]


@pytest.mark.parametrize(("first", "condition", "last"), CASES, ids=lambda case: "")
def test_every_example_has_a_total(first, condition, last):
    when = {"enableWhen": [{"question": "f", **condition}]}
    found = examples(read(FIRST[first], asked("p"), asked("q", **when), {**last, **when}))
    assert [(each.result.complete, each.result.total is None) for each in found] == [(True, False)] * 3


def test_examples_of_questions_without_points_answer_all_of_them():
    found = examples(read(FIRST["boolean"], LAST[-1]))
    assert [(example.result.answered, example.result.asked) for example in found] == [(2, 2)] * 3
