"""Handing DRF the user or client that the middleware has resolved."""

from typing import Any

from django.contrib.auth.models import AnonymousUser
from rest_framework.authentication import BaseAuthentication, CSRFCheck
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request

from clinic.accounts.models import ApiClient, User


class CsrfRefused(PermissionDenied):
    """An unsafe request of a session without the session's CSRF token; answered with code `csrf`."""

    default_code = "csrf"
    default_detail = "Send the session's CSRF token as X-CSRFToken; every page of a session carries it."


class ResolvedAuthentication(BaseAuthentication):
    """Who asks was settled by the middleware; sessions owe a CSRF token on unsafe methods, clients do not."""

    def authenticate(self, request: Request) -> tuple[User | AnonymousUser, ApiClient | None] | None:
        http: Any = request._request
        if http.client is not None:
            return http.user, http.client
        if not http.user.is_authenticated:
            return None
        check = CSRFCheck(lambda request: None)  # type: ignore[arg-type]
        check.process_request(http)
        if check.process_view(http, None, (), {}):  # type: ignore[arg-type]
            raise CsrfRefused
        return http.user, None

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="clinic"'
