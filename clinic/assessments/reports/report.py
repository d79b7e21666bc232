"""A whole report: every part of the outcomes at once, with what it takes to read them on paper or a year later."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.utils.formats import date_format

from clinic.access import Permission
from clinic.assessments.models import Assessment
from clinic.assessments.outcomes.asking import Asked
from clinic.assessments.outcomes.figures import COUNTED_BY
from clinic.assessments.outcomes.forms import OutcomesForm
from clinic.assessments.outcomes.parts import PARTS
from clinic.assessments.outcomes.sheets import Cell, Sheet, file_rows
from clinic.assessments.selfreport.request_forms import language_name
from clinic.instruments.catalogue import newest_of, title_of
from clinic.ui.forms import shown


@dataclass(frozen=True)
class ReportPart:
    key: str
    title: str
    sheets: Sequence[Sheet]


@dataclass(frozen=True)
class Report:
    """The parts that somebody may see. `facts` are the filters in words, and what the figures were counted by."""

    facts: Sequence[tuple[str, str]]
    parts: Sequence[ReportPart]


def report_of(form: OutcomesForm, permissions: frozenset[Permission]) -> Report:
    """The report that valid filters ask for, as the records are now; its figures lead nowhere."""
    asked, change = form.asked(), form.change()
    parts = [
        ReportPart(key, part.title, [_without_links(sheet) for sheet in part.sheets(asked, change, form.query)])
        for key, part in PARTS.items()
        if part.needs in permissions
    ]
    return Report([*_filters(form), *_versions(asked, change.source)], parts)


def file_rows_of(report: Report) -> Iterator[Sequence[Any]]:
    """The rows of a file of the whole report: the filters in words, then the tables of each part under its title."""
    yield from report.facts
    for part in report.parts:
        yield ()
        yield (part.title,)
        yield from file_rows(part.sheets)


def proposed_title(asked: Asked) -> str:
    since, upto = (date_format(day, "j M Y") for day in (asked.since, asked.upto))
    return f"{title_of(asked.instrument)}, {since} to {upto}"


def _without_links(sheet: Sheet) -> Sheet:
    return replace(sheet, rows=[[Cell(cell.text) for cell in row] for row in sheet.rows])


def _filters(form: OutcomesForm) -> Iterator[tuple[str, str]]:
    for bound in form:
        value: Any = form.cleaned_data[bound.name]
        text = language_name(value) if bound.name == "language" and value else shown(bound.field, value)
        if text and text != "All":
            yield str(bound.label), text


def _versions(asked: Asked, source: str) -> list[tuple[str, str]]:
    instrument = newest_of(asked.instrument)
    answered = (
        Assessment.objects.active().made().filter(instrument=asked.instrument, date__range=(asked.since, asked.upto))
    )
    versions = answered.order_by("instrument_version").values_list("instrument_version", flat=True).distinct()
    return [
        ("Newest version of the instrument", instrument.version),
        ("Versions answered in the period", ", ".join(versions) or "None"),
        ("Thresholds", source),
        ("Way of counting", str(COUNTED_BY)),
    ]
