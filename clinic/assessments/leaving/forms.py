"""Parsing who takes over."""

from typing import Any
from uuid import UUID

from django import forms

from clinic.staff.models import Practitioner
from clinic.ui.forms import helper


class LeavingForm(forms.Form):
    """`heir` takes over patients and shared views; without one they stay with whoever leaves, by name."""

    heir = forms.ModelChoiceField(
        Practitioner.objects.none(),
        required=False,
        label="Who takes over their patients and shared views?",
        empty_label="Nobody yet: they stay with who leaves, by name",
    )
    leave_taken = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, leaver: UUID, ask_taken: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["heir"].queryset = Practitioner.objects.active().exclude(pk=leaver)  # type: ignore[attr-defined]
        self.helper = helper()
        if ask_taken:
            self.fields["leave_taken"].widget = forms.CheckboxInput()
            self.fields["leave_taken"].label = "Leave these where they are, and pass on the rest"
