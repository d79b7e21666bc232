"""The list of patients, as columns."""

from typing import Any

import django_tables2 as tables
from django.utils import timezone

from clinic.patients.models import BirthPrecision, Patient
from clinic.ui.columns import Cell, DateColumn, LinkColumn, TextColumn, day_html, escaped


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


class PatientTable(tables.Table):
    name = LinkColumn(view="patients:detail", accessor="display_name", order_by=("filed_as", "given_as"))
    record_number = TextColumn(verbose_name="Record", css="nowrap")
    date_of_birth = BirthColumn(verbose_name="Born")
    age = TextColumn(verbose_name="Age", css="num", order_by="-date_of_birth")
    gender = TextColumn(accessor="gender_label", order_by="gender")
    phone_number = PhoneColumn(verbose_name="Phone")
    practitioner = TextColumn(
        accessor="user__display_name", order_by=("user__display_name", "user", "filed_as", "given_as"), css="person"
    )
    created_at = DateColumn(verbose_name="Registered", accessor="created_on", order_by="created_at")
