"""Parsing who takes over."""

from typing import Any
from uuid import UUID

from django import forms
from django_filters.fields import ModelChoiceField

from clinic.staff.models import NOBODY, NOBODY_YET, Practitioner
from clinic.ui.forms import helper


class LeavingForm(forms.Form):
    """`heir` takes over patients and shared views; without one they stay with whoever leaves, by name.

    With `to_nobody` the patients wait for whoever takes them.
    """

    heir = ModelChoiceField(
        Practitioner.objects.none(),
        required=False,
        label="Who takes over their patients and shared views?",
        empty_label="They stay with who leaves, by name",
        null_label=f"{NOBODY_YET}: the patients wait for whoever takes them, the views stay",
        null_value=NOBODY,
    )
    leave_taken = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, leaver: UUID, ask_taken: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["heir"].queryset = Practitioner.objects.active().exclude(pk=leaver)  # type: ignore[attr-defined]
        self.helper = helper()
        if ask_taken:
            self.fields["leave_taken"].widget = forms.CheckboxInput()
            self.fields["leave_taken"].label = "Leave these where they are, and pass on the rest"

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        to_nobody = cleaned.get("heir") == NOBODY
        return {**cleaned, "heir": None if to_nobody else cleaned.get("heir"), "to_nobody": to_nobody}


class PassOnForm(LeavingForm):
    """`heir` takes over all patients of somebody who stays in the clinic; with `to_nobody` they wait."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        heir = self.fields["heir"]
        heir.required, heir.label = True, "Who takes over?"
        heir.empty_label = "Choose a colleague"  # type: ignore[attr-defined]
        heir.error_messages["required"] = "Choose who takes over."
