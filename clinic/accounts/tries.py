"""Count wrong passwords and dates of birth, and nothing else: what could not be checked counts against nobody.

A try is counted before it is checked, so that many at once are as many, and given back unless it was found wrong.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.core.internal import ratelimit
from django.http import HttpResponseBase

from clinic.access import Request


class TooManyTries(Exception):
    """There were too many wrong tries, and this one was not looked at."""


class Try:
    """One try; whoever checked it says whether it was wrong."""

    wrong = False


@contextmanager
def trying(request: Request, action: str) -> Iterator[Try]:
    """Count a try under an action of `ACCOUNT_RATE_LIMITS`; raises TooManyTries."""
    usage = ratelimit.consume(request, app="allauth.account", action=action)
    if usage is None:
        raise TooManyTries
    attempt = Try()
    try:
        yield attempt
    finally:
        if not attempt.wrong:
            usage.rollback()


def counting_sign_ins(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """The page of signing in, with the limit of one address; that of one person is the adapter's."""

    @wraps(view)
    def counted(request: Request, *args: Any, **options: Any) -> HttpResponseBase:
        try:
            with trying(request, "sign_in") as attempt:
                response = view(request, *args, **options)
                attempt.wrong = response.status_code == 200
        except TooManyTries:
            return ratelimit.respond_429(request)  # type: ignore[no-any-return]
        return response

    return counted


def is_password(request: Request, password: str) -> bool:
    """Whether whoever is signed in has this password. Tries count as sign-ins; too many raise ValidationError."""
    adapter: Any = get_adapter(request)
    user: Any = request.user
    found = adapter.authenticate(request, email=user.email, password=password)
    return found is not None and found.pk == user.pk
