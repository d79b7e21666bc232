"""How somebody likes the pages of a clinic: read with the session, so that asking costs nothing."""

from typing import Any

from django.db import transaction

from clinic.access import Request
from clinic.accounts.models import Membership
from clinic.tenancy.scope import public_scope


@transaction.atomic
def keep_preferences(request: Request, changes: dict[str, Any]) -> None:
    """Merge `changes` into the preferences of the membership that this request acts under; None removes a name.

    It leaves no record in the trail: what a page looks like to one person says nothing about anybody.
    """
    merged = {**request.membership.preferences, **changes}
    kept = {name: value for name, value in merged.items() if value is not None}
    with public_scope():
        rows = Membership.objects.filter(user=request.user.pk, clinic=request.clinic.pk)
        rows.update(preferences=kept)
