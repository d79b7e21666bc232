"""What somebody changes of their second factor is in the trail of each of their clinics, or is not done."""

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.http import HttpResponse

from clinic.access import Request
from clinic.accounts.models import User
from clinic.staff.account.events import note_of_account

APP, PASSKEY, CODES = Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN, Authenticator.Type.RECOVERY_CODES
ADDED = {APP: "account.app_added", PASSKEY: "account.passkey_added", CODES: "account.recovery_codes_made"}
# Codes go only with the last factor or for new ones, which is said already.
REMOVED = {APP: "account.app_removed", PASSKEY: "account.passkey_removed"}


def noted[View: Callable[..., Any]](view: View) -> View:
    """The page of django-allauth, in one transaction with an event for each factor that it added or removed.

    Its own mails about them follow the commit, so an event that hung on those could be lost where the change was not.
    """

    @wraps(view)
    def noting(request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
        with transaction.atomic():
            before = _rows(request)
            answer: HttpResponse = view(request, *args, **kwargs)
            after = _rows(request)
            for action in _actions(before, after):
                note_of_account(action, cast(User, request.user))
        return answer

    return noting  # type: ignore[return-value]


def _rows(request: Request) -> dict[int, str]:
    """The rows of somebody's factors and their kinds; new recovery codes are a new row."""
    return dict(Authenticator.objects.filter(user=request.user.pk).order_by("pk").values_list("pk", "type"))


def _actions(before: dict[int, str], after: dict[int, str]) -> list[str]:
    removed = [REMOVED[Authenticator.Type(kind)] for pk, kind in before.items() if pk not in after and kind in REMOVED]
    return removed + [ADDED[Authenticator.Type(kind)] for pk, kind in after.items() if pk not in before]
