"""Import a custom instrument: a FHIR R4 Questionnaire as JSON, or the simple layout as CSV or XLSX."""

import csv
import io
import json
import re
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from itertools import chain
from typing import Any
from xml.parsers import expat

from clinic.instruments.files.fhir.questionnaire import NotUsable, data_of_questionnaire
from clinic.instruments.files.spreadsheet import complete_data, read_layout
from clinic.instruments.parsing import definition_of
from clinic.instruments.reading import Faults

LARGEST = 1024 * 1024  # bytes
LARGEST_UNPACKED = 20 * LARGEST
# The kind of a row, which comes first, never has a separator in it: the first one outside comments is the file's.
SEPARATOR = re.compile(r'^(?! *"?#)[^,;\t\n]*([,;\t])', re.MULTILINE)
NAMED_SEPARATOR = re.compile(r'"?sep=([,;\t])"?(?:\r\n|\r|\n)', re.IGNORECASE)  # a first line of Excel's own
MOST_ROWS, MOST_COLUMNS = 2000, 12
MOST_ELEMENTS = 300_000  # of all parts of a workbook; a row of twelve cells has 25
MOST_NESTED = 60  # levels of a file of JSON; questions are refused in more than seven groups, of two levels each


class Refused(Exception):
    """The file gives no instrument. `messages` says why, each a sentence."""

    def __init__(self, *messages: str) -> None:
        super().__init__(" ".join(messages))
        self.messages = list(messages)


@dataclass(frozen=True)
class Imported:
    """The data of a definition that passes every check, and its origin: fhir, csv or xlsx."""

    data: dict[str, Any]
    origin: str


def import_file(name: str, content: bytes, **given: Any) -> Imported:
    """Read the instrument in a file; the file's ending says its kind. `given` are the parts that the form asks for.

    Raises Refused.
    """
    if len(content) > LARGEST:
        raise Refused("The file is larger than one megabyte.")
    ending = name.rpartition(".")[2].lower()
    if ending == "json":
        return Imported(_checked(_questionnaire(content, given)), "fhir")
    if ending in ("csv", "xlsx"):
        rows = _csv_rows(content) if ending == "csv" else _xlsx_rows(content)
        layout = read_layout(rows)
        data = complete_data(layout.data, **given)
        try:
            definition_of({**data, "id": "own-checked", "version": "1"})
        except Faults as error:
            raise Refused(*layout.messages(error.faults)) from error
        if layout.faults:
            raise Refused(*layout.messages(()))
        return Imported(data, ending)
    raise Refused("The file must end in .json, .csv or .xlsx.")


def _checked(data: dict[str, Any]) -> dict[str, Any]:
    try:
        definition_of({**data, "id": "own-checked", "version": "1"})
    except Faults as error:
        raise Refused(*(str(fault) for fault in error.faults)) from error
    return data


def _constant(name: str) -> Any:
    raise ValueError(name)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object of a file. A name that is there twice would lose a value, so that such a file is not read."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError(pairs)
    return found


def _questionnaire(content: bytes, given: dict[str, Any]) -> dict[str, Any]:
    try:
        text = content.decode("utf-8-sig")
        found = json.loads(text, parse_float=Decimal, parse_constant=_constant, object_pairs_hook=_object)
    except (ValueError, ArithmeticError, RecursionError) as error:
        raise Refused("The file is not JSON that can be read.") from error
    if _is_nested_deeper(found, MOST_NESTED):
        raise Refused("The file is nested too deeply.")
    try:
        return complete_data(data_of_questionnaire(found), **given)
    except NotUsable as error:
        raise Refused(*error.messages) from error


def _is_nested_deeper(value: Any, levels: int) -> bool:
    """Asked level by level: whatever reads the file after this may go down it by itself."""
    level = [value]
    for _ in range(levels):
        parts = (each.values() if isinstance(each, dict) else each for each in level if isinstance(each, dict | list))
        level = list(chain.from_iterable(parts))
        if not level:
            return False
    return True


def _csv_rows(content: bytes) -> list[list[str]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Refused("The file is not UTF-8 text. Save it as “CSV UTF-8”.") from error
    named = NAMED_SEPARATOR.match(text)
    first = named or SEPARATOR.search(text.replace("\r", "\n"))
    lines = io.StringIO(f"#\n{text[named.end() :]}" if named else text, newline="")
    try:
        return _limited(list(csv.reader(lines, delimiter=first[1] if first else ",")))
    except csv.Error as error:
        raise Refused("The file is not CSV that can be read.") from error


def _xlsx_rows(content: bytes) -> list[list[str]]:
    """Read the cells of the first worksheet as text. The file is unpacked only if its contents have a sane size."""
    import openpyxl  # as large as all the views together, for a form that is rarely sent

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            if sum(part.file_size for part in packed.infolist()) > LARGEST_UNPACKED:
                raise Refused("The file is too large when it is unpacked.")
            _count_elements(packed)
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        rows = book.worksheets[0].iter_rows(max_row=MOST_ROWS + 1, max_col=MOST_COLUMNS, values_only=True)
        return _limited([[_cell(value) for value in row] for row in rows])
    except Refused:
        raise
    except Exception as error:  # whatever openpyxl and the XML below it meet in a file that is none
        raise Refused("The file is not a spreadsheet that can be read.") from error


def _count_elements(packed: zipfile.ZipFile) -> None:
    """Refuse what takes long to read although it is small: a kilobyte can hold a million empty cells.

    Any part may be the worksheet, whatever it is called; one that is no XML is none.
    """
    left = MOST_ELEMENTS

    def count(*element: object) -> None:
        nonlocal left
        left -= 1
        if left < 0:
            raise Refused("The file has more rows and cells than a questionnaire can have.")

    for name in packed.namelist():
        parser = expat.ParserCreate()
        parser.StartElementHandler = count
        with packed.open(name) as part, suppress(expat.ExpatError):
            parser.ParseFile(part)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _limited(rows: list[list[str]]) -> list[list[str]]:
    if len(rows) > MOST_ROWS:
        raise Refused(f"The file has more than {MOST_ROWS} rows.")
    return rows


def example_rows() -> Iterator[list[str]]:
    """A small questionnaire in the simple layout, as an example."""
    yield ["title", "Sleep, short"]
    yield ["instruction", "In the last week, how often:"]
    yield ["source", "Made in this clinic"]
    yield ["licence", "This clinic's own"]
    for points, text in enumerate(("Never", "Sometimes", "Often")):
        yield ["option", "often", text, str(points)]
    yield ["item", "1", "Did you lie awake?", "often"]
    yield ["item", "2", "Did you wake up rested?", "often", "reversed"]
    yield ["band", "Good", "0", "1", "0"]
    yield ["band", "Poor", "2", "4", "2"]
