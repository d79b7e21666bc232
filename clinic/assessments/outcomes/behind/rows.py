"""A page of the rows that a figure counts: courses, or other records, each with its patient."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from django.http import QueryDict
from django.utils import timezone
from django.utils.formats import date_format

from clinic.access import Permission
from clinic.assessments.of_patients import patients_by_key
from clinic.assessments.outcomes.asking import Asked
from clinic.assessments.outcomes.behind.records import RECORDS
from clinic.assessments.outcomes.figures import GROUPS, SHOWN, Group, rows_of_figure
from clinic.assessments.outcomes.page import LABELS, turned
from clinic.instruments.change import Change
from clinic.patients.models import Patient
from clinic.text.numbers import number_shown

PAGE = 50
OF_COURSES = ("First total", "Last total")


class RowOfPatient(NamedTuple):
    """`cells` are the heading and the text of each column behind the patient."""

    patient: Patient
    cells: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Rows:
    """A page of the rows that a figure counts."""

    label: str
    headings: Sequence[str]
    rows: list[RowOfPatient]
    before: str
    after: str


def may_show(query: QueryDict, permissions: frozenset[Permission]) -> bool:
    """Whether an address asks for rows that there are, and that somebody of these permissions may see."""
    figure, by = query.get("show", ""), query.get("by", "")
    if figure in RECORDS:
        return RECORDS[figure].needs in permissions and not by
    return figure in SHOWN and (not by or by in GROUPS) if figure else not by


def rows_of(asked: Asked, change: Change, page: int, query: QueryDict) -> Rows:
    figure, start = query.get("show", ""), (page - 1) * PAGE
    headings: tuple[str, ...]
    if figure in RECORDS:
        label, headings = RECORDS[figure].label, (RECORDS[figure].heading,)
        found = _of_records(asked, figure, start)
    else:
        label, headings = LABELS[figure], OF_COURSES
        found = _of_courses(asked, change, query, start)
    people = patients_by_key([patient for patient, _ in found[:PAGE]])
    return Rows(
        label=label,
        headings=headings,
        rows=[RowOfPatient(people[key], list(zip(headings, texts, strict=True))) for key, texts in found[:PAGE]],
        before=turned(query, page - 1) if page > 1 else "",
        after=turned(query, page + 1) if len(found) > PAGE else "",
    )


def _of_courses(asked: Asked, change: Change, query: QueryDict, start: int) -> list[tuple[Any, Sequence[str]]]:
    by = query.get("by", "")
    group = Group(by, query.get("key", "")) if by else None
    found = rows_of_figure(asked, change, query.get("show", ""), group, start=start, most=PAGE + 1)
    return [
        (row.patient, (_total(row.first, row.first_day), _total(row.last, row.last_day) or "Not measured again"))
        for row in found
    ]


def _of_records(asked: Asked, figure: str, start: int) -> list[tuple[Any, Sequence[str]]]:
    kind = RECORDS[figure]
    found = kind.counted(asked)
    if kind.of_patients:
        found = found.order_by("patient", f"-{kind.day}").distinct("patient")
    else:
        found = found.order_by(f"-{kind.day}", "pk")
    rows = found.values_list("patient", kind.day)[start : start + PAGE + 1]
    return [(patient, (_day(day),)) for patient, day in rows]


def _total(total: Any, day: date | None) -> str:
    return "" if total is None or day is None else f"{number_shown(total)}, {_day(day)}"


def _day(day: date | datetime) -> str:
    return date_format(timezone.localtime(day) if isinstance(day, datetime) else day, "j M Y")
