"""Who has a second factor, and which."""

from collections.abc import Iterable
from typing import Any, NamedTuple
from uuid import UUID

from allauth.mfa.models import Authenticator

from clinic.tenancy.scope import public_scope

# Recovery codes are for who lost a factor, and are none by themselves.
FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


class Factors(NamedTuple):
    """The second factors of somebody: the app or None, passkeys, how many recovery codes are left or None."""

    app: Authenticator | None
    passkeys: list[Authenticator]
    codes_left: int | None

    @property
    def any(self) -> bool:
        return self.app is not None or bool(self.passkeys)


def factors_of(user: Any) -> Factors:
    rows = list(Authenticator.objects.filter(user=user.pk).order_by("created_at", "pk"))
    app = next((row for row in rows if row.type == Authenticator.Type.TOTP), None)
    codes = next((row for row in rows if row.type == Authenticator.Type.RECOVERY_CODES), None)
    left = len(codes.wrap().get_unused_codes()) if codes is not None else None
    return Factors(app, [row for row in rows if row.type == Authenticator.Type.WEBAUTHN], left)


def with_factor(user_ids: Iterable[UUID]) -> set[UUID]:
    """Who of these people has a second factor."""
    with public_scope():
        found = Authenticator.objects.filter(user__in=list(user_ids), type__in=FACTORS)
        return set(found.values_list("user", flat=True))
