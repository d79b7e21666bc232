"""Which accounts a browser is known to: those that signed in there, in a cookie that outlives every session.

It opens nothing. It has guesses from there counted apart from those of strangers, who can then lock nobody out.
"""

import hashlib
import secrets
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponseBase

SALT = "clinic.browser"
KEPT = timedelta(days=400)  # the longest that browsers keep a cookie
MOST = 20  # accounts of one browser, such as a ward's


def know_browser(request: HttpRequest, email: str) -> None:
    """Have the answer to this request tell the browser that somebody has signed in there."""
    request.signed_in_as = email  # type: ignore[attr-defined]


def browser_of(request: HttpRequest, account: str) -> str:
    """The id of the browser where it is known to the account; empty for a stranger's."""
    id, accounts = _read(request)
    return id if _digest(account) in accounts else ""


def remember_browser(request: HttpRequest, response: HttpResponseBase) -> None:
    """Add who has just signed in to what the browser knows."""
    email = getattr(request, "signed_in_as", "")
    if not email:
        return
    id, accounts = _read(request)
    mine = _digest(email.lower())
    known = [mine, *(each for each in accounts if each != mine)][:MOST]
    response.set_cookie(
        settings.BROWSER_COOKIE_NAME,
        signing.dumps([id or secrets.token_hex(16), *known], salt=SALT),
        max_age=KEPT,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _read(request: HttpRequest) -> tuple[str, list[str]]:
    """The browser's id and the digests of its accounts; nothing where the cookie is missing or not ours."""
    try:
        said: Any = signing.loads(request.COOKIES.get(settings.BROWSER_COOKIE_NAME, ""), salt=SALT, max_age=KEPT)
    except signing.BadSignature:
        return "", []
    return said[0], said[1:]


def _digest(account: str) -> str:
    """What stands for an account, so that who reads a browser's cookies learns no address."""
    return hashlib.sha256(f"{SALT} {account}".encode("utf-8", "replace")).hexdigest()[:32]
