"""Parsing what is typed about a program."""

from typing import Any

from django import forms

from clinic.access import SCOPE_WORDS
from clinic.staff.forms import last_day_field
from clinic.ui.forms import LineField, helper

PROJECT = "For a project that ends: the day after, it is let in no more."


class ProgramForm(forms.Form):
    name = LineField(
        max_length=200,
        help_text="As the trail is to say it, such as “Laboratory” or “Website appointments”.",
        error_messages={"required": "Write what the program is called."},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    scope = forms.MultipleChoiceField(
        choices=list(SCOPE_WORDS.items()),
        label="What it may do",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose what it may do."},
    )
    last_day = last_day_field(PROJECT)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = helper()


class ProgramLastDayForm(forms.Form):
    last_day = last_day_field(PROJECT)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = helper()
