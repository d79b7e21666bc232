"""Secrets as they are kept: sealed by the server's key, and opened by an older one too until it is forgotten.

What is shown once waits in the session, and is taken from it by the page that shows it.
"""

from base64 import urlsafe_b64encode

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.utils.crypto import salted_hmac

from clinic.access import Request

PURPOSE = "clinic.answer.link"
KEPT_KEY = "links"  # as the release before calls it, which kept links only


def seal(purpose: str) -> MultiFernet:
    """What seals with SECRET_KEY and opens what one of SECRET_KEY_FALLBACKS sealed, for one purpose only."""
    return MultiFernet([_with(purpose, key) for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)])


def _with(purpose: str, key: str | bytes) -> Fernet:
    return Fernet(urlsafe_b64encode(salted_hmac(purpose, "", secret=key, algorithm="sha256").digest()))


def keep_once(request: Request, key: str, secret: str) -> None:
    """Keep a secret that was just made until its page is opened. The session's row has it sealed."""
    sealed = seal(PURPOSE).encrypt(secret.encode()).decode()
    request.session[KEPT_KEY] = {**request.session.get(KEPT_KEY, {}), key: sealed}


def take_once(request: Request, key: str) -> str:
    """The secret that was kept under a key; empty where it was taken before, or made by somebody else."""
    kept = dict(request.session.get(KEPT_KEY, {}))
    sealed = kept.pop(key, "")
    if not sealed:
        return ""
    request.session[KEPT_KEY] = kept
    try:
        return seal(PURPOSE).decrypt(sealed).decode()
    except InvalidToken:  # the server has another secret since, and has forgotten that one
        return ""
