"""How django-allauth behaves here."""

from typing import Any

import structlog
from allauth.account.adapter import DefaultAccountAdapter
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest

from clinic.accounts.factors.confirmation import confirmed_lately
from clinic.accounts.models import Session
from clinic.accounts.sessions import ADDRESS_KEY, USER_AGENT_KEY

log = structlog.get_logger("clinic.accounts")


class AccountAdapter(DefaultAccountAdapter):
    """People are invited by their clinic, they do not sign themselves up; allauth's chatty messages stay quiet."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def add_message(self, *args: object, **kwargs: object) -> None:
        return None

    def authenticate(self, request: HttpRequest, **credentials: Any) -> AbstractBaseUser | None:
        """Give the try back where the password could not be checked, as in an outage."""
        try:
            user: AbstractBaseUser | None = super().authenticate(request, **credentials)
        except Exception:
            self._rollback_login_failed_rl_usage()
            raise
        return user

    def login(self, request: HttpRequest, user: Any) -> None:
        """Note where and in what a session begins, for its person's own page."""
        super().login(request, user)
        request.session[USER_AGENT_KEY] = self.get_http_user_agent(request)[:300].replace("\0", "")
        request.session[ADDRESS_KEY] = self.get_client_ip(request)

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Who signed in just now is not asked again."""
        return not confirmed_lately(self.request)

    def set_password(self, user: Any, password: str) -> None:
        """Sessions that began with the password before end, but the one in which it is changed."""
        super().set_password(user, password)
        Session.objects.filter(user=user.pk).exclude(pk=self.request.session.session_key or "").delete()

    def send_notification_mail(self, template_prefix: str, user: Any, context: Any = None, email: Any = None) -> None:
        """To the address that they sign in with, which is the only one here."""
        super().send_notification_mail(template_prefix, user, context, email or user.email)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """A mail that no server takes is no reason to answer otherwise than for an address without an account."""
        try:
            super().send_mail(template_prefix, email, context)
        except OSError:
            log.warning("mail.not_sent", about=template_prefix.rpartition("/")[2])
