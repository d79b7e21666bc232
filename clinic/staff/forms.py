"""Parsing what is typed about the people of a clinic."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from clinic.access import ROLE_LABELS, Role
from clinic.ui.forms import DateField, LineField, helper

MAY = {
    Role.OWNER: "everything, people and settings too",
    Role.CLINICIAN: "patients and assessments",
    Role.FRONT_DESK: "patients, without their assessments",
    Role.AUDITOR: "reads patients and assessments, and changes nothing",
}
ROLES = [(role.value, f"{label}: {MAY[role]}") for role, label in ROLE_LABELS.items()]


def role_field() -> forms.TypedChoiceField:
    return forms.TypedChoiceField(
        choices=ROLES, coerce=Role, widget=forms.RadioSelect, error_messages={"required": "Choose a role."}
    )


class LastDayField(DateField):
    """A day from today on; None for no end."""

    def clean(self, value: Any) -> Any:
        day: date | None = super().clean(value)
        if day is not None and day < timezone.localdate():
            raise ValidationError("Choose today or a later day.")
        return day


LOCUM = "For somebody who is here for a time, such as a locum: from the day after, nothing opens any more."


def last_day_field(help_text: str = LOCUM) -> LastDayField:
    return LastDayField(
        required=False,
        label="Last day",
        max_length=40,
        help_text=help_text,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class RoleForm(forms.Form):
    role = role_field()
    reason = LineField(
        max_length=200,
        help_text="It is kept in the trail.",
        error_messages={"required": "Write why the role changes."},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = helper()


class FactorResetForm(forms.Form):
    reason = LineField(
        max_length=200,
        label="How you know that it is them",
        help_text="Such as “asked me in person”. It is kept in the trail.",
        error_messages={"required": "Write how you know that it is them."},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = helper()


class LastDayForm(forms.Form):
    last_day = last_day_field()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = helper()
