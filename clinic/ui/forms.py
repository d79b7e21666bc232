"""What our forms share: text as it is stored, dates as they are typed, and two versions side by side."""

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.db import models
from django.db.models.fields import BLANK_CHOICE_DASH

from clinic.text.dates import parse_date, written


def one_line(text: str) -> str:
    """NFC, with white space trimmed and runs of it made single spaces; every other character is kept."""
    return " ".join(unicodedata.normalize("NFC", text).split())


class LineField(forms.CharField):
    """One line of text, kept as `one_line` says."""

    def to_python(self, value: Any) -> Any:
        return one_line(super().to_python(value) or "")


class TextField(forms.CharField):
    """Text of several lines: NFC, with plain line ends."""

    def to_python(self, value: Any) -> Any:
        return unicodedata.normalize("NFC", super().to_python(value) or "").replace("\r\n", "\n")


class DateField(forms.CharField):
    """A date in any of the usual spellings; cleans to a `date`, or None where it is optional and empty."""

    def clean(self, value: Any) -> Any:
        if isinstance(value, date):
            return value
        text = super().clean(value)
        return parse_date(text) if text else None

    def prepare_value(self, value: Any) -> Any:
        return written(value) if isinstance(value, date) else value


def field_for(declared: models.Field[Any, Any]) -> Any:
    """The form's field of a model's, where a form declares none of its own."""
    if isinstance(declared, models.TextField):
        return declared.formfield(widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off"}))
    if isinstance(declared, models.DateField):
        return declared.formfield(form_class=DateField)
    if isinstance(declared, models.CharField) and not declared.choices:
        return declared.formfield(form_class=LineField, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    return declared.formfield()


def initial_values(record: models.Model, names: Iterable[str]) -> dict[str, Any]:
    """What is stored in those fields, as a form begins with it."""
    fields = {field.name: field for field in record._meta.concrete_fields}
    return {name: fields[name].value_from_object(record) for name in names}


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
    """A field's value in words, the way somebody who compares two versions reads it; so is nothing, if it has words.

    Where something has to be chosen the words of nothing are a prompt, and Django's own are a dash.
    """
    value = field.prepare_value(getattr(value, "pk", value))
    if isinstance(field, forms.BooleanField):
        return "Yes" if value else "No"
    labels = {str(key): str(label) for key, label in getattr(field, "choices", ())}
    if value in (None, "", []):
        words = "" if field.required or value == [] else labels.get("", "")
        return "" if words == BLANK_CHOICE_DASH[0][1] else words
    if isinstance(value, list):
        return ", ".join(labels.get(str(each), str(each)) for each in value)
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
