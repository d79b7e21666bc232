"""Parsing why a record goes into the bin."""

from typing import Any

from django import forms

from clinic.ui.forms import LineField, helper


class BinForm(forms.Form):
    """The reason, and the version that was shown."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=2**31 - 1)
    reason = LineField(
        max_length=500,
        label="Why this record is a mistake",
        help_text="Such as: registered twice, a test, the wrong clinic. Everybody who looks into the bin reads it.",
        error_messages={"required": "Write why this record is a mistake."},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = helper()
