"""Secrets of second factors as they are kept: sealed by the server's key, and by an older one until it is forgotten."""

from base64 import urlsafe_b64encode

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.utils.crypto import salted_hmac


def seal() -> MultiFernet:
    """What seals with SECRET_KEY and opens what one of SECRET_KEY_FALLBACKS sealed, too."""
    return MultiFernet([_with(key) for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)])


def _with(key: str | bytes) -> Fernet:
    return Fernet(urlsafe_b64encode(salted_hmac("clinic.factor", "", secret=key, algorithm="sha256").digest()))
