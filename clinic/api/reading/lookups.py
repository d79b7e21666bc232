"""Patients by what names one of them exactly: for programs, which guess nothing."""

import re
from typing import Any, ClassVar

import django_filters
from django import forms
from django.core.exceptions import ValidationError

from clinic.access import Permission
from clinic.assessments.filters import AssessmentFilter, DateFilter
from clinic.patients.filters import PatientFilter
from clinic.patients.models import PatientQuerySet
from clinic.text.identifiers import LONGEST_SYSTEM, LONGEST_VALUE, Identifier, read_identifier
from clinic.text.record_numbers import read_record_number

LONGEST_NUMBER = 40
SYSTEM_AND_VALUE = "Give the system and the value with a bar between them, such as “NHS number|9434765919”."


class RecordNumberField(forms.CharField):
    """A record number in plain signs."""

    described: ClassVar[dict[str, Any]] = {"minLength": 1, "format": "record-number"}

    def clean(self, value: Any) -> str:
        return read_record_number(super().clean(value))


class IdentifierField(forms.CharField):
    """`system|value`, read as an identifier of a patient is."""

    described: ClassVar[dict[str, Any]] = {
        "pattern": rf"^[^|;\n]{{0,{LONGEST_SYSTEM - 1}}}[^|;\s]\|[^:;\s][^:;\n]{{0,{LONGEST_VALUE - 1}}}$",
        "format": "identifier",
    }

    def clean(self, value: Any) -> Identifier | None:
        text = super().clean(value)
        system, bar, number = text.partition("|")
        if text and not (system.strip() and bar and number.strip()):
            raise ValidationError(SYSTEM_AND_VALUE)
        return read_identifier(system, number) if text else None


class RecordNumberFilter(django_filters.Filter):
    field_class = RecordNumberField


class IdentifierFilter(django_filters.Filter):
    field_class = IdentifierField


class AssessmentParameters(AssessmentFilter):
    """Whoever may see no patients looks for no names."""

    needs: ClassVar[dict[str, Permission]] = {**AssessmentFilter.needs, "q": Permission.PATIENTS_VIEW}


class PatientParameters(PatientFilter):
    """The page's filters, and exact look-ups beside them."""

    record_number = RecordNumberFilter(max_length=LONGEST_NUMBER, label="Record number", help_text="The whole number.")
    date_of_birth = DateFilter(
        label="Date of birth", help_text="As it is recorded, of one that is known by its year its first day."
    )
    identifier = IdentifierFilter(
        method="by_identifier",
        max_length=LONGEST_SYSTEM + LONGEST_VALUE + 1,
        label="Identifier",
        help_text="Of others, as `system|value`, such as `NHS number|9434765919`; capitals do not matter.",
    )

    def by_identifier(self, queryset: PatientQuerySet, name: str, value: Identifier) -> PatientQuerySet:
        """Those of whose lines one is this; the trigram index finds them by the expression."""
        line = re.escape(f"{value.system}: {value.value}")
        return queryset.filter(identifiers__isnull=False, identifiers__iregex=rf"(^|\n){line}(\n|$)")
