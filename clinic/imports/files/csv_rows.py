"""Rows of CSV, whatever parts its cells, with the memory of a line."""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from typing import IO, Any

from clinic.imports.files.rows import LONGEST_CELL, Row, Unreadable

SEPARATORS = {",": "Commas", ";": "Semicolons", "\t": "Tabs", "|": "Bars"}
NAMED = re.compile(r'\ufeff?"?sep=([,;\t|])"?(?:\r\n|\r|\n)', re.IGNORECASE)  # a first line of spreadsheets' own
LONGEST_LINE = 1_000_000  # characters
LOOKED_AT = 50  # rows by which the separator is found
BROKEN = "The quotes on this row do not match, or it goes on to the end of the file."
NO_TEXT = "The file has bytes in it that are no text. Save it again as “CSV UTF-8”."
LINES = re.compile(r"\r\n|\r|\n")


def lines(file: IO[bytes], encoding: str) -> Iterator[str]:
    """The lines of a file with their ends; raises Unreadable for one that has no end, and for other bytes."""
    text = io.TextIOWrapper(file, encoding=encoding, newline="")
    try:
        while line := text.readline(LONGEST_LINE + 1):
            if len(line) > LONGEST_LINE:
                raise Unreadable(f"The file has a line of more than {LONGEST_LINE:,} characters.")
            if "\0" in line:
                raise Unreadable(NO_TEXT)
            yield line
    except UnicodeError as error:
        raise Unreadable(NO_TEXT) from error


def csv_rows(text: Iterator[str], separator: str) -> Iterator[Row]:
    """Every row of the lines, numbered from 1; one whose quotes do not match has a fault."""
    taken: list[str] = []
    named = next(text, "")
    numbered = _noting(_with(named, text), taken)
    csv.field_size_limit(LONGEST_CELL)
    reader = csv.reader(numbered, delimiter=separator, strict=True)
    number = 0
    while True:
        number += 1
        taken.clear()
        try:
            yield Row(number, next(reader))
        except StopIteration:
            return
        except csv.Error:
            yield Row(number, _leniently("".join(taken)[:LONGEST_CELL], separator), BROKEN)


def _with(first: str, rest: Iterator[str]) -> Iterator[str]:
    """The lines without one that only names the separator."""
    if first and not NAMED.fullmatch(first):
        yield first.removeprefix("\ufeff")
    yield from rest


def _noting(text: Iterator[str], taken: list[str]) -> Iterator[str]:
    for line in text:
        if len(taken) < 100:
            taken.append(line)
        yield line


def _leniently(text: str, separator: str) -> list[str]:
    """A broken row as far as it can be shown again."""
    return [cell.strip('"\r\n') for cell in LINES.split(text)[0].split(separator)]


def named_separator(head: str) -> str:
    """The separator that the first line names; empty where it names none."""
    found = NAMED.match(head)
    return found[1] if found else ""


def possible_separators(head: str, *, is_whole: bool) -> list[str]:
    """What can part the cells of a file that begins so; one is certain."""
    if named := named_separator(head):
        return [named]
    widths = {separator: _widths(head, separator, is_whole) for separator in SEPARATORS}
    parting = [separator for separator, found in widths.items() if found and found[0] > 1]
    even = [separator for separator in parting if set(widths[separator]) == {widths[separator][0]}]
    if len(parting) < 2:
        return parting or [","]
    return even if len(even) == 1 and _is_wider(even[0], parting, widths) else parting


def _is_wider(separator: str, others: Sequence[str], widths: dict[str, list[int]]) -> bool:
    """Whether a separator parts every row more often than any other parts the headings."""
    return all(widths[separator][0] > widths[other][0] for other in others if other != separator)


def _widths(head: str, separator: str, is_whole: bool) -> list[int]:
    rows = first_rows(head, separator, is_whole=is_whole)
    return [len(row) for row in rows if any(row)]


def first_rows(head: str, separator: str, *, is_whole: bool, most: int = LOOKED_AT) -> list[Sequence[str]]:
    """The first rows of a file by its beginning, of which the last line may be cut off."""
    whole: Any = io.StringIO(head, newline="")
    found = [row.cells for row, _ in zip(csv_rows(iter(whole.readline, ""), separator), range(most + 1), strict=False)]
    return found[:most] if is_whole or len(found) > most else found[:-1] or found
