"""What a column of a file can be taken for: the fields of a patient's form, and parts of a name."""

from functools import cache
from typing import Any, NamedTuple

from django import forms

from clinic.patients.forms import PatientForm

IGNORED = "ignored"
USER = "user"
TAGS = "tags"  # words with commas between them
# Parts that a name is put together from, in their order; a family name is a field of its own besides.
NAME_PARTS = {"given_name": "Given name", "middle_name": "Middle names", "name_suffix": "Suffix of the name"}
JOINED = {"address"}  # several columns of which make one field, a line each
LABELS = {USER: "Practitioner", "date_is_estimated": "Date of birth is an estimate"}
# What a form asks beside a field that may be empty there: a cell of a file says it, or is missed. Of dates only those
# of birth are asked about where they can be read in two ways, so no file brings another.
NOT_IN_FILES = ("id", "version", "name_is_unknown", "date_is_unknown", "status_on")
MISSED = {
    "full_name": "Write the full name.",
    "date_of_birth": "Write the date of birth, or its year, or “not known”.",
}


class Target(NamedTuple):
    """Something that a column can be taken for."""

    name: str
    label: str


@cache
def form_fields() -> dict[str, forms.Field]:
    """The fields of a patient's form that a text can fill."""
    fields = PatientForm(next_number="P-000001").fields  # without one the number is required, as of a known patient
    for name, message in MISSED.items():
        fields[name].required = True
        fields[name].error_messages["required"] = message
    return {
        name: field
        for name, field in fields.items()
        if name not in NOT_IN_FILES
        and isinstance(field, forms.CharField | forms.ChoiceField | forms.BooleanField)
        and (name == USER or not isinstance(field, forms.ModelChoiceField))
    }


@cache
def targets() -> tuple[Target, ...]:
    """Everything that a column can be taken for, as it is offered."""
    found = []
    for name, field in form_fields().items():
        found.append(Target(name, LABELS.get(name) or str(field.label or name.replace("_", " ").capitalize())))
        if name == "full_name":
            found += [Target(*part) for part in NAME_PARTS.items()]
    return tuple(found)


def labels() -> dict[str, str]:
    return {target.name: target.label for target in targets()}


@cache
def choice_fields() -> dict[str, list[tuple[str, str]]]:
    """The fields that take one of a few values, with these and their words."""
    fields: dict[str, Any] = {
        name: field
        for name, field in form_fields().items()
        if isinstance(field, forms.ChoiceField) and name not in (USER, TAGS)
    }
    return {
        name: [(str(value), str(label)) for value, label in field.choices if value != ""]
        for name, field in fields.items()
    }


def must_say(name: str) -> bool:
    """Whether a row has to have a value of the field, or something that stands for it."""
    return bool(form_fields()[name].required)


@cache
def flags() -> tuple[str, ...]:
    """The fields that are said to be so or not."""
    return tuple(name for name, field in form_fields().items() if isinstance(field, forms.BooleanField))
