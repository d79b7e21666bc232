"""What a report that is kept is called."""

from typing import Any

from django import forms

from clinic.assessments.models.reports import LONGEST_TITLE
from clinic.ui.forms import LineField, helper


class KeepForm(forms.Form):
    title = LineField(
        label="Title",
        max_length=LONGEST_TITLE,
        error_messages={"required": "Write a title, so that it is found again."},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = helper()
