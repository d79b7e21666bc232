"""Forgotten and changed passwords. The worker writes the mail, so that who asks waits as long for any address."""

from typing import Any
from urllib.parse import urljoin

import structlog
from allauth.account.adapter import get_adapter
from allauth.account.forms import ChangePasswordForm, ResetPasswordForm, default_token_generator
from allauth.account.utils import user_pk_to_url_str
from allauth.core import context
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.http import HttpRequest
from django.tasks import task
from django.template.loader import render_to_string
from django.urls import reverse

from clinic.accounts.limits.counters import TooMany
from clinic.accounts.limits.declared import RESETS, RESETS_ASKED
from clinic.accounts.limits.tries import by_address, count_each, wait_text
from clinic.accounts.models import User

log = structlog.get_logger("clinic.accounts")
TOO_MANY = "Too many links were asked for. Wait {}, and look into your mail meanwhile."


class ResetForm(ResetPasswordForm):
    """Asks nothing of the database about the address, so that its answer and its time tell nothing."""

    def clean_email(self) -> str:
        """The address as it is compared; every mail that is asked for counts, whether there is an account or not."""
        email: str = self.cleaned_data["email"].lower()
        try:
            count_each(context.request, (RESETS, email), by_address(context.request, RESETS_ASKED))
        except TooMany as refusal:
            raise ValidationError(TOO_MANY.format(wait_text(refusal.seconds))) from refusal
        return email

    def save(self, request: HttpRequest, **kwargs: Any) -> str:
        email: str = self.cleaned_data["email"]
        send_reset.enqueue(email=email, root=request.build_absolute_uri("/"))
        return email


class ChangeForm(ChangePasswordForm):
    """Counts a wrong password before as one at signing in."""

    def clean_oldpassword(self) -> str:
        adapter, password = get_adapter(), self.cleaned_data["oldpassword"]
        if not adapter.reauthenticate(self.user, password):
            raise adapter.validation_error("enter_current_password")
        return str(password)


@task
def send_reset(email: str, root: str) -> None:
    """Send the link to a new password to an address that has an open account; nothing to any other."""
    user = User.objects.filter(email=email, is_active=True).first()
    if user is None:
        return
    key = f"{user_pk_to_url_str(user)}-{default_token_generator.make_token(user)}"
    uidb36, _, rest = key.partition("-")
    path = reverse("account_reset_password_from_key", kwargs={"uidb36": uidb36, "key": rest})
    body = render_to_string("accounts/reset.txt", {"link": urljoin(root, path)})
    try:
        EmailMessage("Choose a new password", body, to=[user.email]).send()
    except OSError:
        log.warning("mail.not_sent", about="reset")
