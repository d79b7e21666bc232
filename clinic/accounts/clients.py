"""API clients: their scopes, their secrets, and the client that a bearer token stands for."""

import hashlib
from datetime import timedelta
from functools import cache
from typing import cast

from django.contrib.auth.hashers import check_password
from django.db import connection
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from oauth2_provider.models import AccessToken
from oauth2_provider.scopes import SettingsScopes

from clinic.accounts.models import ApiClient
from clinic.accounts.rows import columns, split
from clinic.tenancy.models import Clinic

NOTED_EVERY = timedelta(minutes=5)
BEARER = """
SELECT {columns} FROM oauth2_provider_accesstoken t
JOIN accounts_apiclient a ON a.id = t.application_id JOIN tenancy_clinic c ON c.id = a.clinic_id
WHERE t.token_checksum = %s
"""


class ClientScopes(SettingsScopes):
    """Offers a client the scopes that it was created with."""

    def get_available_scopes(
        self,
        application: ApiClient | None = None,
        request: HttpRequest | None = None,
        *args: object,
        **kwargs: object,
    ) -> list[str]:
        return [] if application is None else application.allowed_scopes

    def get_default_scopes(
        self,
        application: ApiClient | None = None,
        request: HttpRequest | None = None,
        *args: object,
        **kwargs: object,
    ) -> list[str]:
        return self.get_available_scopes(application)


def checksum(secret: str) -> str:
    """What is kept of a secret. It is random, so nobody finds it by trying however fast that is."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def client_of(client_id: str, secret: str) -> ApiClient | None:
    """The client of an id and a secret that may ask for tokens. An unknown id takes the same way as a known one."""
    rows = ApiClient.objects.select_related("clinic").filter(client_id=client_id.replace("\0", "\ufffd"))
    found, given = rows.first(), checksum(secret)
    client = found or ApiClient(secret_checksum=checksum(""), disabled_at=timezone.now())
    if not client.secret_checksum or (client.has_earlier and not client.earlier_checksum):
        _convert(client, secret, given)
    earlier = client.earlier_checksum if client.has_earlier else ""
    is_right = constant_time_compare(given, client.secret_checksum) | constant_time_compare(given, earlier)
    return found if is_right and client.is_open else None


def _convert(client: ApiClient, secret: str, given: str) -> None:
    """Keep the checksum of an earlier release's secret, once it was used, in place of its slow hash."""
    name = "earlier_checksum" if client.secret_checksum else "secret_checksum"
    if check_password(secret, client.client_secret):
        setattr(client, name, given)
        ApiClient.objects.filter(pk=client.pk, **{name: ""}).update(**{name: given})


def note_client_use(client: ApiClient) -> None:
    """Note that a client asked for something, once in `NOTED_EVERY`."""
    now = timezone.now()
    if client.last_used_at is None or now - client.last_used_at >= NOTED_EVERY:
        ApiClient.objects.filter(pk=client.pk).update(last_used_at=now)


def end_tokens(client: ApiClient) -> None:
    """Let every token of a client open nothing from now on; asked outside every clinic."""
    now = timezone.now()
    AccessToken.objects.filter(application=client.pk, expires__gt=now).update(expires=now)


def resolve_token(header: str) -> AccessToken | None:
    """The valid access token, with its client and clinic, of an `Authorization: Bearer` header; one query."""
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer":
        return None
    with connection.cursor() as cursor:
        cursor.execute(_statement(), [checksum(token.strip())])
        row = cursor.fetchone()
    if row is None:
        return None
    found, client, clinic = split(row, AccessToken, ApiClient, Clinic)
    client.clinic, found.application = clinic, client
    return cast(AccessToken, found) if found.is_valid() and client.is_open else None


@cache
def _statement() -> str:
    chosen = ", ".join(columns(*each) for each in (("t", AccessToken), ("a", ApiClient), ("c", Clinic)))
    return BEARER.format(columns=chosen)
