"""The list of patients, as columns."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import django_tables2 as tables
from django.utils import timezone

from clinic.patients.models import BirthPrecision, Patient
from clinic.ui.columns import (
    Cell,
    DateColumn,
    LinkColumn,
    NumberColumn,
    TextColumn,
    day_html,
    escaped,
    number_text,
)

# From empty to full: no two severities have marks of one shape.
CIRCLES = (
    "\N{WHITE CIRCLE}\N{CIRCLE WITH UPPER RIGHT QUADRANT BLACK}\N{CIRCLE WITH RIGHT HALF BLACK}"
    "\N{CIRCLE WITH ALL BUT UPPER LEFT QUADRANT BLACK}\N{BLACK CIRCLE}"
)
MINUS = "\N{MINUS SIGN}"


class NameColumn(LinkColumn):
    """The link to the patient, with a mark while a risk alert of theirs is open."""

    def cell(self, value: Any, record: Patient) -> str:
        link = super().cell(value, record)
        return f'{link} <span class="badge-risk">Risk alert</span>' if record.open_alerts else link


class BirthColumn(DateColumn):
    """A date of birth; only as much of it as is known."""

    def plain(self, record: Patient) -> Any:
        exact = record.date_of_birth_precision == BirthPrecision.EXACT
        return record.date_of_birth if exact else record.birth_date_text

    def renderer(self) -> Cell:
        today = timezone.localdate()

        def cell(record: Patient) -> str:
            if record.date_of_birth_precision == BirthPrecision.EXACT:
                return day_html(record.date_of_birth, today)
            if _only_year(record):
                return f'<span title="Only the year is known">{record.date_of_birth.year}</span>'
            return f'<span title="Estimated">about {day_html(record.date_of_birth, today)}</span>'

        return cell


def _only_year(record: Patient) -> bool:
    return record.date_of_birth_precision == BirthPrecision.YEAR


class PhoneColumn(TextColumn):
    """A phone number in its international spelling."""

    css = "nowrap"

    def plain(self, record: Patient) -> Any:
        return record.phone_number.as_international if record.phone_number else ""

    def cell(self, value: Any, record: Patient) -> str:
        return f'<bdi dir="ltr">{escaped(value.as_international)}</bdi>' if value else ""


class ScoreColumn(NumberColumn):
    """The last score with its band, how it changed, and its course; a severity's mark differs in shape."""

    def cell(self, value: Any, record: Patient) -> str:
        if value is None:
            return ""
        change = record.last_change
        moved = (
            "" if not change else f' <span class="change" title="Change since the last time">{signed(change)}</span>'
        )
        return f"{escaped(number_text(value))}{moved}{sparkline(record.recent_scores)}{band(record)}"


def signed(change: Decimal) -> str:
    return f"{'+' if change > 0 else MINUS}{escaped(number_text(abs(change)))}"


def band(record: Patient) -> str:
    """The band's word behind a circle that is the fuller the more severe it is."""
    if record.last_severity is None:
        return f' <span class="band"><bdi>{escaped(record.last_band)}</bdi></span>' if record.last_band else ""
    mark = f'<span aria-hidden="true">{CIRCLES[record.last_severity]}</span>'
    return f' <span class="band band-{record.last_severity}">{mark} <bdi>{escaped(record.last_band)}</bdi></span>'


def sparkline(shares: Sequence[float]) -> str:
    """The course of the last scores as a small line, the range of the instrument from bottom to top."""
    if len(shares) < 2:
        return ""
    step = 44 / (len(shares) - 1)
    points = " ".join(f"{2 + number * step:.0f},{14 - 12 * share:.0f}" for number, share in enumerate(shares))
    return f'<svg class="spark" viewBox="0 0 48 16" aria-hidden="true"><polyline points="{points}"/></svg>'


class DueColumn(DateColumn):
    """When the next assessment is due; what is overdue says so."""

    def renderer(self) -> Cell:
        today = timezone.localdate()

        def cell(record: Patient) -> str:
            day = record.next_due_on
            if day is None:
                return ""
            late = ' <span class="late">overdue</span>' if day < today else ""
            return day_html(day, today) + late

        return cell


class PatientTable(tables.Table):
    name = NameColumn(view="patients:detail", accessor="display_name", order_by=("filed_as", "given_as"))
    record_number = TextColumn(verbose_name="Record", css="nowrap")
    date_of_birth = BirthColumn(verbose_name="Born")
    age = TextColumn(verbose_name="Age", css="num", order_by="-date_of_birth")
    gender = TextColumn(accessor="gender_label", order_by="gender")
    phone_number = PhoneColumn(verbose_name="Phone")
    last_score = ScoreColumn(verbose_name="Last score")
    assessed = DateColumn(verbose_name="Assessed", accessor="last_assessed_on", order_by="last_assessed_on")
    next_due = DueColumn(verbose_name="Next due", accessor="next_due_on", order_by="next_due_on")
    practitioner = TextColumn(
        accessor="user__display_name", order_by=("user__display_name", "user", "filed_as", "given_as"), css="person"
    )
    created_at = DateColumn(verbose_name="Registered", accessor="created_on", order_by="created_at")

    shown = (
        "name", "record_number", "date_of_birth", "age", "gender", "phone_number", "last_score", "assessed", "next_due",
        "practitioner",
    )  # fmt: skip
