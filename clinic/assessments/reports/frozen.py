"""A report as JSON that nothing changes any more, and back; and what has become of its figures since."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from clinic.access import Permission
from clinic.assessments.outcomes.parts import PARTS
from clinic.assessments.outcomes.sheets import Cell, Drawing, Point, Sheet, Tick
from clinic.assessments.reports.report import Report, ReportPart

# Each sheet is kept as {"title": "Risk", "headings": ["Alerts", …], "rows": [["Open", "2", …], …], "words": [0, 2], …}.
TEXTS = ("title", "counted", "empty", "lead")


def as_json(report: Report) -> dict[str, Any]:
    return {
        "facts": [list(each) for each in report.facts],
        "parts": [
            {"part": part.key, "title": part.title, "sheets": [_sheet_as_json(sheet) for sheet in part.sheets]}
            for part in report.parts
        ],
    }


def from_json(kept: Mapping[str, Any], permissions: frozenset[Permission]) -> Report:
    """The kept report, without the parts that whoever reads it may not see."""
    parts = [
        ReportPart(part["part"], part["title"], [_sheet_from_json(sheet) for sheet in part["sheets"]])
        for part in kept["parts"]
        if part["part"] in PARTS and PARTS[part["part"]].needs in permissions
    ]
    return Report([(label, text) for label, text in kept["facts"]], parts)


def beside(kept: Report, today: Report) -> Report:
    """The kept report, with what each figure is today where that is another."""
    now = {(part.key, sheet.title): sheet for part in today.parts for sheet in part.sheets}
    parts = [
        replace(part, sheets=[_sheet_beside(sheet, now.get((part.key, sheet.title))) for sheet in part.sheets])
        for part in kept.parts
    ]
    return replace(kept, parts=parts)


def _sheet_as_json(sheet: Sheet) -> dict[str, Any]:
    return {
        **{name: getattr(sheet, name) for name in TEXTS},
        "headings": list(sheet.headings),
        "rows": [[cell.text for cell in row] for row in sheet.rows],
        "words": sorted(sheet.words),
        "drawing": sheet.drawing._asdict() if sheet.drawing is not None else None,
    }


def _sheet_from_json(kept: Mapping[str, Any]) -> Sheet:
    return Sheet(
        **{name: kept[name] for name in TEXTS},
        headings=kept["headings"],
        rows=[[Cell(text) for text in row] for row in kept["rows"]],
        words=frozenset(kept["words"]),
        drawing=_drawing(kept["drawing"]) if kept["drawing"] is not None else None,
    )


def _drawing(kept: Mapping[str, Any]) -> Drawing:
    return Drawing(
        points=[Point(*each) for each in kept["points"]],
        strokes=[(Point(*first), Point(*second)) for first, second in kept["strokes"]],
        ticks=[Tick(*each) for each in kept["ticks"]],
        scale=[Tick(*each) for each in kept["scale"]],
        description=kept["description"],
        height=kept["height"],
    )


def _sheet_beside(kept: Sheet, today: Sheet | None) -> Sheet:
    """Rows are known by their first cell, and columns by their heading: groups and months may have come or gone."""
    now = {} if today is None else {
        (row[0].text, head): cell.text for row in today.rows for head, cell in zip(today.headings, row, strict=True)
    }  # fmt: skip
    rows = [
        [
            _cell_beside(cell, now.get((row[0].text, head), "None"))
            for head, cell in zip(kept.headings, row, strict=True)
        ]
        for row in kept.rows
    ]
    return replace(kept, rows=rows)


def _cell_beside(kept: Cell, now: str) -> Cell:
    return kept if kept.text == now else Cell(kept.text, now=now)
