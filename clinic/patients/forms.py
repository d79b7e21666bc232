"""Parsing what is typed about a patient."""

import uuid
from datetime import date
from typing import Any

from crispy_forms.layout import Fieldset, Layout
from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.urls import reverse_lazy
from django.utils import timezone
from phonenumber_field.phonenumber import PhoneNumber

from clinic.patients.dates import birth_date_echo, parse_birth_date, typed_again
from clinic.patients.entry import EXTENSIONS, read_together, unnamed
from clinic.patients.models import BirthPrecision, Gender, Patient, Status
from clinic.staff.models import NOBODY_YET, Practitioner
from clinic.staff.tags.fields import TagsField
from clinic.text.dates import written
from clinic.text.full_names import read_name
from clinic.text.identifiers import read_identifiers
from clinic.text.phones import parse_phone, shown, stored
from clinic.text.record_numbers import read_record_number
from clinic.ui.declared import editable_fields, fill_in
from clinic.ui.forms import LineField, field_for, helper, initial_values

READ_OF_OTHERS = ("date_of_birth_precision", *EXTENSIONS.values())  # which have no field of their own


NO_BIRTH_DATE = "Write the date of birth, or its year, or say that it is not known."
# How the form is read; fields that are in no group follow at its end. The last group is folded while it says nothing.
GROUPS = (
    (
        "Who it is",
        (
            "id", "version", "full_name", "name_is_unknown", "family_name", "preferred_name", "date_of_birth",
            "date_is_estimated", "date_is_unknown", "gender",
        ),
    ),
    ("How to reach them", ("phone_number", "second_phone_number", "address")),
    ("In the clinic", ("user", "record_number", "identifiers", "tags")),
)  # fmt: skip
MORE = (
    "other_names", "sex", "email", "contact_by", "language", "needs_interpreter", "next_of_kin", "status", "status_on",
)  # fmt: skip
# What the form asks and the record does not keep: it goes into the fields beside it.
ONLY_ASKED = ("date_is_estimated", "date_is_unknown", "name_is_unknown")
# What is not optional, though it may be empty: another field says that it is not known, or it begins with a value.
ASKED = ("full_name", "date_of_birth", "user", "status")


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
        if text:
            parse_birth_date(text)
        return text

    def prepare_value(self, value: Any) -> Any:
        return written(value) if isinstance(value, date) else value


class PhoneField(forms.CharField):
    """A phone number in any spelling; cleans to a PhoneNumber with its extension, or "" where it is empty."""

    widget = forms.TextInput(attrs={"type": "tel", "autocomplete": "off", "class": "width-m"})

    def clean(self, value: Any) -> Any:
        number = parse_phone(super().clean(value))
        return "" if number is None else number

    def prepare_value(self, value: Any) -> Any:
        return shown(value.raw_input, value.extension or "") if isinstance(value, PhoneNumber) else value


class NameField(LineField):
    """A name of a person, read as `read_name` says."""

    widget = forms.TextInput(attrs={"autocomplete": "off"})

    def to_python(self, value: Any) -> Any:
        return read_name(super().to_python(value))


class MailField(LineField):
    """An address for mail."""

    default_validators = [validate_email]  # as Django declares it
    widget = forms.TextInput(attrs={"type": "email", "autocomplete": "off", "class": "width-m"})


class RecordNumberField(LineField):
    """A record number in plain signs."""

    widget = forms.TextInput(attrs={"autocomplete": "off", "class": "width-m"})

    def to_python(self, value: Any) -> Any:
        return read_record_number(super().to_python(value))


class IdentifiersField(forms.CharField):
    """Identifiers, one a line, read as `read_identifiers` says."""

    widget = forms.Textarea(attrs={"rows": 3, "autocomplete": "off"})

    def clean(self, value: Any) -> Any:
        return read_identifiers(super().clean(value))


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
        required=False,
        help_text="“Adaeze Okonkwo” or “Okonkwo, Adaeze”.",
    )
    name_is_unknown = forms.BooleanField(
        required=False,
        label="Name not known yet",
        help_text="The record is called by today's date and time until it is named.",
    )
    family_name = NameField(
        max_length=200,
        required=False,
        help_text="How the record is filed. Leave empty to use the last word of the full name.",
    )
    preferred_name = NameField(
        max_length=100, required=False, help_text=Patient._meta.get_field("preferred_name").help_text
    )
    other_names = NameField(max_length=200, required=False, help_text=Patient._meta.get_field("other_names").help_text)
    gender = forms.ChoiceField(
        choices=Gender.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose one; “Not known” will do."},
    )
    date_of_birth = BirthDateField(
        max_length=40,
        required=False,
        help_text="Day, month and year, such as 12 March 1961 or 12/3/1961. "
        "The month or the year alone will do, and “about 1961”.",
    )
    date_is_estimated = forms.BooleanField(required=False, label="This date is an estimate")
    date_is_unknown = forms.BooleanField(required=False, label="This date is not known")
    phone_number = PhoneField(max_length=40, required=False)
    second_phone_number = PhoneField(max_length=40, required=False)
    email = MailField(max_length=254, required=False)
    user = forms.ModelChoiceField(
        Practitioner.objects.none(),
        label="Responsible practitioner",
        required=False,
        empty_label=NOBODY_YET,
        error_messages={"invalid_choice": "Choose somebody of this clinic."},
    )
    record_number = RecordNumberField(max_length=40, required=False)

    status = forms.ChoiceField(choices=Status.choices, required=False)
    identifiers = IdentifiersField(
        max_length=1600, required=False, help_text=Patient._meta.get_field("identifiers").help_text
    )
    tags = TagsField(required=False)

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
        for name in ASKED:
            self.fields[name].is_asked = True  # type: ignore[attr-defined]
        more = Fieldset("More about them", *MORE, template="patients/_more_fields.html")
        self.helper.layout = Layout(*(Fieldset(title, *names, css_class="group") for title, names in GROUPS), more)
        self.helper.render_unmentioned_fields = True

    def _echo(self) -> str:
        """The date of birth as it is understood; empty where there is none yet."""
        try:
            text = str(self["date_of_birth"].value() or "")
            return birth_date_echo(text, estimated=bool(self["date_is_estimated"].value()))
        except ValidationError:
            return ""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if "full_name" in cleaned and not cleaned["full_name"]:
            self._name(cleaned)
        if "date_of_birth" in cleaned:
            self._birth_date(cleaned)
        return read_together(cleaned)

    @property
    def says_more(self) -> bool:
        """Whether a field of the folded group has a value, or a problem."""
        said = [str(self[name].value() or "") for name in MORE]
        return any(text not in ("", Status.ACTIVE) for text in said) or any(name in self.errors for name in MORE)

    def _name(self, cleaned: dict[str, Any]) -> None:
        if cleaned.get("name_is_unknown"):
            cleaned |= unnamed(timezone.localtime())
        else:
            self.add_error("full_name", "Write the full name, or say that it is not known yet.")

    def _birth_date(self, cleaned: dict[str, Any]) -> None:
        text, unknown = cleaned["date_of_birth"], cleaned.get("date_is_unknown")
        if text and unknown:
            self.add_error("date_is_unknown", "There is a date above. Take out one of the two.")
        elif not text and not unknown:
            self.add_error("date_of_birth", NO_BIRTH_DATE)
        else:
            read = parse_birth_date(text or "unknown", estimated=bool(cleaned.get("date_is_estimated")))
            cleaned["date_of_birth"], cleaned["date_of_birth_precision"] = read

    def values(self) -> dict[str, Any]:
        """The clean fields as the actions take them."""
        values = {name: value for name, value in self.cleaned_data.items() if name not in ("id", "version")}
        for name in ONLY_ASKED:
            values.pop(name)
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
        "date_is_unknown": precision == BirthPrecision.NOT_KNOWN,
    }
