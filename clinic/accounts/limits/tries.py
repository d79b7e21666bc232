"""Count wrong passwords, codes and dates of birth, and nothing else: what could not be checked counts against nobody.

A try is counted before it is checked, so that many at once are as many, and given back unless it was found wrong.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import structlog
from allauth.account.adapter import get_adapter
from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, HttpResponseBase

from clinic.access import Request
from clinic.accounts.limits.browsers import browser_of, remember_browser
from clinic.accounts.limits.counters import Counted, Limit, TooMany, count, give_back
from clinic.accounts.limits.declared import SIGN_INS
from clinic.ui.addresses import counted_address

log = structlog.get_logger("clinic.accounts")
LOOKED_AT = (200, 422)  # how a form is answered that was not accepted


class Try:
    """One try; whoever checked it says whether it was wrong."""

    wrong = False


@contextmanager
def trying(request: HttpRequest, *limits: tuple[Limit, str]) -> Iterator[Try]:
    """Count a try under each limit with its subject; raises TooMany where it may not be looked at.

    The answer to a request for which this was raised is 429 with Retry-After, see `limited`.
    """
    counted = count_each(request, *limits)
    attempt = Try()
    try:
        yield attempt
    finally:
        if not attempt.wrong:
            _give_back(counted)


def count_each(request: HttpRequest, *limits: tuple[Limit, str]) -> list[Counted]:
    """Count one under each limit or, where there were too many under one, under none; raises TooMany then.

    An outage in the middle counts under none either.
    """
    counted: list[Counted] = []
    try:
        for limit, subject in limits:
            counted.append(count(limit, subject))
    except Exception as error:
        _give_back(counted)
        if isinstance(error, TooMany):
            request.retry_after = error.seconds  # type: ignore[attr-defined]
        raise
    return counted


def _give_back(counted: Iterable[Counted]) -> None:
    """Where the database is away they stay counted until their window ends: the right try was right all the same."""
    try:
        for each in counted:
            give_back(each)
    except (DatabaseError, InterfaceError):
        log.warning("try_not_given_back", exc_info=True)


def is_password(request: HttpRequest, password: str) -> bool:
    """Whether whoever is signed in has this password; too many tries raise ValidationError. In no clinic's scope."""
    adapter: Any = get_adapter(request)
    return bool(adapter.reauthenticate(request.user, password))


def by_account(request: HttpRequest, limits: Iterable[Limit], email: str) -> list[tuple[Limit, str]]:
    """The limits of guesses about an account: of a browser that is known to it by itself, else of all strangers'.

    So strangers lock nobody out of a browser in which they have signed in before. Who has the account is not asked.
    """
    account = email.strip().lower()
    if browser := browser_of(request, account):
        return [(limit, f"{browser} {account}") for limit in limits]
    return [*((limit, account) for limit in limits), (SIGN_INS, counted_address(request))]


def by_address(request: HttpRequest, limit: Limit) -> tuple[Limit, str]:
    return limit, counted_address(request)


def wait_text(seconds: int) -> str:
    """“4 minutes”, for who has to wait."""
    if seconds > 2 * 60 * 60:
        return f"{-(-seconds // 3600)} hours"
    return f"{-(-seconds // 60)} minutes" if seconds > 60 else "one minute"


def limited(get_response: Callable[[Request], HttpResponseBase]) -> Callable[[Request], HttpResponseBase]:
    """Middleware: say to whoever tried too often when to come back, and let a browser know its accounts again."""

    def middleware(request: Request) -> HttpResponseBase:
        response = get_response(request)
        if seconds := getattr(request, "retry_after", 0):
            response["Retry-After"] = str(seconds)
            if response.status_code in LOOKED_AT:
                response.status_code = 429
        remember_browser(request, response)
        return response

    return middleware
