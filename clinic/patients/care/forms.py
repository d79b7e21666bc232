"""Parsing whom a person names for a patient, and why they open a record in an emergency."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django import forms

from clinic.patients.care.team import Colleague
from clinic.ui.forms import DateField, LineField, TextField, helper


class ColleagueForm(forms.Form):
    """One of `colleagues`."""

    person = forms.TypedChoiceField(
        coerce=UUID,
        label="Colleague",
        error_messages={"required": "Choose a colleague.", "invalid_choice": "Choose somebody of the list."},
    )

    def __init__(self, *args: Any, colleagues: Iterable[Colleague], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", "Choose a colleague"), *((str(each.id), each.name) for each in colleagues)]
        self.fields["person"].choices = choices  # type: ignore[attr-defined]
        self.helper = helper()


class EmergencyForm(forms.Form):
    """Who is meant, exactly; why; and the password of whoever asks."""

    who = LineField(
        max_length=200,
        label="Record number or full name",
        help_text="Exactly as it is written in the record.",
        error_messages={"required": "Write the record number or the full name."},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    date_of_birth = DateField(
        max_length=40,
        help_text="Day, month and year, such as 12 March 1961 or 12/3/1961.",
        error_messages={"required": "Write the date of birth."},
        widget=forms.TextInput(attrs={"autocomplete": "off", "class": "width-m"}),
    )
    reason = TextField(
        max_length=500,
        label="Why you need this record",
        help_text="Everybody who opens the record meanwhile reads it, and who reviews it afterwards.",
        error_messages={"required": "Write why you need this record."},
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off"}),
    )
    password = forms.CharField(
        strip=False,
        max_length=1000,
        label="Your password",
        error_messages={"required": "Write your password."},
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = helper()


class ReviewForm(forms.Form):
    note = TextField(
        max_length=2000,
        label="What you found",
        error_messages={"required": "Write what you found."},
        widget=forms.Textarea(attrs={"rows": 2, "autocomplete": "off"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = helper()
