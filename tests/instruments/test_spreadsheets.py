"""Spreadsheets as Excel and people write them: separators, comments, and signs and decimals of numbers."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clinic.instruments.files.importing import example_rows
from clinic.instruments.files.spreadsheet import number_of
from clinic.instruments.pages.custom_forms import InstrumentForm
from tests.instruments.broken_files import FORM
from tests.instruments.test_importing import as_csv, made, refused
from tests.sizes import times

WHOLE = made("a.csv", as_csv(example_rows()))


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize(
    "before",
    ["", "# made by Ann, 2026\n", "# a; b; c\n\n", "  # x;y,z\r\n", '"# made by Ann, 2026; or Ben"\n', "\r\n#,\r\n"],
)
def test_comment_lines_never_decide_the_separator(separator, before):
    assert made("a.csv", before + as_csv(example_rows(), separator)) == WHOLE


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("line", ["sep={}\r\n", "SEP={}\n", '"sep={}"\r\n', "﻿sep={}\r\n"])
def test_separator_named_by_the_first_line_is_taken(separator, line):
    assert made("a.csv", line.format(separator) + as_csv(example_rows(), separator)) == WHOLE


def test_rows_are_numbered_as_in_the_file_with_its_first_line():
    text = "sep=;\n# Ann, 2026\n" + as_csv(example_rows(), ";").replace("Never;0", "Never;none")
    assert refused("a.csv", text)[0] == "Row 7: “none” is not a number."


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("−1", -1),  # U+2212, which word processors write
        ("−0,5", Decimal("-0.5")),
        ("+2", 2),
        ("1,50", Decimal("1.5")),
        ("1.5", Decimal("1.5")),
        ("1,000", None),  # a thousand in one country, one in another
        ("1.234,5", None),
        ("1_0", None),
        ("1e3", None),
        ("٣", None),
        ("--1", None),
        ("", None),
    ],
)
def test_number_is_read_as_it_is_written_or_refused(text, number):
    assert number_of(text) == number


@settings(max_examples=times(300), deadline=None)
@given(st.decimals(-100_000, 100_000, places=2), st.sampled_from("-−"), st.sampled_from(".,"))
def test_number_means_the_same_with_either_sign_and_either_point(value, minus, point):
    assert number_of(str(value).replace("-", minus).replace(".", point)) == value


def test_points_of_the_form_take_the_same_signs_and_decimals():
    form = InstrumentForm({**FORM, "options": "−1 Never\n1,5 Often", "bands": "−1 to 0 Good\n0,5-1,5 Poor"})
    form.is_valid()
    options = form.cleaned_data["imported"].data["options"]["options"]
    assert [option["points"] for option in options] == [-1, Decimal("1.5")]


def test_negative_points_of_a_sheet_are_scored():
    text = as_csv(example_rows(), ";").replace("Never;0", "Never;−1").replace("Good;0;", "Good;−2;")
    assert made("a.csv", text).score_range == (-2, 4)


@pytest.mark.parametrize("text", ["1e3", "1.000,5", "x", "", "999999999"])
@pytest.mark.parametrize("place", [0, 1, 2])
def test_points_that_cannot_be_read_are_the_only_fault(text, place):
    """Read as 0 they would be the points of another option as well."""
    sheet = list(example_rows())
    at = next(at for at, row in enumerate(sheet) if row[0] == "option") + place
    sheet[at] = [*sheet[at][:3], text]
    said = "is too large" if text == "999999999" else "is not a number"
    assert refused("a.csv", as_csv(sheet)) == [f"Row {at + 1}: “{text}” {said}."]
