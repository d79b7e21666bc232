"""What every kind of file is read into: headings, and numbered rows of text."""

from collections.abc import Iterator, Sequence
from itertools import count
from typing import NamedTuple

MOST_COLUMNS = 500
LONGEST_CELL = 32_767  # characters, as in a spreadsheet


class Unreadable(Exception):
    """The file, or what is left of it, cannot be read; the message is for whoever sent it."""


class Row(NamedTuple):
    """One row as people count them, the headings being row 1; `fault` is why its cells cannot be trusted."""

    number: int
    cells: Sequence[str]
    fault: str = ""


def headings_of(cells: Sequence[str]) -> list[str]:
    """The headings of a file, each once and none empty; raises Unreadable where there are none, or too many."""
    found: list[str] = []
    for place, cell in enumerate(cells, 1):
        name = " ".join(cell.split())[:180] or f"Column {place}"
        others = (f"{name} ({number})" for number in count(2))
        found.append(name if name not in found else next(other for other in others if other not in found))
    if not any(cell.strip() for cell in cells):
        raise Unreadable("The file has no headings: its first row says what is in each column.")
    if len(found) > MOST_COLUMNS:
        raise Unreadable(f"The file has more than {MOST_COLUMNS} columns.")
    return found


def as_wide_as(headings: Sequence[str], rows: Iterator[Row]) -> Iterator[Row]:
    """The rows below the headings, each with as many cells; empty ones are left out."""
    wanted = len(headings)
    for row in rows:
        cells = row.cells
        if len(cells) == wanted and not row.fault:
            if any(cells):
                yield row
        elif row.fault or any(cell.strip() for cell in cells):
            more = any(cell.strip() for cell in cells[wanted:])
            fault = row.fault or ("This row has more cells than there are headings." if more else "")
            yield Row(row.number, [*cells[:wanted], *[""] * (wanted - len(cells))], fault)
