"""The forms that parse what people write of contacts."""

import uuid
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from clinic.assessments.models.notes import LONGEST_NOTE, LONGEST_REASON, ContactKind, ContactNote
from clinic.assessments.record.dates import check_assessment_date
from clinic.ui.forms import DateField, LineField, TextField, helper

WHY = "Say why, in at most 500 characters."


class NoteForm(forms.Form):
    """`id` is the new note's, so that a form sent twice writes one."""

    id = forms.UUIDField(required=False, widget=forms.HiddenInput)
    date = DateField(
        label="Date of the contact",
        max_length=40,
        error_messages={"required": "Write the date."},
        widget=forms.TextInput(attrs={"class": "width-m", "autocomplete": "off"}),
        help_text="Day, month and year, such as 1 March 2026 or 1/3/2026.",
    )
    kind = forms.ChoiceField(
        label="Kind",
        choices=[("", "Choose one"), *ContactKind.choices],
        error_messages={"required": "Choose a kind.", "invalid_choice": "Choose a kind."},
        help_text="For a correction, write what should change, and amend the note once it is decided. For what was "
        "disclosed, write to whom and why.",
    )
    text = TextField(
        label="Note",
        max_length=LONGEST_NOTE,
        error_messages={"required": "Write what was said or done."},
        widget=forms.Textarea(attrs={"rows": 4, "autocomplete": "off"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"id": uuid.uuid4(), "date": timezone.localdate()})
        super().__init__(*args, **{"auto_id": "note-%s", **kwargs})
        self.helper = helper()

    def clean_date(self) -> Any:
        try:
            return check_assessment_date(self.cleaned_data["date"])
        except ValidationError as error:
            raise ValidationError("A contact lies between 1900 and today.") from error


class NoteAmendForm(NoteForm):
    """`version` is that of the note as it was read."""

    id = None  # type: ignore[assignment]  # is in the address
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=2**31 - 1)
    reason = LineField(
        label="Why is this amended?",
        max_length=LONGEST_REASON,
        error_messages={"required": WHY},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class NoteStrikeForm(forms.Form):
    """As NoteAmendForm, without the note."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=2**31 - 1)
    reason = LineField(
        label="Why does this note not hold?",
        max_length=LONGEST_REASON,
        error_messages={"required": WHY},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text="The words stay, struck through.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "strike-%s", **kwargs})
        self.helper = helper()


def initial_of(note: ContactNote) -> dict[str, Any]:
    """What is stored, as the form for amendments begins with it."""
    return {name: getattr(note, name) for name in ("version", "date", "kind", "text")}
