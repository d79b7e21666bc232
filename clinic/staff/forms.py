"""Parsing what is typed about the people of a clinic."""

from typing import Any

from django import forms

from clinic.access import ROLE_LABELS, Role
from clinic.ui.forms import LineField, helper

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


class ColleagueForm(forms.Form):
    """Whoever is to work in the clinic; `email` finds the account that they may have."""

    email = forms.EmailField(
        max_length=254,
        help_text="They sign in with it. Somebody new gets a mail with a link to choose a password.",
        error_messages={"required": "Write the address that they sign in with."},
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    name = LineField(
        max_length=200,
        help_text="As colleagues read it. Somebody who has an account already keeps the name of that.",
        error_messages={"required": "Write their name."},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    role = role_field()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = helper()


class RoleForm(forms.Form):
    role = role_field()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = helper()
