"""What the OAuth package asks us: who a client is, what is noted of its tokens, how one is taken back."""

from base64 import b64decode
from typing import Any
from urllib.parse import unquote_plus

from django.utils import timezone
from oauth2_provider.models import AccessToken
from oauth2_provider.oauth2_validators import OAuth2Validator

from clinic.access import Actor
from clinic.accounts.clients import checksum, client_of
from clinic.accounts.limits.counters import count
from clinic.accounts.limits.declared import requests_of_a_client
from clinic.accounts.models import ApiClient
from clinic.audit.actions import record
from clinic.tenancy.models import Clinic
from clinic.tenancy.scope import clinic_scope, public_scope


class Validator(OAuth2Validator):
    """Clients by their random secrets, and one event of the trail for each token."""

    def authenticate_client(self, request: Any, *args: object, **kwargs: object) -> bool:
        """Whether id and secret, of the header or the form, are an open client's, which is `request.client` then.

        Raises TooMany where it asks too often.
        """
        given = credentials(request.headers.get("Authorization", ""), request.client_id, request.client_secret)
        request.client = client_of(*given)
        if request.client is None:
            return False
        count(requests_of_a_client(), str(request.client.pk))
        return True

    def client_authentication_required(self, request: Any, *args: object, **kwargs: object) -> bool:
        return True

    def save_bearer_token(self, token: Any, request: Any, *args: Any, **kwargs: Any) -> None:
        """Keep a new token, and note it in the trail of its clinic, both or neither."""
        client: ApiClient = request.client
        if not can_note(client.clinic):
            super().save_bearer_token(token, request, *args, **kwargs)
            return
        with clinic_scope(client.clinic):
            with public_scope():
                super().save_bearer_token(token, request, *args, **kwargs)
            _note("token_issued", client, scope=token["scope"])

    def revoke_token(self, token: str, token_type_hint: str, request: Any, *args: Any, **kwargs: Any) -> None:
        """End one token of the client; of one that is another's, or none, nothing is said (RFC 7009, section 2.2)."""
        client: ApiClient = request.client
        now = timezone.now()
        rows = AccessToken.objects.filter(application=client.pk, token_checksum=checksum(token), expires__gt=now)
        if rows.update(expires=now) and can_note(client.clinic):
            with clinic_scope(client.clinic):
                _note("token_revoked", client)


def credentials(header: str, id: str | None, secret: str | None) -> tuple[str, str]:
    """The id and secret that are given, by HTTP Basic or else in a form; empty where they cannot be read."""
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        return id or "", secret or ""
    try:
        name, _, password = b64decode(encoded.encode(), validate=True).decode().partition(":")
    except ValueError:
        return "", ""
    return unquote_plus(name), unquote_plus(password)


def can_note(clinic: Clinic) -> bool:
    """Whether the clinic has a trail to write into: one whose migration failed, or that was deleted, may have none."""
    return not clinic.out_of_service and clinic.deleted_at is None


def _note(action: str, client: ApiClient, **changes: Any) -> None:
    by = Actor(f"client:{client.pk}", client.name)
    record(f"api_client.{action}", client.clinic, by=by, changes={"name": client.name, **changes})
