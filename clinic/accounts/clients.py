"""API clients: their scopes, and the client that a bearer token stands for."""

import hashlib

from django.http import HttpRequest
from oauth2_provider.models import AccessToken
from oauth2_provider.scopes import SettingsScopes

from clinic.accounts.models import ApiClient


class ClientScopes(SettingsScopes):
    """Offers a client `read`, and `write` only where it was created with it."""

    def get_available_scopes(
        self,
        application: ApiClient | None = None,
        request: HttpRequest | None = None,
        *args: object,
        **kwargs: object,
    ) -> list[str]:
        if application is None:
            return []
        return ["read", "write"] if application.can_write else ["read"]

    def get_default_scopes(
        self,
        application: ApiClient | None = None,
        request: HttpRequest | None = None,
        *args: object,
        **kwargs: object,
    ) -> list[str]:
        return self.get_available_scopes(application)


def resolve_token(header: str) -> AccessToken | None:
    """The valid access token, with its client and clinic, of an `Authorization: Bearer` header; one query."""
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer":
        return None
    checksum = hashlib.sha256(token.strip().encode("utf-8", "replace")).hexdigest()
    found = AccessToken.objects.select_related("application__clinic").filter(token_checksum=checksum).first()
    if found is None or found.application is None or not found.is_valid():
        return None
    return found
