"""How django-allauth behaves here."""

from typing import Any

import structlog
from allauth.account.adapter import DefaultAccountAdapter
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from clinic.accounts.factors.confirmation import confirmed_lately
from clinic.accounts.limits.browsers import know_browser
from clinic.accounts.limits.counters import TooMany, forget
from clinic.accounts.limits.declared import PASSWORDS
from clinic.accounts.limits.tries import by_account, trying, wait_text
from clinic.accounts.models import Session
from clinic.accounts.sessions import ADDRESS_KEY, USER_AGENT_KEY, stored_key
from clinic.ui.addresses import client_address

log = structlog.get_logger("clinic.accounts")
TOO_MANY = "Too many wrong passwords. Wait {}, or sign in from a browser in which you have signed in before."


class AccountAdapter(DefaultAccountAdapter):
    """People are invited by their clinic, they do not sign themselves up; allauth's chatty messages stay quiet."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def add_message(self, *args: object, **kwargs: object) -> None:
        return None

    def authenticate(self, request: HttpRequest, **credentials: Any) -> AbstractBaseUser | None:
        """Check a password, unless too many were wrong already; raises ValidationError then."""
        try:
            with trying(request, *by_account(request, PASSWORDS, credentials.get("email", ""))) as attempt:
                user: AbstractBaseUser | None = super().authenticate(request, **credentials)
                attempt.wrong = user is None
        except TooMany as refusal:
            raise ValidationError(TOO_MANY.format(wait_text(refusal.seconds))) from refusal
        return user

    def reauthenticate(self, user: AbstractBaseUser, password: str) -> bool:
        """Whether somebody who is signed in has this password; counted as at signing in."""
        found = self.authenticate(self.request, email=user.email, password=password)  # type: ignore[attr-defined]
        return found is not None and found.pk == user.pk

    def get_client_ip(self, request: HttpRequest) -> str:
        return client_address(request)

    def login(self, request: HttpRequest, user: Any) -> None:
        """Note where and in what a session begins, for its person's own page."""
        super().login(request, user)
        know_browser(request, user.email)
        request.session[USER_AGENT_KEY] = self.get_http_user_agent(request)[:300].replace("\0", "")
        request.session[ADDRESS_KEY] = client_address(request) or None

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Who signed in just now is not asked again."""
        return not confirmed_lately(self.request)

    def set_password(self, user: Any, password: str) -> None:
        """Sessions that began with the password before end, but the one in which it is changed.

        Whoever had the password before, or the mail, comes in with the new one, whatever strangers guessed meanwhile.
        """
        user.change_password(password)
        know_browser(self.request, user.email)
        for limit in PASSWORDS:
            forget(limit, user.email.lower())
        Session.objects.filter(user=user.pk).exclude(pk=stored_key(self.request.session.session_key or "")).delete()

    def send_notification_mail(self, template_prefix: str, user: Any, context: Any = None, email: Any = None) -> None:
        """To the address that they sign in with, which is the only one here."""
        super().send_notification_mail(template_prefix, user, context, email or user.email)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """A mail that no server takes is no reason to answer otherwise than for an address without an account."""
        try:
            super().send_mail(template_prefix, email, context)
        except OSError:
            log.warning("mail.not_sent", about=template_prefix.rpartition("/")[2])
