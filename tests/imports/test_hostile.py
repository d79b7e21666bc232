"""Files that are made to do harm, or are damaged: each is refused with a sentence, and nothing of it is kept."""

import io
import zipfile
from functools import partial

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clinic.imports.content import PIECE
from clinic.imports.files import xml_parts
from clinic.imports.files.rows import Unreadable
from clinic.imports.files.workbook import sheet_rows, sheets_of
from clinic.imports.models import ImportBatch, ImportPart
from clinic.lists.jobs.spreadsheets import pieces
from clinic.tenancy.scope import clinic_scope
from tests.imports.sending import PEOPLE, columns, key_of, sent, work
from tests.sizes import times

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def book(sheet: bytes | str, **more: bytes | str) -> bytes:
    """A workbook whose one sheet, or another part, is what is given."""
    rows = [["Full name", "Date of birth", "Gender"], ["Ana Bell", "1961-03-12", "F"]]
    packed = zipfile.ZipFile(io.BytesIO(b"".join(piece for piece, _ in pieces("xlsx", rows[0], [rows[1:]]))))
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in packed.namelist():
            if name.endswith("sheet1.xml"):
                archive.writestr(name, sheet or packed.read(name))
            elif name not in more:
                archive.writestr(name, packed.read(name))
        for name, content in more.items():
            archive.writestr(name, content)
    return made.getvalue()


def sheet_of(rows: str) -> str:
    return f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>'


def text_cell(place: str, text: str) -> str:
    return f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'


BOMB = b"<worksheet>" + b" " * (300 * 1024 * 1024)
LAUGHS = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><worksheet/>'
OUTSIDE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]><worksheet>&a;</worksheet>'
HOSTILE = {
    "a bomb of white space": lambda: book(BOMB),
    "a bomb of texts": lambda: book("", **{"xl/sharedStrings.xml": b"<sst>" + b" " * (80 * 1024 * 1024)}),
    "entities that grow": lambda: book(LAUGHS),
    "an entity of another file": lambda: book(OUTSIDE),
    "a cell without end": lambda: book(sheet_of(f"<row>{text_cell('A1', 'a' * 5_000_000)}</row>")),
    "a far corner": lambda: book(sheet_of(f'<row r="1048576">{text_cell("XFD1048576", "a")}</row>')),
    "no archive": lambda: b"PK\x03\x04 and no more",
    "a part that is missing": lambda: book("").replace(b"xl/workbook.xml", b"xl/workbook.xmm"),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_hostile_spreadsheet_is_refused_and_not_kept(riverside, owner, what):
    response = sent(owner, HOSTILE[what](), "people.xlsx")
    with clinic_scope(riverside.clinic):
        kept = (ImportBatch.objects.count(), ImportPart.objects.count())
    assert (response.status_code, kept) == (422, (0, 0))


def test_spreadsheet_that_says_it_is_huge_is_refused_before_it_is_unpacked(monkeypatch):
    monkeypatch.setattr(xml_parts, "MOST_UNPACKED", 1000)
    with pytest.raises(Unreadable, match="far larger"):
        sheets_of(io.BytesIO(book("")))


def test_spreadsheet_is_read_as_it_is_shown():
    rows = '<row r="1">' + text_cell("A1", "Name") + text_cell("C1", "Born") + "</row>"
    rows += f'<row r="4">{text_cell("A4", "Ana")}<c r="C4" s="1"><v>22352</v></c></row>'
    found = list(sheet_rows(io.BytesIO(book(sheet_of(rows))), "List"))
    assert [(row.number, list(row.cells)) for row in found] == [
        (1, ["Name", "", "Born"]),
        (4, ["Ana", "", "1961-03-12"]),
    ]


def test_line_without_end_is_refused(riverside, owner):
    assert sent(owner, b"Name,Born\n" + b"a" * (PIECE * 3)).status_code in (302, 422)
    assert sent(owner, b'Name,Born\n"' + b"a" * (PIECE * 3)).status_code in (302, 422)


ANSWERED = (200, 302, 400, 409, 413, 422)


def is_answered(owner, world, content: bytes, name: str) -> bool:
    """Whether a file, whatever is in it, is answered at every step without an error of ours."""
    response = sent(owner, content, name)
    if response.status_code != 302:
        return response.status_code in ANSWERED
    key = key_of(response)
    page = owner.get(f"/patients/import/{key}/")
    with clinic_scope(world.clinic):
        facts = ImportBatch.objects.get(pk=key).facts
    if page.status_code != 200 or "headings" not in facts:
        return page.status_code == 200
    names = ["full_name", "date_of_birth", "gender", "phone_number", "address", "record_number"]
    said = {f"column-{place}": name for place, name in enumerate(names[: len(facts["headings"])])}
    response = owner.post(f"/patients/import/{key}/columns/", columns(world, key, **said))
    if response.status_code == 302:
        after = work(world, key)
        assert after.job.state in ("done", "stopped")
        assert "our side" not in after.job.message
    return response.status_code in ANSWERED and owner.get(f"/patients/import/{key}/").status_code == 200


@pytest.fixture
def answered(riverside, owner):
    """A function that says whether a file is answered without an error of ours."""
    return partial(is_answered, owner, riverside)


unhurried = settings(max_examples=times(15), suppress_health_check=[HealthCheck.function_scoped_fixture])


@unhurried
@given(st.binary(min_size=1, max_size=300))
def test_any_bytes_are_answered(answered, content):
    assert answered(content, "people.csv")


@unhurried
@given(st.data())
def test_any_mangled_file_is_answered(answered, data):
    content = bytearray(PEOPLE.encode())
    for _ in range(data.draw(st.integers(1, 6))):
        place = data.draw(st.integers(0, len(content) - 1))
        content[place : place + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=4))
    assert answered(bytes(content), "people.csv")


@unhurried
@given(st.data())
def test_any_mangled_spreadsheet_is_answered(answered, data):
    content = bytearray(book(""))
    for _ in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    assert answered(bytes(content), "people.xlsx")
