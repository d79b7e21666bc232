"""Parsing what is typed by who invites, and by who joins."""

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password

from clinic.accounts.factors.passwords import refuse_words
from clinic.accounts.models import User
from clinic.staff.forms import last_day_field, role_field
from clinic.ui.forms import LineField, helper


class InvitationForm(forms.Form):
    email = forms.EmailField(
        max_length=254,
        help_text="They get a mail with a link, which works once, for three days.",
        error_messages={"required": "Write the address that they sign in with, or will."},
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    role = role_field()
    last_day = last_day_field()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = helper()


class NewAccountForm(forms.Form):
    """The account of the address `email`, which the invitation says, in the clinic of that name."""

    name = LineField(
        max_length=200,
        help_text="As colleagues read it.",
        error_messages={"required": "Write your name."},
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    password = forms.CharField(
        strip=False,
        max_length=1000,
        help_text="At least 15 characters. Several words that you remember are better than one that is hard to read.",
        error_messages={"required": "Choose a password."},
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, email: str, clinic_name: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.email, self.clinic_name = email, clinic_name
        self.helper = helper()

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        validate_password(password, User(email=self.email, name=self.cleaned_data.get("name", "")))
        refuse_words(password, [self.clinic_name])
        return password
