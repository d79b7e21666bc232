"""A file of whatever kind as headings and rows, once it is known how it is to be read."""

from collections.abc import Iterator
from itertools import chain
from typing import IO, Any, NamedTuple

from clinic.imports.files import csv_rows, encodings, fhir, responses, workbook
from clinic.imports.files.rows import Row, Unreadable, as_wide_as, headings_of

KINDS = {"csv": "csv", "txt": "csv", "tsv": "csv", "xlsx": "xlsx", "ndjson": "fhir"}
PACKED = b"PK\x03\x04"
COMPOUND = b"\xd0\xcf\x11\xe0"  # of spreadsheets before XLSX, and of those with a password


TITLES = 10  # so many lines above the headings are looked over
TABLE = 3  # so many columns make a table of what stands below a title


class Table(NamedTuple):
    """The headings of a file, and the rows below them as they come."""

    headings: list[str]
    rows: Iterator[Row]


class Choice(NamedTuple):
    """Something about a file that is not certain: what it can be, each with how it would be read."""

    name: str
    options: list[tuple[str, str, list[str]]]


def kind_of(name: str, head: bytes, about: str = "patients") -> str:
    """What kind a file is, by its name, how it begins and what its rows are about; raises Unreadable for any other."""
    kind = KINDS.get(name.rpartition(".")[2].lower(), "")
    if not kind:
        raise Unreadable("The file must end in .csv, .tsv, .txt, .xlsx or .ndjson.")
    if head.startswith(COMPOUND):
        raise Unreadable("The file has a password, or is of an older kind. Save it as XLSX without one, or as CSV.")
    if (kind == "xlsx") is not head.startswith(PACKED):
        said = (
            "no spreadsheet, though its name says so" if kind == "xlsx" else "a packed file, though its name says text"
        )
        raise Unreadable(f"The file is {said}. Save it again.")
    return "responses" if kind == "fhir" and about == "assessments" else kind


def settled(file: IO[bytes], kind: str, facts: dict[str, Any], said: dict[str, Any]) -> dict[str, Any] | Choice:
    """How the file is read, as answers: what is certain and what was `said`; or what is to be asked first.

    Raises Unreadable.
    """
    if kind in ("fhir", "responses"):
        return {}
    if kind == "xlsx":
        sheets = workbook.sheets_of(file)
        return _one("sheet", sheets, said, {name: [] for name in sheets}, {name: name for name in sheets})
    head = file.read(encodings.HEAD)
    possible = encodings.possible_encodings(head, facts)
    if not possible:
        raise Unreadable("The file is not text in any encoding that we know. Save it as “CSV UTF-8”.")
    examples = {each: encodings.read_as(each, facts["examples"]) for each in possible}
    encoding = _one("encoding", possible, said, examples, encodings.OLDER)
    if isinstance(encoding, Choice):
        return encoding
    text = head.decode(encoding["encoding"], "ignore")
    is_whole = len(head) < encodings.HEAD
    parting = csv_rows.possible_separators(text, is_whole=is_whole)
    shown = {each: _shown(text, each, is_whole=is_whole) for each in parting}
    separator = _one("separator", parting, said, shown, csv_rows.SEPARATORS)
    return separator if isinstance(separator, Choice) else encoding | separator


def _one(
    name: str, possible: list[str], said: dict[str, Any], examples: dict[str, list[str]], labels: dict[str, str]
) -> dict[str, Any] | Choice:
    """The one that it is, or that somebody said; else what is to be asked."""
    if len(possible) == 1:
        return {name: possible[0]}
    if said.get(name) in possible:
        return {name: said[name]}
    return Choice(name, [(each, labels.get(each, each), examples[each]) for each in possible])


def _shown(text: str, separator: str, *, is_whole: bool) -> list[str]:
    rows = csv_rows.first_rows(text, separator, is_whole=is_whole, most=3)
    return [" ⎸ ".join(cell for cell in row)[:300] for row in rows]


def table_of(file: IO[bytes], kind: str, answers: dict[str, Any]) -> Table:
    """The headings and the rows of a file that is read as the answers say; raises Unreadable, while reading too."""
    if kind == "fhir":
        return Table(fhir.HEADINGS, as_wide_as(fhir.HEADINGS, fhir.patient_rows(csv_rows.lines(file, "utf-8"))))
    if kind == "responses":
        rows = responses.answer_rows(csv_rows.lines(file, "utf-8"))
        return Table(responses.HEADINGS, as_wide_as(responses.HEADINGS, rows))
    if kind == "xlsx":
        rows = workbook.sheet_rows(file, answers["sheet"])
    else:
        rows = csv_rows.csv_rows(csv_rows.lines(file, answers["encoding"]), answers["separator"])
    first, below = _below_titles(row for row in rows if row.fault or _filled(row))
    if first is None:
        raise Unreadable("The file is empty.")
    if first.fault:
        raise Unreadable(f"The headings cannot be read. {first.fault}")
    headings = headings_of(first.cells)
    return Table(headings, as_wide_as(headings, below))


def _filled(row: Row) -> int:
    return sum(1 for cell in row.cells if cell.strip())


def _below_titles(rows: Iterator[Row]) -> tuple[Row | None, Iterator[Row]]:
    """The row of the headings and those below: titles, a cell each, may stand above a table that is wider."""
    above = list[Row]()
    first = next(rows, None)
    while first is not None and not first.fault and _filled(first) == 1 and len(above) < TITLES:
        above.append(first)
        first = next(rows, None)
    if not above or (first is not None and not first.fault and _filled(first) >= TABLE):
        return first, rows
    return above[0], chain(above[1:], [first] if first is not None else [], rows)
