"""Totals by formulas: counted as the file counts them, or unscored with the formula named; never another sum."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clinic.instruments.files.fhir.formulas import Linear, NotLinear, linear
from clinic.instruments.scoring import score
from tests.instruments.questionnaires import LOINC, asked, group, read, total, variable
from tests.sizes import times

ANSWER = "%resource.item.where(linkId='{}').answer.value.ordinal()"
VARIABLES = [variable("a", "1"), variable("b", "2")]
NAMES = {"a": ANSWER.format("1"), "b": ANSWER.format("2")}
SCORED = {"1": "coding", "2": "coding"}


def scored_by(formula, **more):
    return read(asked("1"), asked("2"), total(formula), extension=VARIABLES, **more)


@pytest.mark.parametrize(
    ("formula", "low", "high", "totals"),
    [
        ("%a + %b", 0, 6, {(3, 1): 4}),
        ("(%a + (3 - %b)) * 4", 0, 24, {(3, 0): 24, (0, 3): 0, (1, 2): 8}),
        ("(%a + (3 − %b)) * 4", 0, 24, {(3, 0): 24}),
        ("(%a + %b) / 2", 0, 3, {(3, 0): Decimal("1.5"), (3, 3): 3}),
        ("2 * %a + %b", 0, 9, {(3, 1): 7, (1, 3): 5}),
        ("%a", 0, 3, {(3, 1): 3}),
        ("3 - %a", 0, 3, {(3, 1): 0}),
        (f"{ANSWER.format('1')} + %b", 0, 6, {(3, 1): 4}),
        ("iif(%a.exists(), %a, 0) + iif(%b.exists(), %b, 0)", 0, 6, {(3, 1): 4}),
        ("iif(%a.exists() and %b.exists(), %a + %b, {})", 0, 6, {(3, 1): 4}),
        ("%resource.descendants().answer.value.ordinal().sum()", 0, 6, {(3, 1): 4}),
        ("answers().sum(value.ordinal())", 0, 6, {(3, 1): 4}),
    ],
)
def test_formula_of_a_total_is_counted_as_it_says(formula, low, high, totals):
    definition = scored_by(formula)
    assert definition.score_range == (low, high)
    sums = {}
    for answers in totals:
        chosen = [f"{('Never', 'Rarely', 'Often', 'Always')[answer]}" for answer in answers]
        by_text = [{option.text: option.points for option in item.options} for item in definition.items]
        responses = {str(number): by_text[number - 1][text] for number, text in enumerate(chosen, 1)}
        sums[answers] = score(definition, responses).total
    assert sums == totals
    assert definition.exchange.notes[0].startswith("“Total” (total) is left out, with its formula “")


@pytest.mark.parametrize(
    "formula",
    [
        "(%a + %b) / 3",  # a third has no two decimal places
        "%a * %b",
        "%a + %c",
        "%a + 1",
        "iif(%a > 1, %b, 0)",
        "%a.round() + %b",
        "(%a + %b",
        "%resource.item.where(linkId='total').answer.value.ordinal()",
        "(" * 5000,
        "-" * 5000 + "%a",
    ],
)
def test_formula_that_is_not_understood_scores_nothing_and_is_named(formula):
    definition = scored_by(formula)
    assert (definition.score_range, score(definition, {"1": 3, "2": 3}).total) == (None, None)
    assert definition.exchange.notes == (
        f"“Total” (total) is left out, with its formula “{formula[:1000]}”: it is not understood, so that nothing is "
        "scored.",
    )


def test_variable_with_two_meanings_has_none():
    other = {"extension": [variable("a", "2")]}
    definition = read(asked("1"), asked("2", **other), total("%a + %b"), extension=VARIABLES)
    assert definition.score_range is None


def test_subscales_and_the_codes_of_a_total_are_kept():
    items = [asked("1"), asked("2"), total("%a", link="s", text="First part")]
    whole = total("%a + %b", code=[{"system": LOINC, "code": "44261-6"}])
    definition = read(*items, whole, extension=VARIABLES)
    assert [(scale.code, scale.title, scale.items) for scale in definition.subscales] == [("s", "First part", ("1",))]
    assert (definition.total_loinc, definition.score_range) == ("44261-6", (0, 6))


def test_items_outside_the_formula_do_not_count():
    definition = read(asked("1"), group("g", "More", asked("2"), asked("3")), total("%a + %b"), extension=VARIABLES)
    assert ([item.scored for item in definition.items], definition.score_range) == ([True, True, False], (0, 6))


def test_several_numbers_without_formulas_score_nothing():
    """PROMIS Global Health has five, of which none is the sum of its ten items."""
    definition = read(asked("1"), asked("2"), total(link="t"), total(link="raw"))
    assert definition.score_range is None
    assert definition.exchange.notes[-1] == (
        "The file has several numbers and does not say how they are made, so that nothing is scored."
    )


numbers = st.integers(0, 9).map(str)
formulas = st.recursive(
    st.sampled_from(["%a", "%b"]) | numbers,
    lambda inner: st.tuples(inner, st.sampled_from(["+", "-", "*", "/"]), inner).map(
        lambda parts: f"({' '.join(parts)})"
    ),
    max_leaves=6,
)


def value(formula, answers):
    """The number that Python makes of the formula; None if it divides by nothing."""
    text = formula.replace("%a", "answers[0]").replace("%b", "answers[1]")
    for digit in range(10):
        text = text.replace(f" {digit}", f" Fraction({digit})").replace(f"({digit}", f"(Fraction({digit})")
    try:
        return eval(text, {"answers": [Fraction(answer) for answer in answers], "Fraction": Fraction})  # noqa: S307
    except ZeroDivisionError:
        return None


@settings(max_examples=times(400), deadline=None)
@given(formulas, st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=2, max_size=4))
def test_formula_that_is_read_gives_what_python_gives(formula, answers):
    try:
        found = linear(formula, NAMES, SCORED)
    except NotLinear:
        found = None
    read_values = [of(found, each) if found is not None else value(formula, each) for each in answers]
    assert read_values == [value(formula, each) for each in answers]


def of(found: Linear, answers) -> Fraction:
    return found.constant + sum(found.factors.get(str(at), 0) * answer for at, answer in enumerate(answers, 1))


@settings(max_examples=times(150), deadline=None)
@given(formulas, st.integers(0, 3), st.integers(0, 3))
def test_imported_total_is_what_the_formula_gives_or_there_is_none(formula, first, second):
    definition = scored_by(formula)
    words = ("Never", "Rarely", "Often", "Always")
    points = [{option.text: option.points for option in item.options} for item in definition.items]
    given = {"1": points[0][words[first]], "2": points[1][words[second]]}
    result = score(definition, given)
    expected = None if definition.score_range is None else value(formula, (first, second))
    assert (result.total is None, result.total) == (expected is None, expected)
