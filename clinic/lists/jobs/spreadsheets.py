"""Lists as CSV and XLSX, a piece at a time, with constant memory.

The XLSX is written by hand: openpyxl needs 7.5 s of CPU for 100,000 rows of nine columns and gives nothing away before
the last; this needs 0.75 s and begins at once, so that a download starts when it is asked for and a million rows need
no more memory than ten. What it writes is the small part of the format that a list needs; tests read it with openpyxl.

A cell that a spreadsheet could take for a formula is text in both: CSV puts an apostrophe in front (as OWASP's page
on CSV injection advises), XLSX types it as text and marks it as quoted.
"""

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple
from xml.sax.saxutils import escape

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
PHONE = re.compile(r"\+\d[\d ]*( ext\. \d+)?", re.ASCII)  # with these signs alone no spreadsheet works it out
NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
EPOCH = date(1899, 12, 30)
FIRST_DAY = date(1900, 3, 1)  # before it spreadsheets disagree on what day a number is
ROWS_IN_A_SHEET = 1_048_575  # below the heading
LONGEST = 32_767  # characters of a cell

Row = Sequence[Any]


class Format(NamedTuple):
    """A kind of file: its ending, and its media type."""

    ending: str
    media_type: str


FORMATS = {
    "csv": Format("csv", "text/csv; charset=utf-8"),
    "xlsx": Format("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}

CONTENT_TYPES = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    '<Override PartName="/xl/workbook.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
    '<Override PartName="/xl/worksheets/sheet1.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>'
    '<Override PartName="/xl/styles.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/></Types>'
)
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
RELATIONS = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{}</Relationships>'
)
SPREADSHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
# Cell styles by number: 0 plain, 1 a date, 2 the heading, 3 text that looks like a formula.
STYLES = (
    f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><styleSheet xmlns="{SPREADSHEET}">'
    '<numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/></numFmts>'
    '<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>'
    '</fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="4">'
    '<xf/><xf numFmtId="164" applyNumberFormat="1"/><xf fontId="1" applyFont="1"/><xf quotePrefix="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>'
    "</styleSheet>"
)
WORKBOOK = (
    f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><workbook xmlns="{SPREADSHEET}" xmlns:r="{OFFICE}">'
    '<sheets><sheet name="List" sheetId="1" r:id="rId1"/></sheets></workbook>'
)
SHEET_START = (
    f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><worksheet xmlns="{SPREADSHEET}"><sheetViews>'
    '<sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>'
    "</sheetView></sheetViews><sheetData>"
)


def pieces(kind: str, labels: Sequence[str], batches: Iterable[Sequence[Row]]) -> Iterator[tuple[bytes, int]]:
    """The file as (bytes, rows in them), a piece for each batch of rows; `kind` is one of FORMATS.

    A value is a str, an int, a Decimal, a date or None.
    """
    return (_csv if kind == "csv" else _xlsx)(labels, batches)


def _csv(labels: Sequence[str], batches: Iterable[Sequence[Row]]) -> Iterator[tuple[bytes, int]]:
    """UTF-8 with its mark, without which spreadsheets misread accents; lines end as RFC 4180 has it."""
    text = io.StringIO("\ufeff")
    text.seek(0, io.SEEK_END)
    writer = csv.writer(text)
    writer.writerow(labels)
    yield _taken(text), 0
    for batch in batches:
        writer.writerows([plain(value) for value in row] for row in batch)
        yield _taken(text), len(batch)


def _taken(text: io.StringIO) -> bytes:
    content = text.getvalue().encode("utf-8", "replace")
    text.seek(0)
    text.truncate()
    return content


def plain(value: Any) -> str:
    """A value as CSV holds it; text that begins like a formula gets an apostrophe in front."""
    if value is None:
        return ""
    if isinstance(value, str):
        return f"'{value}" if value.startswith(FORMULA) and not PHONE.fullmatch(value) else value
    if isinstance(value, date):
        return value.isoformat()
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


class Sink(io.RawIOBase):
    """Where the archive is written to and taken from; it cannot be rewound, as a download cannot."""

    def __init__(self) -> None:
        self.written = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, content: Any) -> int:
        self.written += content
        return len(content)

    def taken(self) -> bytes:
        content = bytes(self.written)
        self.written.clear()
        return content


def _xlsx(labels: Sequence[str], batches: Iterable[Sequence[Row]]) -> Iterator[tuple[bytes, int]]:
    """One sheet, its heading frozen. Raises ValueError where a sheet has no room for the rows."""
    sink = Sink()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as archive:
        archive.writestr("[Content_Types].xml", CONTENT_TYPES)
        archive.writestr("_rels/.rels", RELATIONS.format(_relation("rId1", "officeDocument", "xl/workbook.xml")))
        archive.writestr("xl/workbook.xml", WORKBOOK)
        sheet = _relation("rId1", "worksheet", "worksheets/sheet1.xml") + _relation("rId2", "styles", "styles.xml")
        archive.writestr("xl/_rels/workbook.xml.rels", RELATIONS.format(sheet))
        archive.writestr("xl/styles.xml", STYLES)
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as part:
            heading = "".join(_text(label, 2) for label in labels)
            part.write(f"{SHEET_START}<row>{heading}</row>".encode())
            yield sink.taken(), 0
            room = ROWS_IN_A_SHEET
            for batch in batches:
                if (room := room - len(batch)) < 0:
                    raise ValueError(f"A sheet holds {ROWS_IN_A_SHEET:,} rows.")
                part.write("".join(f"<row>{''.join(map(cell, row))}</row>" for row in batch).encode())
                yield sink.taken(), len(batch)
            part.write(b"</sheetData></worksheet>")
    yield sink.taken(), 0


def _relation(key: str, kind: str, target: str) -> str:
    return f'<Relationship Id="{key}" Type="{OFFICE}/{kind}" Target="{target}"/>'


def cell(value: Any) -> str:
    """A value as a sheet's cell, typed: numbers and dates are those, everything else is text."""
    if value is None or value == "":
        return "<c/>"
    if isinstance(value, date) and value >= FIRST_DAY:
        return f'<c s="1"><v>{(value - EPOCH).days}</v></c>'
    if isinstance(value, int | Decimal):
        return f"<c><v>{value}</v></c>"
    text = value.isoformat() if isinstance(value, date) else str(value)
    return _text(text, 3 if text.startswith(FORMULA) else 0)


def _text(text: str, style: int) -> str:
    inner = escape(NOT_XML.sub("\ufffd", text[:LONGEST]))
    return f'<c t="inlineStr" s="{style}"><is><t xml:space="preserve">{inner}</t></is></c>'
