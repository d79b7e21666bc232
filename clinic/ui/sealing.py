"""Secrets as they are kept: sealed by the server's key, and opened by an older one too until it is forgotten."""

from base64 import urlsafe_b64encode

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.utils.crypto import salted_hmac


def seal(purpose: str) -> MultiFernet:
    """What seals with SECRET_KEY and opens what one of SECRET_KEY_FALLBACKS sealed, for one purpose only."""
    return MultiFernet([_with(purpose, key) for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)])


def _with(purpose: str, key: str | bytes) -> Fernet:
    return Fernet(urlsafe_b64encode(salted_hmac(purpose, "", secret=key, algorithm="sha256").digest()))
