"""The mail of “Forgotten your password?”, which the worker writes: who asks waits as long for any address."""

from typing import Any
from urllib.parse import urljoin

import structlog
from allauth.account.forms import ResetPasswordForm, default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.core.mail import EmailMessage
from django.http import HttpRequest
from django.tasks import task
from django.template.loader import render_to_string
from django.urls import reverse

from clinic.accounts.models import User

log = structlog.get_logger("clinic.accounts")


class ResetForm(ResetPasswordForm):
    """Asks nothing of the database about the address, so that its answer and its time tell nothing."""

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"]
        return email.lower()

    def save(self, request: HttpRequest, **kwargs: Any) -> str:
        email: str = self.cleaned_data["email"]
        send_reset.enqueue(email=email, root=request.build_absolute_uri("/"))
        return email


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
