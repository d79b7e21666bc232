"""Lists as files: what a spreadsheet reads is what the list shows, and nothing in it is a formula."""

import csv
import io
import re
import zipfile
from datetime import date, datetime, time, timedelta
from decimal import Decimal

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic.lists.jobs import spreadsheets
from clinic.lists.jobs.spreadsheets import pieces

LABELS = ["Name", "Born", "Age", "Score"]
ROWS = [["García, Ana", date(1970, 3, 4), 56, Decimal("12.50")], ["O'Brien <&>", None, 0, None]]
FORMULAS = ["=1+1", "+44-20", "+44 20 ext. 1+1", "+A1", "-2", "@SUM(A1)", "\tx", "=cmd|' /C calc'!A0"]
WRITABLE = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=40)


def made(kind, rows, labels=LABELS) -> bytes:
    return b"".join(content for content, _ in pieces(kind, labels, [rows[:1], rows[1:]]))


def sheet(content: bytes) -> list[list[object]]:
    """The cells as openpyxl reads them, which has no code in common with what wrote them."""
    return [[cell.value for cell in row] for row in openpyxl.load_workbook(io.BytesIO(content)).active.iter_rows()]


def table(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_csv_holds_the_values():
    expected = [LABELS, ["García, Ana", "1970-03-04", "56", "12.50"], ["O'Brien <&>", "", "0", ""]]
    assert table(made("csv", ROWS)) == expected


def test_csv_begins_with_the_mark_that_spreadsheets_need():
    assert made("csv", ROWS).startswith(b"\xef\xbb\xbfName,")


def test_xlsx_holds_typed_values():
    heading, first, second = sheet(made("xlsx", ROWS))
    assert heading == LABELS
    assert [first[0], first[1].date(), *first[2:]] == ["García, Ana", date(1970, 3, 4), 56, 12.5]
    assert second == ["O'Brien <&>", None, 0, None]


@pytest.mark.parametrize("text", FORMULAS)
def test_csv_neutralises_what_looks_like_a_formula(text):
    assert table(made("csv", [[text], [text]], ["Name"]))[1] == [f"'{text}"]


@pytest.mark.parametrize("text", ["+44 20 7946 0123", "+442079460123", "+44 20 7946 0018 ext. 12"])
def test_csv_leaves_a_telephone_number_as_it_is(text):
    assert table(made("csv", [[text], [text]], ["Phone"]))[1] == [text]


@pytest.mark.parametrize("text", FORMULAS)
def test_xlsx_types_what_looks_like_a_formula_as_quoted_text(text):
    book = openpyxl.load_workbook(io.BytesIO(made("xlsx", [[text], [text]], ["Name"])))
    cell = book.active["A2"]
    assert (cell.data_type, cell.quotePrefix, cell.value) == ("s", True, text)


def test_negative_number_stays_a_number():
    assert table(made("csv", [[-2], [Decimal("-1.5")]], ["Change"]))[1:] == [["-2"], ["-1.5"]]
    assert sheet(made("xlsx", [[-2], [Decimal("-1.5")]], ["Change"]))[1:] == [[-2], [-1.5]]


def test_day_that_spreadsheets_disagree_on_is_text():
    assert sheet(made("xlsx", [[date(1899, 5, 1)], [date(1900, 2, 28)]], ["Born"]))[1:] == [
        ["1899-05-01"],
        ["1900-02-28"],
    ]


def test_xlsx_replaces_what_xml_cannot_hold():
    assert sheet(made("xlsx", [["a\x00b\x1fc"], ["\ufffe"]], ["Name"]))[1:] == [["a\ufffdb\ufffdc"], ["\ufffd"]]


def test_xlsx_refuses_more_rows_than_a_sheet_holds(monkeypatch):
    monkeypatch.setattr(spreadsheets, "ROWS_IN_A_SHEET", 3)
    with pytest.raises(ValueError, match="3 rows"):
        made("xlsx", [["x"]] * 4, ["Name"])


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_file_comes_in_pieces_that_say_how_many_rows_they_hold(kind):
    assert sum(rows for _, rows in pieces(kind, LABELS, [ROWS, ROWS[:1]])) == 3


@given(st.lists(WRITABLE, min_size=2, max_size=6))
def test_any_text_comes_back_from_both(texts):
    rows = [[text] for text in texts]
    assert [row[0] for row in sheet(made("xlsx", rows, ["Name"]))[1:]] == texts
    read = [row[0] for row in table(made("csv", rows, ["Name"]))[1:]]
    assert [text.removeprefix("'") if text[:2] in {"'=", "'+", "'-", "'@"} else text for text in read] == [
        text.removeprefix("'") if text[:2] in {"'=", "'+", "'-", "'@"} else text for text in texts
    ]


def test_xlsx_is_one_archive_whose_parts_find_each_other():
    """What Excel opens: openpyxl forgives relations that lead nowhere, and bytes before the archive."""
    content = made("xlsx", ROWS)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = archive.namelist()
        assert archive.infolist()[0].header_offset == 0
        found = {
            name: re.findall(r'Type="[^"]*/(\w+)" Target="([^"]+)"', archive.read(name).decode())
            for name in names
            if name.endswith(".rels")
        }
        types = re.findall(r'PartName="/([^"]+)"', archive.read("[Content_Types].xml").decode())
    assert found == {
        "_rels/.rels": [("officeDocument", "xl/workbook.xml")],
        "xl/_rels/workbook.xml.rels": [("worksheet", "worksheets/sheet1.xml"), ("styles", "styles.xml")],
    }
    assert sorted(types) == ["xl/styles.xml", "xl/workbook.xml", "xl/worksheets/sheet1.xml"]
    assert set(types) <= set(names)


@pytest.mark.parametrize(("day", "typed"), [(-1, False), (0, True), (1, True)])
def test_first_day_of_spreadsheets_is_a_date(day, typed):
    first = spreadsheets.FIRST_DAY
    _, row = sheet(made("xlsx", [[first + timedelta(days=day)]], ["Born"]))
    assert row == [datetime.combine(first + timedelta(days=day), time()) if typed else str(first + timedelta(days=day))]


@pytest.mark.parametrize("nothing", [None, ""])
def test_cell_of_nothing_is_empty_in_every_file(nothing):
    assert (spreadsheets.cell(nothing), spreadsheets.plain(nothing)) == ("<c/>", "")
