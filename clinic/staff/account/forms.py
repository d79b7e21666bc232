"""Parsing what people type about themselves."""

from typing import Any

from django import forms

from clinic.ui.forms import LineField, helper


class NameForm(forms.Form):
    name = LineField(
        max_length=200,
        help_text="As colleagues read it, in every clinic that you work in.",
        error_messages={"required": "Write your name."},
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = helper()
