"""Parsing a list of patients, and which one somebody is put on."""

from typing import Any

from django import forms

from clinic.patients.models import PatientList
from clinic.text.signs import without_unseen
from clinic.ui.forms import LineField, helper


class ListForm(forms.Form):
    """A name, and whether the list is the clinic's."""

    name = LineField(
        max_length=100,
        label="Name of the list",
        error_messages={"required": "Write a name."},
        widget=forms.TextInput(attrs={"autocomplete": "off", "class": "width-m"}),
    )
    is_shared = forms.BooleanField(
        required=False,
        label="The clinic's list",
        help_text="Everybody sees it, puts patients on it and takes them off.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = helper()

    def clean_name(self) -> str:
        name = without_unseen(self.cleaned_data["name"])
        if not any(sign.isalnum() for sign in name):
            raise forms.ValidationError("Write at least one letter or digit.")
        return name


class OnListForm(forms.Form):
    """One of the lists that are open to a person."""

    list = forms.ModelChoiceField(
        PatientList.objects.none(),
        empty_label="Choose a list",
        error_messages={"required": "Choose a list.", "invalid_choice": "Choose a list that is there."},
    )

    def __init__(self, *args: Any, person: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["list"].queryset = PatientList.objects.open_to(person)  # type: ignore[attr-defined]
