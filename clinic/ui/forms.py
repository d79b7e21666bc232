"""What our forms share: text as it is stored, dates as they are typed, and two versions side by side."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from crispy_forms.helper import FormHelper
from django import forms

from clinic.ui.dates import parse_date, written


def one_line(text: str) -> str:
    """NFC, with white space trimmed and runs of it made single spaces; every other character is kept."""
    return " ".join(unicodedata.normalize("NFC", text).split())


class LineField(forms.CharField):
    """One line of text, kept as `one_line` says."""

    def to_python(self, value: Any) -> Any:
        return one_line(super().to_python(value) or "")


class DateField(forms.CharField):
    """A date in any of the usual spellings; cleans to a `date`, or None where it is optional and empty."""

    def clean(self, value: Any) -> Any:
        if isinstance(value, date):
            return value
        text = super().clean(value)
        return parse_date(text) if text else None

    def prepare_value(self, value: Any) -> Any:
        return written(value) if isinstance(value, date) else value


def helper() -> FormHelper:
    """A crispy helper for forms whose `<form>`, buttons and token are the template's."""
    made = FormHelper()
    made.form_tag = False
    made.disable_csrf = True
    return made


@dataclass(frozen=True)
class Difference:
    """One field of a record that two people changed."""

    label: str
    theirs: str
    yours: str

    @property
    def differs(self) -> bool:
        return self.theirs != self.yours


def shown(field: forms.Field, value: Any) -> str:
    """A field's value in words, the way somebody who compares two versions reads it."""
    value = field.prepare_value(getattr(value, "pk", value))
    if isinstance(field, forms.BooleanField):
        return "Yes" if value else "No"
    if value in (None, "", []):
        return ""
    labels = {str(key): str(label) for key, label in getattr(field, "choices", ())}
    return labels.get(str(value), str(value))


def differences(form: forms.BaseForm, theirs: Mapping[str, Any], yours: Mapping[str, Any]) -> list[Difference]:
    """The form's visible fields as two versions fill them; both are initial values, so spelling is no difference."""
    return [
        Difference(
            str(bound.label),
            shown(bound.field, theirs.get(bound.name)),
            shown(bound.field, yours.get(bound.name)),
        )
        for bound in form.visible_fields()
    ]
