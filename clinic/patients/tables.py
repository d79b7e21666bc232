"""The list of patients, as columns."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any, ClassVar

import django_tables2 as tables
from django.db import models
from django.utils import timezone
from django.utils.html import escape
from django.utils.translation import get_language

from clinic.access import Permission
from clinic.lists.page.columns import (
    ChoiceColumn,
    DateColumn,
    LinkColumn,
    NumberColumn,
    TextColumn,
    day_html,
    escaped,
    months,
    number_text,
)
from clinic.patients.models import BirthPrecision, Gender, Patient, Severity, ShownResult, Status, age_on
from clinic.patients.models.particulars import CONTACT_WAYS, SEXES, languages
from clinic.staff.models import Tag
from clinic.staff.tags.words import tags_of
from clinic.text.numbers import MINUS

# From empty to full: no two severities have marks of one shape.
# The points of a line: by how many it has and which it is, at each of the heights that it can have.
POINTS = [
    [[f"{2 + round(44 * number / (most - 1))},{14 - height}" for height in range(13)] for number in range(most)]
    for most in range(2, 13)
]
TREND = "\0"  # stands for the line of the last scores
OVERDUE = ' <span class="late">overdue</span>'
ALERT = ' <span class="badge-alert">Alert</span>'


class NameColumn(LinkColumn):
    """The link to the patient, with a mark while an alert of theirs is open."""

    def marks(self, record: Patient) -> str:
        archived = super().marks(record)
        return archived + ALERT if record.open_alerts and "alert" not in self.hidden_marks else archived


class BirthColumn(DateColumn):
    """A date of birth; only as much of it as is known. A file has it as people write it, and as ISO 8601 has it."""

    file_columns = ("Born", "Born, ISO", "Born, precision")

    def file_values(self, record: Patient) -> Sequence[Any]:
        return (self.plain(record), iso_text(record), str(record.date_of_birth_precision))

    def plain(self, record: Patient) -> Any:
        exact = record.date_of_birth_precision == BirthPrecision.EXACT
        return record.date_of_birth if exact else record.birth_date_text or BirthPrecision.NOT_KNOWN.label

    def cells(self, records: Sequence[Patient]) -> list[str]:
        names = months(get_language())
        return [
            f"{record.date_of_birth.day} {names[record.date_of_birth.month]} {record.date_of_birth.year}"
            if record.date_of_birth is not None and record.date_of_birth_precision == "exact"
            else inexact(record, names)
            for record in records
        ]


def iso_text(record: Patient) -> str:
    """As much of a date of birth as is known: "1961", "1961-03", "1961-03-12"."""
    if record.date_of_birth is None:
        return ""
    precision = BirthPrecision(record.date_of_birth_precision)
    known = 4 if precision in BirthPrecision.of_year() else 7 if precision in BirthPrecision.of_month() else 10
    return record.date_of_birth.isoformat()[:known]


def inexact(record: Patient, names: Sequence[str]) -> str:
    """A date of birth of which not all is known, as `birth_date_text` has it."""
    born, precision = record.date_of_birth, BirthPrecision(record.date_of_birth_precision)
    if born is None:
        return ""
    day = "" if precision in (*BirthPrecision.of_month(), *BirthPrecision.of_year()) else f"{born.day} "
    month = "" if precision in BirthPrecision.of_year() else f"{names[born.month]} "
    about = "about " if precision in BirthPrecision.estimates() else ""
    title = "Only the year is known" if precision == BirthPrecision.YEAR else precision.label
    return f'<span title="{title}">{about}{day}{month}{born.year}</span>'


class AgeColumn(TextColumn):
    """Completed years today, or on the day of death."""

    css = "num"

    def plain(self, record: Patient) -> int | None:
        return record.age

    def cells(self, records: Sequence[Patient]) -> list[str]:
        today = timezone.localdate()
        lived = [(record.date_of_birth, record.died_on or today) for record in records]
        return ["" if born is None else str(age_on(born, until)) for born, until in lived]


class PhoneColumn(TextColumn):
    """A phone number in its international spelling."""

    css = "nowrap"

    def plain(self, record: Patient) -> str:
        return record.phone_text

    def cells(self, records: Sequence[Patient]) -> list[str]:
        numbers = [record.phone_text for record in records]
        return [f'<bdi dir="ltr">{escaped(number)}</bdi>' if number else "" for number in numbers]


class ResultColumn(NumberColumn):
    """The worst of the latest results, with its instrument and trend, and the newest where that is another.

    Where the list is of one instrument, its result.
    """

    css = "result"
    file_columns = ("Instrument", "Score", "Band", "Severity", "Change", "Result date")

    def cells(self, records: Sequence[Patient]) -> list[str]:
        language = get_language()
        return [results_html(shown_results(record), language) for record in records]

    def file_values(self, record: Patient) -> Sequence[Any]:
        found = shown_results(record)
        if not found:
            return ("", None, "", "", None, None)
        worst = found[0]
        return (
            worst.title, worst.score, worst.band, worst.severity_label, worst.change, worst.assessed_on,
        )  # fmt: skip

    def plain(self, record: Patient) -> Any:
        return self.file_values(record)[1]


class AssessedColumn(DateColumn):
    """The day of the last result; where the list is of one instrument, of its result."""

    def getter(self) -> Callable[[models.Model], Any]:
        return assessed_on


def shown_results(record: Patient) -> Sequence[ShownResult]:
    """The result that a row is about, and the newest where that is another instrument's."""
    found = record.results
    if len(found) < 2:
        return found
    if chosen := [each for each in found if each.is_chosen]:
        return chosen
    return [found[0], *(each for each in found[1:] if each.instrument == record.last_instrument)]


def assessed_on(record: Any) -> Any:
    chosen = [each.assessed_on for each in record.results if each.is_chosen]
    return chosen[0] if chosen else record.last_assessed_on


def results_html(results: Sequence[ShownResult], language: str | None) -> str:
    if not results:
        return ""
    html = named_html(results[0], language).replace(TREND, sparkline(results[0].recent_scores), 1)
    if len(results) == 1:
        return html
    return f'{html} <span class="newest">{named_html(results[1], language).replace(TREND, "")}</span>'


def named_html(result: ShownResult, language: str | None) -> str:
    return result_html(result.title, result.score, result.change, result.severity, result.band, language)


@lru_cache(maxsize=4096)
def result_html(
    title: str, score: Decimal, change: Decimal | None, severity: int | None, band: str, language: str | None
) -> str:
    """A score behind its instrument, its change and its band with the mark of its severity."""
    moved = f"{'+' if change > 0 else MINUS}{number_text(abs(change))}" if change else ""
    return (
        f'<bdi class="of">{escape(title)}</bdi> <b>{escape(number_text(score))}</b>'
        + (f' <span class="change" title="Change since the last time">{escape(moved)}</span>' if moved else "")
        + TREND
        + (f" {band_html(band, severity)}" if band or severity is not None else "")
    )


@lru_cache(maxsize=1024)
def band_html(band: str, severity: int | None) -> str:
    """A band with the mark of its severity, if it has one."""
    css = "none" if severity is None else str(severity)
    scale = "" if severity is None else f' title="Severity: {Severity(severity).label.lower()}"'
    return f'<span class="band-mark band-mark-{css}"{scale}><bdi>{escape(band)}</bdi></span>'


def sparkline(shares: Sequence[float]) -> str:
    """The trend of the last scores as a small line, the range of the instrument from bottom to top."""
    if len(shares) < 2:
        return ""
    heights = [int(12 * share + 0.5) for share in shares]
    points = " ".join([at[height] for at, height in zip(POINTS[len(shares) - 2], heights, strict=True)])
    return f'<svg class="spark" viewBox="0 0 48 16" aria-hidden="true"><polyline points="{points}"/></svg>'


class IdentifiersColumn(TextColumn):
    """Every identifier with its system, in one line."""

    def plain(self, record: Patient) -> str:
        return str(record.identifiers).replace("\n", "; ")


class TagsColumn(TextColumn):
    """The tags in the order of their words, each with its colour."""

    def cells(self, records: Sequence[Patient]) -> list[str]:
        return ["".join(tag_html(tag) for tag in tags) for tags in tags_of([record.tags for record in records])]

    def all_file_values(self, records: Sequence[Patient]) -> list[Sequence[Any]]:
        return [(", ".join(tag.word for tag in tags),) for tags in tags_of([record.tags for record in records])]


def tag_html(tag: Tag) -> str:
    return f'<span class="patient-tag patient-tag-{tag.colour}"><bdi>{escape(tag.word)}</bdi></span>'


class DueColumn(DateColumn):
    """When the next assessment is due; what is overdue says so. Of who has died nothing is."""

    def cells(self, records: Sequence[Patient]) -> list[str]:
        today, language = timezone.localdate(), get_language()
        days = [None if record.status == Status.DECEASED else record.next_due_on for record in records]
        return [
            "" if day is None else day_html(day, today, language) + (OVERDUE if day < today else "") for day in days
        ]


class PatientTable(tables.Table):
    name = NameColumn(view="patients:detail", accessor="display_name", order_by=("filed_as", "given_as"))
    preferred_name = TextColumn(verbose_name="Preferred name")
    record_number = TextColumn(verbose_name="Record", css="nowrap rest")
    date_of_birth = BirthColumn(verbose_name="Born")
    age = AgeColumn(verbose_name="Age", order_by="-date_of_birth", css="num rest")
    gender = ChoiceColumn(choices=Gender.choices)
    phone_number = PhoneColumn(verbose_name="Phone")
    last_score = ResultColumn(verbose_name="Latest result", order_by="worst_severity")
    assessed = AssessedColumn(
        verbose_name="Assessed", accessor="last_assessed_on", order_by="last_assessed_on", css="nowrap said"
    )
    next_due = DueColumn(verbose_name="Next due", accessor="next_due_on", order_by="next_due_on", css="nowrap said")
    practitioner = TextColumn(
        verbose_name="Practitioner",
        accessor="practitioner_name",
        order_by=("user__display_name", "user", "filed_as", "given_as"),
        css="person rest",
    )
    identifiers = IdentifiersColumn(orderable=False)
    tags = TagsColumn(orderable=False)
    status = ChoiceColumn(choices=Status.choices, orderable=False)
    sex = ChoiceColumn(verbose_name="Sex for clinical use", choices=SEXES, orderable=False)
    language = ChoiceColumn(choices=languages(), orderable=False)
    contact_by = ChoiceColumn(verbose_name="Best reached", choices=CONTACT_WAYS, orderable=False)
    created_at = DateColumn(verbose_name="Registered", accessor="created_on", order_by="created_at", css="nowrap said")

    needs: ClassVar[dict[str, Permission]] = {
        "name:alert": Permission.ALERTS_VIEW,
        **dict.fromkeys(("last_score", "assessed", "next_due"), Permission.ASSESSMENTS_VIEW),
    }
    shown = (
        "name", "record_number", "date_of_birth", "age", "gender", "last_score", "next_due", "practitioner",
    )  # fmt: skip
