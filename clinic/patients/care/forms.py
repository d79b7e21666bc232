"""Parsing whom a person names for a patient, and why they open a record in an emergency."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django import forms

from clinic.patients.care.team import Colleague
from clinic.ui.forms import helper


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
