"""What is done with the programs of a clinic: by its owners' pages and by commands alike.

Each runs in the clinic's scope as the web's role. The client is in `public` and the trail the clinic's; one transaction
holds both.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.utils import timezone
from oauth2_provider.generators import generate_client_secret

from clinic.access import SCOPE_LABELS, SCOPE_WORDS
from clinic.accounts.clients import checksum, end_tokens
from clinic.accounts.models import ApiClient
from clinic.audit.actions import By, about
from clinic.tenancy.models import Clinic
from clinic.tenancy.scope import clinic_scope, public_scope
from clinic.ui.forms import one_line

EARLIER_LASTS = timedelta(days=7)  # so long the secret before works beside a new one


class Refused(Exception):
    """Nothing was written; the message is for whoever asked."""


class NameTaken(Refused):
    def __init__(self) -> None:
        super().__init__("A program of this clinic has this name already.")


class TwoSecrets(Refused):
    def __init__(self) -> None:
        super().__init__("It has two secrets already. End the earlier one first, when the program uses the newer.")


@dataclass(frozen=True)
class Issued:
    """A program with the secret that was made for it, which is known only now."""

    client: ApiClient
    secret: str


def programs_of(clinic: Clinic) -> list[ApiClient]:
    """Every program of the clinic, by name."""
    with public_scope():
        return list(ApiClient.objects.filter(clinic=clinic.pk).select_related("clinic").order_by("name", "pk"))


def program_of(clinic: Clinic, id: int) -> ApiClient | None:
    with public_scope():
        found: ApiClient | None = ApiClient.objects.filter(clinic=clinic.pk, pk=id).select_related("clinic").first()
    return found


def state_of(client: ApiClient) -> str:
    """What becomes of a program that asks for a token today, in words."""
    if client.disabled_at is not None:
        return "Disabled"
    return "Last day is over" if client.is_over else "Active"


def may_text(client: ApiClient) -> str:
    """What a program may do, in words."""
    whole = client.allowed_scopes if client.scopes else client.allowed_scopes[-1:]
    return "; ".join(SCOPE_WORDS[scope] for scope in whole)


def create_api_client(
    *,
    clinic: Clinic,
    name: str,
    by: By,
    can_write: bool = False,
    scopes: Collection[str] = (),
    last_day: date | None = None,
) -> tuple[ApiClient, str]:
    """A client of `clinic` and its secret, of which only a digest is kept. It may what the `scopes` allow.

    Raises ValidationError for a name that is empty or too long, NameTaken for one that is taken in the clinic.
    """
    secret = generate_client_secret()
    can_write = can_write or "write" in scopes
    narrow = "" if set(scopes) <= set(SCOPE_LABELS) else " ".join(scopes)
    client = ApiClient(
        clinic_id=clinic.pk,
        name=one_line(name),
        can_write=can_write,
        scopes=narrow,
        last_day=last_day,
        client_type=ApiClient.CLIENT_CONFIDENTIAL,
        authorization_grant_type=ApiClient.GRANT_CLIENT_CREDENTIALS,
        client_secret=make_password(None),  # the package's own column, which opens nothing
        hash_client_secret=False,
        secret_checksum=checksum(secret),
        secret_since=timezone.now(),
    )
    if not client.name:
        raise ValidationError("An API client needs a name.")
    with clinic_scope(clinic):
        with public_scope():
            if ApiClient.objects.filter(clinic=clinic.pk, name=client.name).exists():
                raise NameTaken
            client.clean_fields(exclude=("clinic",))
            client.save(force_insert=True)
        changes: dict[str, Any] = {"can_write": can_write} | ({"scopes": [None, narrow]} if narrow else {})
        changes |= {"last_day": [None, last_day.isoformat()]} if last_day else {}
        _record("created", client, clinic, by=by, changes=changes)
    return client, secret


def add_secret(*, by: By, clinic: Clinic, id: int) -> Issued:
    """Give a program another secret; the one before works for a week more, or until it is ended.

    Raises TwoSecrets, and ApiClient.DoesNotExist.
    """
    secret = generate_client_secret()

    def add(client: ApiClient) -> dict[str, Any]:
        if client.has_earlier:
            raise TwoSecrets
        now = timezone.now()
        client.earlier_checksum, client.earlier_until = client.secret_checksum, now + EARLIER_LASTS
        client.secret_checksum, client.secret_since = checksum(secret), now
        return {}

    return Issued(_change(by, clinic, id, "secret_added", add), secret)


def end_earlier_secret(*, by: By, clinic: Clinic, id: int) -> ApiClient:
    """Let a program come in by its newest secret only."""

    def end(client: ApiClient) -> dict[str, Any] | None:
        if not client.has_earlier:
            return None
        client.earlier_checksum, client.earlier_until = "", None
        return {}

    return _change(by, clinic, id, "secret_ended", end)


def disable_program(*, by: By, clinic: Clinic, id: int) -> ApiClient:
    """Let a program in no more: its tokens end at once, and its secrets get it no other."""

    def disable(client: ApiClient) -> dict[str, Any] | None:
        if client.disabled_at is not None:
            return None
        client.disabled_at = timezone.now()
        end_tokens(client)
        return {}

    return _change(by, clinic, id, "disabled", disable)


def enable_program(*, by: By, clinic: Clinic, id: int) -> ApiClient:
    """Let a program that was disabled ask for tokens again, by the secrets that it has."""

    def enable(client: ApiClient) -> dict[str, Any] | None:
        if client.disabled_at is None:
            return None
        client.disabled_at = None
        return {}

    return _change(by, clinic, id, "enabled", enable)


def set_last_day(*, by: By, clinic: Clinic, id: int, last_day: date | None) -> ApiClient:
    """Say how long a program is let in, or take that back."""

    def change(client: ApiClient) -> dict[str, Any] | None:
        before, client.last_day = client.last_day, last_day
        said = [day.isoformat() if day else None for day in (before, last_day)]
        return {"last_day": said} if before != last_day else None

    return _change(by, clinic, id, "last_day_set", change)


Change = Callable[[ApiClient], dict[str, Any] | None]
CHANGED = ("last_day", "disabled_at", "secret_checksum", "secret_since", "earlier_checksum", "earlier_until")


def _change(by: By, clinic: Clinic, id: int, action: str, change: Change) -> ApiClient:
    """Change a client under its lock and record it; what `change` gives None for is so already.

    Raises ApiClient.DoesNotExist for one of no or of another clinic.
    """
    with clinic_scope(clinic):
        with public_scope():
            rows = ApiClient.objects.select_for_update(of=("self",)).select_related("clinic")
            client: ApiClient = rows.get(clinic=clinic.pk, pk=id)
            changes = change(client)
            if changes is not None:
                client.save(update_fields=CHANGED)
        if changes is not None:
            _record(action, client, clinic, by=by, changes=changes)
    return client


def _record(action: str, client: ApiClient, clinic: Clinic, *, by: By, changes: dict[str, Any]) -> None:
    """One event about the clinic, on the connection of the web, whichever the clinic was read by."""
    changes = {"client_id": client.client_id, "name": client.name, **changes}
    about(f"api_client.{action}", clinic, by=by, changes=changes).save(force_insert=True)
