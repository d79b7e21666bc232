"""Numbers that come from outside: exact as they are written, or refused. No exponent overflows or is rounded away."""

import json
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from clinic.instruments.files.importing import Refused, import_file
from clinic.instruments.pages.custom_forms import InstrumentForm
from clinic.instruments.reading import exact
from tests.instruments.broken import changed, faults
from tests.instruments.broken_definitions import NUMBER
from tests.instruments.broken_files import FORM, question, questionnaire, rows
from tests.instruments.broken_files import option as fhir_option
from tests.sizes import times

ABOUT = {"type": "mental_health", "answered_by": "patient", "licence_class": "free"}
FAR = [f"{sign}{digits}{exponent}" for sign in ("", "-") for digits in ("1", "9.99")
       for exponent in ("e9999999", "E-9999999", "e999999", "E-999999", "e6", "E-9")]  # fmt: skip
exponents = st.integers(-12, 12) | st.sampled_from([-(10**7), -(10**6), -999, 999, 10**6, 10**7])


def expected(digits: int, exponent: int) -> Fraction | None:
    """The number if it is at most 100,000 with at most two decimal places, by whole numbers alone."""
    if digits == 0:
        return Fraction(0)
    if abs(exponent) > 50:
        return None
    number = Fraction(digits) * Fraction(10) ** exponent
    return number if abs(number) <= 100_000 and (number * 100).denominator == 1 else None


@settings(max_examples=times(500), deadline=None)
@given(st.integers(-(10**9), 10**9), exponents)
@example(1, -(10**7))
@example(0, 10**7)
@example(10**8, -3)
@example(10**8 + 1, -3)
def test_number_is_exact_or_refused_whatever_its_exponent(digits, exponent):
    found = exact(Decimal(f"{digits}E{exponent}"))
    assert (None if found is None else Fraction(found)) == expected(digits, exponent)


@pytest.mark.parametrize("text", FAR)
def test_number_that_is_too_large_or_too_fine_is_refused_by_name_in_a_definition(text):
    assert faults(changed({"change.reliable": Decimal(text)})) == [f"change, reliable: {NUMBER}"]


def messages(name, content):
    with pytest.raises(Refused) as error:
        import_file(name, content, **ABOUT)
    return error.value.messages


@pytest.mark.parametrize("text", FAR)
def test_points_that_are_too_large_or_too_fine_are_refused_by_name_in_sheets(text):
    assert f"Row 7: “{text}” is not a number." in messages("a.csv", rows("2", text))


@pytest.mark.parametrize("text", FAR)
def test_points_that_are_too_large_or_too_fine_are_refused_by_name_in_a_questionnaire(text):
    points = questionnaire(question("A?", answerOption=[fhir_option("No", 0), fhir_option("Yes", "POINTS")]))
    assert messages("a.json", points.replace(b'"POINTS"', text.encode())) == [
        "“A?”: the points of “Yes” are not a number of at most 100,000 with at most two decimal places."
    ]


@pytest.mark.parametrize("text", FAR)
def test_points_that_are_too_large_or_too_fine_are_refused_by_name_in_the_form(text):
    form = InstrumentForm({**FORM, "options": f"{text} Never\n1 Often"})
    assert form.errors == {"options": [f"“{text} Never” does not begin with points, such as 0."]}


def test_numbers_as_people_write_them_are_read():
    points = [exact(json.loads(text, parse_float=Decimal)) for text in ("1.50", "-0.0", "1e2", "0e9999999", "100000")]
    assert points == [Decimal("1.5"), 0, 100, 0, 100_000]
