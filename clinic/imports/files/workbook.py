"""Rows of an XLSX file, with the memory of its texts: those of its own sheet are read from the archive as they come."""

import re
import zipfile
from collections.abc import Iterator
from datetime import date, timedelta
from typing import IO, NamedTuple

from clinic.imports.files.rows import LONGEST_CELL, MOST_COLUMNS, Row, Unreadable
from clinic.imports.files.xml_parts import LARGEST_SMALL_PART, feed, ignore, opened, parser, pieces

# Formats that are days by their number, of the standard and of its readers for other languages.
DAYS = {*range(14, 23), *range(27, 37), 45, 46, 47, *range(50, 59)}
NO_CODE = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.|_.|\*.')
PLACE = re.compile(r"([A-Z]{1,3})(\d{1,7})")
EPOCH, EPOCH_1904 = date(1899, 12, 30), date(1904, 1, 1)
LARGEST_TEXTS = 64 * 1024**2  # bytes of the texts that cells share, all of which are held
LEAP = 60  # the number that spreadsheets give 29 February 1900, which was none: days before it are counted one less
TRUTH = {"1": "TRUE", "0": "FALSE"}
NOT_CALCULATED = "#CALC!"
# What a text holds for a sign that XML has none for, as "_x000D_" for the end of a line; "_x005F_" is the low line.
ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")


class Sheet(NamedTuple):
    """A sheet that is shown, and the part of the archive that it is in."""

    name: str
    part: str


class Workbook(NamedTuple):
    """What is said of a workbook before its rows."""

    sheets: list[Sheet]
    epoch: date
    days: frozenset[int]
    """The styles of cells whose numbers are days."""


def workbook_of(packed: zipfile.ZipFile) -> Workbook:
    """The sheets and the styles of an opened archive; raises Unreadable where it is no workbook."""
    targets: dict[str, str] = {}
    named: list[tuple[str, str]] = []
    since_1904: list[str] = []

    def relation(name: str, attributes: dict[str, str]) -> None:
        if name == "Relationship":
            targets[attributes.get("Id", "")] = attributes.get("Target", "")

    def sheet(name: str, attributes: dict[str, str]) -> None:
        if name == "sheet" and attributes.get("state", "visible") == "visible":
            key = next((value for key, value in attributes.items() if key.endswith(":id")), "")
            named.append((attributes.get("name", ""), key))
        if name == "workbookPr" and attributes.get("date1904", "0") in ("1", "true"):
            since_1904.append(name)

    _small(packed, "xl/_rels/workbook.xml.rels", relation)
    _small(packed, "xl/workbook.xml", sheet)
    sheets = [Sheet(name[:31], _part(targets[key])) for name, key in named if targets.get(key)]
    if not sheets:
        raise Unreadable("The spreadsheet has no sheet that is shown.")
    return Workbook(sheets, EPOCH_1904 if since_1904 else EPOCH, frozenset(_styles_of_days(packed)))


def _part(target: str) -> str:
    return target.lstrip("/") if target.startswith("/") else f"xl/{target}"


def _small(packed: zipfile.ZipFile, part: str, start: object) -> None:
    made = parser(start, ignore, ignore)  # type: ignore[arg-type]
    for piece in pieces(packed, part, most=LARGEST_SMALL_PART):
        feed(made, piece)
    feed(made, b"", final=True)


def _styles_of_days(packed: zipfile.ZipFile) -> Iterator[int]:
    own: dict[int, str] = {}
    formats: list[int] = []
    inside: list[str] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        if name == "numFmt":
            own[_number(attributes.get("numFmtId", ""))] = attributes.get("formatCode", "")
        elif name in ("cellXfs", "cellStyleXfs"):
            inside[:] = [name]
        elif name == "xf" and inside == ["cellXfs"]:
            formats.append(_number(attributes.get("numFmtId", "")))

    if "xl/styles.xml" in packed.namelist():
        _small(packed, "xl/styles.xml", start)
    for style, number in enumerate(formats):
        if number in DAYS or re.search("[dy]", NO_CODE.sub("", own.get(number, "")).lower()):
            yield style


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1


def _texts(packed: zipfile.ZipFile) -> list[str]:
    """The texts that cells share; what is only said about how they are spoken is left out."""
    found: list[str] = []
    now: list[str] = []
    inside: list[str] = []

    def start(name: str, _: dict[str, str]) -> None:
        inside.append(name)
        if name == "si":
            now.clear()

    def end(name: str) -> None:
        inside.pop()
        if name == "si":
            found.append(unescaped("".join(now)))

    def text(content: str) -> None:
        if inside[-1] == "t" and "rPh" not in inside:
            now.append(content)
            _check_length(now)

    if "xl/sharedStrings.xml" in packed.namelist():
        made = parser(start, end, text)
        for piece in pieces(packed, "xl/sharedStrings.xml", most=LARGEST_TEXTS):
            feed(made, piece)
        feed(made, b"", final=True)
    return found


def unescaped(text: str) -> str:
    """A text of a spreadsheet as it is shown there."""
    return ESCAPED.sub(lambda found: chr(int(found[1], 16)), text).replace("\r\n", "\n") if "_x" in text else text


def _check_length(parts: list[str]) -> None:
    if len(parts) > LONGEST_CELL or (len(parts) % 64 == 1 and sum(map(len, parts)) > LONGEST_CELL):
        raise Unreadable(f"A cell has more than {LONGEST_CELL:,} characters, which no spreadsheet writes.")


def sheets_of(file: IO[bytes]) -> list[str]:
    """The names of the sheets that are shown."""
    with opened(file) as packed:
        return [sheet.name for sheet in workbook_of(packed).sheets]


def sheet_rows(file: IO[bytes], sheet: str) -> Iterator[Row]:
    """Every row of a sheet that has cells, by the number that it has there."""
    with opened(file) as packed:
        book = workbook_of(packed)
        part = next((each.part for each in book.sheets if each.name == sheet), book.sheets[0].part)
        reader = SheetReader(book, _texts(packed))
        made = parser(reader.start, reader.end, reader.text)
        for piece in pieces(packed, part):
            feed(made, piece)
            yield from reader.taken()
        feed(made, b"", final=True)
        yield from reader.taken()


class SheetReader:
    """The cells of a sheet as its XML comes by: rows that are whole are `taken`."""

    def __init__(self, book: Workbook, texts: list[str]) -> None:
        self.book, self.texts = book, texts
        self.rows: list[Row] = []
        self.number, self.column = 0, 0
        self.cells: dict[int, str] = {}
        self.kind, self.style = "n", -1
        self.content: list[str] = []
        self.is_read, self.is_spoken, self.is_formula = False, False, False

    def taken(self) -> list[Row]:
        found, self.rows = self.rows, []
        return found

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "c":
            place = PLACE.fullmatch(attributes.get("r", ""))
            self.column = _column(place[1]) if place else self.column + 1
            self.kind, self.style = attributes.get("t", "n"), _number(attributes.get("s", ""))
            self.content.clear()
            self.is_formula = False
        elif name in ("v", "t"):
            self.is_read = not self.is_spoken
        elif name == "f":
            self.is_formula = True
        elif name == "rPh":
            self.is_spoken = True
        elif name == "row":
            self.number = _number(attributes.get("r", "")) if "r" in attributes else self.number + 1
            self.column, self.cells = 0, {}

    def text(self, content: str) -> None:
        if self.is_read:
            self.content.append(content)
            _check_length(self.content)

    def end(self, name: str) -> None:
        if name in ("v", "t"):
            self.is_read = False
        elif name == "rPh":
            self.is_spoken = False
        elif name == "c" and (self.content or (self.is_formula and self.kind != "str")):
            if self.column > MOST_COLUMNS:
                raise Unreadable(f"The file has more than {MOST_COLUMNS} columns.")
            self.cells[self.column] = self._value("".join(self.content)) if self.content else NOT_CALCULATED
        elif name == "row" and self.cells:
            width = max(self.cells)
            self.rows.append(Row(self.number, [self.cells.get(place, "") for place in range(1, width + 1)]))

    def _value(self, content: str) -> str:
        if self.kind == "s":
            place = _number(content)
            return self.texts[place] if 0 <= place < len(self.texts) else ""
        if self.kind == "b":
            return TRUTH.get(content, content)
        return self._number(content) if self.kind == "n" else unescaped(content)

    def _number(self, content: str) -> str:
        """A number as people would type it; one that is shown as a day as that day."""
        try:
            number = float(content)
            if self.style in self.book.days and 0 < number < 2_958_466:
                early = self.book.epoch == EPOCH and number < LEAP
                day = (self.book.epoch + timedelta(days=int(number) + early)).isoformat()
                hour, minute = divmod(int(number % 1 * 24 * 60), 60)
                return day if number.is_integer() else f"{day} {hour:02d}:{minute:02d}"
            return str(int(number)) if number.is_integer() and abs(number) < 1e15 else content
        except (ValueError, OverflowError):
            return content


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number
