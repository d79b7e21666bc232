"""How django-allauth behaves here."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest


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
