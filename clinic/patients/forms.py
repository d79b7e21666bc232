"""Parsing what is typed about a patient."""

import uuid
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse_lazy
from phonenumber_field.phonenumber import PhoneNumber

from clinic.patients.dates import birth_date_echo, parse_birth_date, typed_again
from clinic.patients.entry import EXTENSIONS, read_together
from clinic.patients.models import BirthPrecision, Gender, Patient
from clinic.staff.models import Practitioner
from clinic.text.dates import written
from clinic.text.full_names import read_name
from clinic.text.phones import parse_phone, shown, stored
from clinic.text.record_numbers import read_record_number
from clinic.ui.declared import editable_fields, fill_in
from clinic.ui.forms import LineField, field_for, helper, initial_values

READ_OF_OTHERS = ("date_of_birth_precision", *EXTENSIONS.values())  # which have no field of their own


class BirthDateField(forms.CharField):
    """A date of birth as text, which the form reads together with whether it is an estimate."""

    widget = forms.TextInput(
        attrs={
            "autocomplete": "off",
            "class": "width-m",
            "data-echo": "",
            "hx-post": reverse_lazy("patients:understood"),
            "hx-trigger": "change",
            "hx-target": "next .echo",
            "hx-swap": "innerHTML",
            "hx-push-url": "false",
            "hx-include": "[name=date_is_estimated]",
        }
    )

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        parse_birth_date(text)
        return text

    def prepare_value(self, value: Any) -> Any:
        return written(value) if isinstance(value, date) else value


class PhoneField(forms.CharField):
    """A phone number in any spelling; cleans to a PhoneNumber with its extension, or "" where it is empty."""

    widget = forms.TextInput(attrs={"type": "tel", "autocomplete": "off", "class": "width-m"})

    def clean(self, value: Any) -> Any:
        return parse_phone(super().clean(value)) or ""

    def prepare_value(self, value: Any) -> Any:
        return shown(value.raw_input, value.extension or "") if isinstance(value, PhoneNumber) else value


class NameField(LineField):
    """A name of a person, read as `read_name` says."""

    widget = forms.TextInput(attrs={"autocomplete": "off"})

    def to_python(self, value: Any) -> Any:
        return read_name(super().to_python(value))


class RecordNumberField(LineField):
    """A record number in plain signs."""

    widget = forms.TextInput(attrs={"autocomplete": "off", "class": "width-m"})

    def to_python(self, value: Any) -> Any:
        return read_record_number(super().to_python(value))


class PatientForm(forms.Form):
    """What is special about a patient's fields; those that are not come from the model.

    `id` is the new record's, so that a form sent twice makes one; `version` is what an edit started from. How well the
    date of birth is known is read from it, and from whether it is said to be an estimate. `keeps` is the practitioner
    whom the patient has, who need not work here any more.
    """

    id = forms.UUIDField(required=False, widget=forms.HiddenInput)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput, min_value=1, max_value=2**31 - 1)
    full_name = NameField(
        max_length=200,
        error_messages={"required": "Write the full name."},
        help_text="“Adaeze Okonkwo” or “Okonkwo, Adaeze”.",
    )
    family_name = NameField(
        max_length=200,
        required=False,
        help_text="How the record is filed. Leave empty to use the last word of the full name.",
    )
    preferred_name = NameField(
        max_length=100, required=False, help_text=Patient._meta.get_field("preferred_name").help_text
    )
    gender = forms.ChoiceField(
        choices=Gender.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose one; “Not known” will do."},
    )
    date_of_birth = BirthDateField(
        max_length=40,
        error_messages={"required": "Write the date of birth, or its year."},
        help_text="Day, month and year, such as 12 March 1961 or 12/3/1961. "
        "The month or the year alone will do, and “about 1961”.",
    )
    date_is_estimated = forms.BooleanField(required=False, label="This date is an estimate")
    phone_number = PhoneField(max_length=40, required=False)
    second_phone_number = PhoneField(max_length=40, required=False)
    user = forms.ModelChoiceField(
        Practitioner.objects.none(),
        label="Responsible practitioner",
        empty_label="Choose a practitioner",
        error_messages={"required": "Choose who is responsible.", "invalid_choice": "Choose somebody of this clinic."},
    )
    record_number = RecordNumberField(max_length=40, required=False)

    def __init__(self, *args: Any, next_number: str = "", keeps: uuid.UUID | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields = fill_in(self.fields, Patient, field_for, but=READ_OF_OTHERS)
        self.fields["user"].queryset = Practitioner.objects.active_or(keeps)  # type: ignore[attr-defined]
        if next_number:
            self.fields["record_number"].help_text = f"Leave empty for the next one, {next_number}."
        else:
            self.fields["record_number"].required = True
            self.fields["family_name"].help_text = "How the record is filed. It may be empty."
        self.fields["date_of_birth"].widget.attrs["data-echo"] = self._echo()
        self.helper = helper()

    def _echo(self) -> str:
        """The date of birth as it is understood; empty where there is none yet."""
        try:
            text = str(self["date_of_birth"].value() or "")
            return birth_date_echo(text, estimated=bool(self["date_is_estimated"].value()))
        except ValidationError:
            return ""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if "date_of_birth" in cleaned:
            read = parse_birth_date(cleaned["date_of_birth"], estimated=bool(cleaned.get("date_is_estimated")))
            cleaned["date_of_birth"], cleaned["date_of_birth_precision"] = read
        return read_together(cleaned)

    def values(self) -> dict[str, Any]:
        """The clean fields as the actions take them."""
        values = {name: value for name, value in self.cleaned_data.items() if name not in ("id", "version")}
        values.pop("date_is_estimated")
        if not values["family_name"] and self.cleaned_data["version"] is None:
            values.pop("family_name")
        return values

    def add_taken_number(self) -> None:
        self.add_error("record_number", ValidationError("Another patient has this record number.", code="taken"))


def new_initial(practitioner_id: str | None) -> dict[str, Any]:
    return {"id": uuid.uuid4(), "user": practitioner_id}


def initial_of(patient: Patient) -> dict[str, Any]:
    """How `patient` fills the form; also how a conflict shows what is stored."""
    precision = BirthPrecision(patient.date_of_birth_precision)
    return {
        **initial_values(patient, ["id", "version", *editable_fields(Patient)]),
        **{name: shown(stored(patient, name), getattr(patient, field)) for name, field in EXTENSIONS.items()},
        "date_of_birth": typed_again(patient.date_of_birth, precision),
        "date_is_estimated": precision in BirthPrecision.estimates(),
    }
