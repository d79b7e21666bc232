"""Whether somebody has shown lately that it is them, and what is refused to who has not.

People, programs, the clinic's settings and files of whole lists are asked about again: a browser that was left open is
not the person who signed in there.
"""

import time
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any

from allauth.account.authentication import get_authentication_records
from django.http import HttpResponse
from django.urls import reverse

from clinic.access import Request
from clinic.ui import errors
from clinic.ui.kept import kept_page
from clinic.ui.pages import client_redirect, leading_back

LATELY = timedelta(minutes=10)
EXPORT = "_export"  # the parameter by which a list is asked for as a file


def confirmed_lately(request: Request) -> bool:
    """Whether a password, a code or a passkey was given in this session in the last ten minutes."""
    records = get_authentication_records(request, request.user)
    return bool(records) and time.time() - records[-1]["at"] < LATELY.total_seconds()


def with_new_key[View: Callable[..., Any]](view: View) -> View:
    """A page on which somebody confirms that it is them: their session goes on under another key, as at signing in."""

    @wraps(view)
    def renewing(request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
        before = len(get_authentication_records(request, request.user))
        answer: HttpResponse = view(request, *args, **kwargs)
        if request.user.is_authenticated and len(get_authentication_records(request, request.user)) > before:
            request.session.cycle_key()
        return answer

    return renewing  # type: ignore[return-value]


def unconfirmed(request: Request, view: Callable[..., Any]) -> HttpResponse | None:
    """The refusal of a view that is marked `confirmed`, or of a list as a file, to who has not confirmed lately."""
    if request.client is not None:
        return None
    if EXPORT in request.GET:
        query = request.GET.copy()
        del query[EXPORT]
        return unconfirmed_file(request, f"{request.path}?{query.urlencode()}" if query else request.path)
    if getattr(view, "needs_confirmation", False) and not confirmed_lately(request):
        return _ask(request, request.get_full_path())
    return None


def unconfirmed_file(request: Request, back: str) -> HttpResponse | None:
    """The refusal of a file of a whole list to who has not confirmed lately; `back` is the page that offers it."""
    return None if confirmed_lately(request) else _ask(request, back, why="file")


def _ask(request: Request, back: str, **why: str) -> HttpResponse:
    message = "Confirm that it is you, in a new tab: what comes next is asked about every ten minutes."
    if errors.wants_json(request):
        return errors.answer(request, 403, "unconfirmed", f"{message} Do it at {reverse('account_reauthenticate')}.")
    if request.method not in errors.SAFE_METHODS:
        message = f"{message} Nothing was done yet. Then send this again."
        return kept_page(request, 403, title="Confirm it is you", message=message, button="Send again", confirm=True)
    return client_redirect(request, leading_back("account_reauthenticate", back, **why))
