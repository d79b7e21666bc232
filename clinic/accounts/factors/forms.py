"""Parsing codes and what passkeys answer."""

from collections.abc import Callable
from typing import Any

from allauth.account.adapter import get_adapter as get_account_adapter
from allauth.core import context
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    EditWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from cryptography.exceptions import InvalidSignature
from django import forms
from django.core.exceptions import ValidationError

from clinic.accounts.factors.codes import use_code
from clinic.accounts.limits.counters import TooMany
from clinic.accounts.limits.declared import CODES
from clinic.accounts.limits.tries import by_account, trying, wait_text
from clinic.ui.forms import LineField

TOO_MANY = "Too many wrong codes. Wait {}, or use a browser in which you have signed in before."
# What reading a made-up answer of a passkey raises, which allauth lets through.
MADE_UP = (TypeError, ValueError, LookupError, AttributeError, OverflowError, InvalidSignature)


def code_field(help_text: str) -> forms.CharField:
    attributes = {"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True}
    widget = forms.TextInput(attrs=attributes)
    missing = {"required": "Write the code."}
    return forms.CharField(max_length=40, help_text=help_text, widget=widget, error_messages=missing)


def name_field(required: bool) -> LineField:
    return LineField(max_length=60, required=required, error_messages={"required": "Write what to call it."})


def counted(form: Any, read: Callable[[], Any]) -> Any:
    """What is read of a code or a passkey, unless too many of this account were wrong already."""
    request = context.request
    try:
        with trying(request, *by_account(request, CODES, form.user.email)) as attempt:
            try:
                return read()
            except ValidationError:
                attempt.wrong = True
                get_account_adapter().authentication_failed(request, email=form.user.email, code=True)
                raise
    except TooMany as refusal:
        raise ValidationError(TOO_MANY.format(wait_text(refusal.seconds))) from refusal


def once(form: Any, code: str) -> str:
    """The code, unless it is one of the app that was used before."""
    if form.authenticator.type == Authenticator.Type.TOTP and not use_code(form.authenticator, code):
        raise get_adapter().validation_error("incorrect_code")
    return code


def readable(read: Callable[[], Any]) -> Any:
    """What is read of a passkey's answer; an answer that cannot be read is refused as a wrong one is."""
    try:
        return read()
    except MADE_UP:
        raise get_adapter().validation_error("incorrect_code") from None


class CodeForm(AuthenticateForm):
    code = code_field("Six digits of your authenticator app, or one of your recovery codes.")

    def clean_code(self) -> str:
        read = super().clean_code
        return str(counted(self, lambda: once(self, read())))


class ConfirmForm(ReauthenticateForm):
    code = code_field("Six digits of your authenticator app, or one of your recovery codes.")

    def clean_code(self) -> str:
        read = super().clean_code
        return str(counted(self, lambda: once(self, read())))


class AppForm(ActivateTOTPForm):
    code = code_field("Six digits that the app shows now.")


class PasskeyForm(AddWebAuthnForm):
    name = name_field(required=False)

    def clean_credential(self) -> Any:
        """An object: anything false, such as 0, allauth would keep unread."""
        credential = self.cleaned_data["credential"]
        if not credential or not isinstance(credential, dict):
            raise get_adapter().validation_error("incorrect_code")
        return credential

    def clean(self) -> Any:
        return readable(super().clean)


class PasskeyNameForm(EditWebAuthnForm):
    name = name_field(required=True)


class PasskeyCodeForm(AuthenticateWebAuthnForm):
    def clean_credential(self) -> Any:
        return readable(super().clean_credential)


class PasskeyConfirmForm(ReauthenticateWebAuthnForm):
    def clean_credential(self) -> Any:
        return readable(super().clean_credential)
