"""A secret on its way to the page that shows it once: sealed in the session, and taken from it by that page."""

from base64 import urlsafe_b64encode

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.utils.crypto import salted_hmac

from clinic.access import Request

KEPT_KEY = "links"  # as the release before calls it, which kept links only


def keep_once(request: Request, key: str, secret: str) -> None:
    """Keep a secret that was just made until its page is opened. The session's row has it sealed."""
    sealed = _seal().encrypt(secret.encode()).decode()
    request.session[KEPT_KEY] = {**request.session.get(KEPT_KEY, {}), key: sealed}


def take_once(request: Request, key: str) -> str:
    """The secret that was kept under a key; empty where it was taken before, or made by somebody else."""
    kept = dict(request.session.get(KEPT_KEY, {}))
    sealed = kept.pop(key, "")
    if not sealed:
        return ""
    request.session[KEPT_KEY] = kept
    try:
        return _seal().decrypt(sealed).decode()
    except InvalidToken:  # the server has another secret since, and has forgotten that one
        return ""


def _seal() -> MultiFernet:
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    digests = [salted_hmac("clinic.answer.link", "", secret=key, algorithm="sha256").digest() for key in keys]
    return MultiFernet([Fernet(urlsafe_b64encode(digest)) for digest in digests])
