"""The simple layout of a questionnaire, as a spreadsheet has it: one row for each thing, its kind in the first column.

    title        ·     What it is called
    instruction  ·     What is said before the questions
    source       ·     Where it is published
    licence      ·     Who allows its use
    option       set   text       points
    item         code  text       set      reversed or not scored
    band         word  from       to       severity, from 0 to 4
    alert        code  at least   severity what to do

Rows may stand in any order; empty ones and those that begin with # are passed over.
"""

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from clinic.instruments.parsing import read_definition
from clinic.instruments.ranges import MOST_ASSIGNMENTS, ways_to_decide, whole_range
from clinic.instruments.reading import Fault, Faults, Path
from clinic.text.numbers import MINUS
from clinic.ui.forms import one_line

TEXTS = ("title", "name", "instruction", "source", "licence", "note")
KINDS = (*TEXTS, "option", "item", "band", "alert")
# A point or a comma before decimals; what has three of them, such as 1,000, may be a thousand, and is refused.
NUMBER = re.compile(r"[+-]?\d{1,9}(?:[.,]\d{1,2})?", re.ASCII)
Row = Sequence[str]


def number_of(text: str) -> int | Decimal | None:
    """Read a number as people and spreadsheets write it, with either minus sign; None for anything else."""
    plain = text.replace(MINUS, "-")
    if not NUMBER.fullmatch(plain):
        return None
    value = Decimal(plain.replace(",", "."))
    return int(value) if value == value.to_integral_value() else value


class Layout:
    """What the rows give: `data` of a definition, and the row number of each part."""

    def __init__(self) -> None:
        self.data: dict[str, Any] = {"options": {}, "items": [], "bands": [], "alerts": []}
        self.rows: dict[Path, int] = {}
        self.faults: list[tuple[int, str]] = []

    def read(self, rows: Iterable[Row]) -> None:
        for number, row in enumerate(rows, 1):
            cells = [*(one_line(cell) for cell in row), *[""] * 5]
            kind = cells[0].lower()
            if not kind or kind.startswith("#"):
                continue
            if kind in TEXTS:
                self.rows[(kind,)] = number
                self.data[kind] = " ".join(cell for cell in cells[1:] if cell)
            elif kind in KINDS:
                self._part(kind, cells[1:], number)
            else:
                self.faults.append((number, f"“{cells[0]}” is none of: {', '.join(KINDS)}."))

    def _part(self, kind: str, cells: list[str], number: int) -> None:
        if kind == "option":
            options = self.data["options"].setdefault(cells[0] or "options", [])
            self.rows["options", cells[0] or "options", len(options)] = number
            options.append({"text": cells[1], "points": self._number(cells[2], number)})
            return
        parts = self.data[f"{kind}s"]
        self.rows[f"{kind}s", len(parts)] = number
        parts.append(getattr(self, f"_{kind}")(cells, number))

    def _item(self, cells: list[str], number: int) -> dict[str, Any]:
        remark = cells[3].lower()
        if remark not in ("", "reversed", "not scored"):
            self.faults.append((number, f"“{cells[3]}” is neither “reversed” nor “not scored”."))
        flags = {"reversed": True} if remark == "reversed" else {"scored": False} if remark else {}
        code = cells[0] or str(len(self.data["items"]) + 1)
        return {"code": code, "text": cells[1], "options": cells[2] or "options", **flags}

    def _band(self, cells: list[str], number: int) -> dict[str, Any]:
        low, high, severity = (self._number(cell, number) for cell in cells[1:4])
        return {"word": cells[0], "from": low, "to": high, "severity": severity}

    def _alert(self, cells: list[str], number: int) -> dict[str, Any]:
        points, severity = (self._number(cell, number) for cell in cells[1:3])
        return {
            "code": f"item-{cells[0].lower()}",
            "item": cells[0],
            "at_least": points,
            "severity": severity,
            "text": cells[3],
        }

    def _number(self, text: str, number: int) -> int | Decimal | None:
        """The number in a cell; None for any other, which is a fault of its row."""
        value = number_of(text)
        if value is None:
            self.faults.append((number, f"“{text}” is not a number."))
        elif not -100_000 <= value <= 100_000:
            self.faults.append((number, f"“{text}” is too large."))
        else:
            return value
        return None

    def row_of(self, path: Path) -> int | None:
        """The row of a part of the definition."""
        while path:
            if path in self.rows:
                return self.rows[path]
            path = path[:-1]
        return None

    def messages(self, faults: Iterable[Fault]) -> list[str]:
        """Every fault as a message with its row, in the order of the rows. Of a row that cannot be read only that."""
        unread = {number for number, _ in self.faults}
        others = ((self.row_of(fault.path) or 0, str(fault)) for fault in faults)
        found = [*self.faults, *(each for each in others if each[0] not in unread)]
        return [f"Row {number}: {message}" if number else message for number, message in sorted(found)]


def complete_data(data: dict[str, Any], **given: Any) -> dict[str, Any]:
    """Add to a definition's data what a simple questionnaire need not say: its name, and its range."""
    completed = {"name": data.get("title", ""), **data, **given}
    completed["items"] = [without_number(item) for item in completed["items"]]
    low: Any = 0
    high: Any = 0
    scored = False
    for item in completed["items"]:
        options = item.get("options", [])
        named = options if isinstance(options, list) else completed.get("options", {}).get(options, [])
        points = [option["points"] * item.get("weight", 1) for option in named if option["points"] is not None]
        if points and item.get("scored", True):
            low, high, scored = low + min(points), high + max(points), True
    factor = completed.get("scoring", {}).get("multiply", 1)
    more = {"multiply": factor} if factor != 1 else {}
    rule = {"rule": "sum", "minimum": low * factor, "maximum": high * factor, **more} if scored else {"rule": "none"}
    return {**completed, "scoring": rule | _range_of_conditions({**completed, "scoring": rule})}


def _range_of_conditions(data: dict[str, Any]) -> dict[str, Any]:
    """The range where items depend on others; empty if none do, or if the checks will refuse the data anyway."""
    if not any("asked_if" in item for item in data["items"]) or data["scoring"]["rule"] == "none":
        return {}
    try:
        definition = read_definition({**data, "id": "own-checked", "version": "1"})
    except Faults:
        return {}
    if ways_to_decide(definition) > MOST_ASSIGNMENTS:
        return {}
    low, high = whole_range(definition)
    return {"minimum": low, "maximum": high}


def without_number(item: dict[str, Any]) -> dict[str, Any]:
    """The item without its own number before the text, since pages write it: "1. Apples?" of item 1 is "Apples?"."""
    number = re.match(rf"{re.escape(item['code'])}\s*[.):]+\s+(?=\S)", item["text"])
    return item if number is None else {**item, "text": item["text"][number.end() :]}


def read_layout(rows: Iterable[Row]) -> Layout:
    layout = Layout()
    layout.read(rows)
    return layout
