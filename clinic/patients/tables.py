"""The list of patients, as columns."""

from typing import Any

import django_tables2 as tables
from django.utils.html import escape

from clinic.patients.models import BirthPrecision, Patient
from clinic.ui.columns import DateColumn, LinkColumn, TextColumn


class BirthColumn(DateColumn):
    """A date of birth; only as much of it as is known."""

    def cell(self, value: object, record: Patient) -> str:  # type: ignore[override]
        if record.date_of_birth_precision == BirthPrecision.EXACT:
            return super().cell(value, record)
        if record.date_of_birth_precision == BirthPrecision.YEAR:
            return f'<span title="Only the year is known">{record.date_of_birth.year}</span>'
        return f'<span title="Estimated">about {super().cell(value, record)}</span>'

    def plain(self, value: object, record: Patient) -> object:  # type: ignore[override]
        return value if record.date_of_birth_precision == BirthPrecision.EXACT else record.birth_date_text


class PhoneColumn(TextColumn):
    """A phone number in its international spelling."""

    css = "nowrap"

    def cell(self, value: Any, record: Patient) -> str:  # type: ignore[override]
        return f'<bdi dir="ltr">{escape(value.as_international)}</bdi>' if value else ""

    def plain(self, value: Any, record: Patient) -> Any:  # type: ignore[override]
        return value.as_international if value else None


class PatientTable(tables.Table):
    name = LinkColumn(view="patients:detail", accessor="display_name", order_by=("filed_as", "search_name"))
    record_number = TextColumn(verbose_name="Record", css="nowrap")
    date_of_birth = BirthColumn(verbose_name="Born")
    age = TextColumn(verbose_name="Age", css="num", order_by="-date_of_birth")
    gender = TextColumn(accessor="gender_label", order_by="gender")
    phone_number = PhoneColumn(verbose_name="Phone")
    practitioner = TextColumn(accessor="user__display_name", order_by=("user__display_name", "user"), css="person")
    created_at = DateColumn(verbose_name="Registered", accessor="created_on", order_by="created_at")
