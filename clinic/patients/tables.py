"""The list of patients, as columns."""

from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any

import django_tables2 as tables
from django.utils import timezone
from django.utils.html import escape
from django.utils.translation import get_language

from clinic.patients.models import BirthPrecision, Gender, Patient, age_on
from clinic.patients.phones import international, stored
from clinic.ui.columns import (
    Cell,
    ChoiceColumn,
    DateColumn,
    LinkColumn,
    NumberColumn,
    Reads,
    TextColumn,
    day_html,
    escaped,
    months,
    number_text,
)

# From empty to full: no two severities have marks of one shape.
CIRCLES = (
    "\N{WHITE CIRCLE}\N{CIRCLE WITH UPPER RIGHT QUADRANT BLACK}\N{CIRCLE WITH RIGHT HALF BLACK}"
    "\N{CIRCLE WITH ALL BUT UPPER LEFT QUADRANT BLACK}\N{BLACK CIRCLE}"
)
# Where the points of a line stand from left to right, by their number.
STEPS = [(), (), *([2 + round(44 * number / (most - 1)) for number in range(most)] for most in range(2, 13))]
COURSE = "\0"  # stands for the line of the last scores
RISK = ' <span class="badge-risk">Risk alert</span>'
MINUS = "\N{MINUS SIGN}"


class NameColumn(LinkColumn):
    """The link to the patient, with a mark while a risk alert of theirs is open."""

    reads: Reads = ("archived_at", "open_alerts")

    def marks(self, record: Patient) -> str:
        archived = super().marks(record)
        return archived + RISK if record.open_alerts else archived


class BirthColumn(DateColumn):
    """A date of birth; only as much of it as is known."""

    reads: Reads = ("date_of_birth_precision",)

    def plain(self, record: Patient) -> Any:
        exact = record.date_of_birth_precision == BirthPrecision.EXACT
        return record.date_of_birth if exact else record.birth_date_text

    def renderer(self) -> Cell:
        names = months(get_language())

        def cell(record: Patient) -> str:
            born, precision = record.date_of_birth, record.date_of_birth_precision
            if precision == "exact":
                return f"{born.day} {names[born.month]} {born.year}"
            if precision == "year":
                return f'<span title="Only the year is known">{born.year}</span>'
            return f'<span title="Estimated">about {born.day} {names[born.month]} {born.year}</span>'

        return cell


def _only_year(record: Patient) -> bool:
    return record.date_of_birth_precision == BirthPrecision.YEAR


class AgeColumn(TextColumn):
    """Completed years today."""

    css = "num"
    reads: Reads = ()

    def plain(self, record: Patient) -> int:
        return record.age

    def renderer(self) -> Cell:
        today = timezone.localdate()
        return lambda record: str(age_on(record.date_of_birth, today))


class PhoneColumn(TextColumn):
    """A phone number in its international spelling."""

    css = "nowrap"
    reads: Reads = ()

    def plain(self, record: Patient) -> str:
        return international(stored(record, "phone_number"))

    def renderer(self) -> Cell:
        return lambda record: (
            f'<bdi dir="ltr">{escaped(international(number))}</bdi>'
            if (number := stored(record, "phone_number"))
            else ""
        )


class ScoreColumn(NumberColumn):
    """The last score with its band, how it changed, and its course; a severity's mark differs in shape."""

    reads: Reads = ("last_change", "last_severity", "last_band", "recent_scores")

    def renderer(self) -> Cell:
        language = get_language()

        def cell(record: Patient) -> str:
            if record.last_score is None:
                return ""
            said = standing_html(
                record.last_score, record.last_change, record.last_severity, record.last_band, language
            )
            return said.replace(COURSE, sparkline(record.recent_scores), 1)

        return cell


@lru_cache(maxsize=4096)
def standing_html(score: Decimal, change: Decimal | None, severity: int | None, band: str, language: str | None) -> str:
    """A score, its change and its band; a band's circle is the fuller the more severe it is."""
    mark = f'<span aria-hidden="true">{CIRCLES[severity]}</span> ' if severity is not None else ""
    css = f"band band-{severity}" if severity is not None else "band"
    moved = f"{'+' if change > 0 else MINUS}{number_text(abs(change))}" if change else ""
    return (
        escape(number_text(score))
        + (f' <span class="change" title="Change since the last time">{escape(moved)}</span>' if moved else "")
        + COURSE
        + (f' <span class="{css}">{mark}<bdi>{escape(band)}</bdi></span>' if band or mark else "")
    )


def sparkline(shares: Sequence[float]) -> str:
    """The course of the last scores as a small line, the range of the instrument from bottom to top."""
    if len(shares) < 2:
        return ""
    points = " ".join(
        [f"{x},{14 - int(12 * share + 0.5)}" for x, share in zip(STEPS[len(shares)], shares, strict=True)]
    )
    return f'<svg class="spark" viewBox="0 0 48 16" aria-hidden="true"><polyline points="{points}"/></svg>'


class DueColumn(DateColumn):
    """When the next assessment is due; what is overdue says so."""

    reads: Reads = ()

    def renderer(self) -> Cell:
        today, language = timezone.localdate(), get_language()

        def cell(record: Patient) -> str:
            day = record.next_due_on
            if day is None:
                return ""
            late = ' <span class="late">overdue</span>' if day < today else ""
            return day_html(day, today, language) + late

        return cell


class PatientTable(tables.Table):
    name = NameColumn(view="patients:detail", accessor="display_name", order_by=("filed_as", "given_as"))
    record_number = TextColumn(verbose_name="Record", css="nowrap")
    date_of_birth = BirthColumn(verbose_name="Born")
    age = AgeColumn(verbose_name="Age", order_by="-date_of_birth")
    gender = ChoiceColumn(choices=Gender.choices)
    phone_number = PhoneColumn(verbose_name="Phone")
    last_score = ScoreColumn(verbose_name="Last score")
    assessed = DateColumn(verbose_name="Assessed", accessor="last_assessed_on", order_by="last_assessed_on")
    next_due = DueColumn(verbose_name="Next due", accessor="next_due_on", order_by="next_due_on")
    practitioner = TextColumn(
        accessor="user__display_name", order_by=("user__display_name", "user", "filed_as", "given_as"), css="person"
    )
    created_at = DateColumn(verbose_name="Registered", accessor="created_on", order_by="created_at")

    shown = (
        "name", "record_number", "date_of_birth", "age", "gender", "last_score", "next_due", "practitioner",
    )  # fmt: skip
