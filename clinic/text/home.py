"""The country whose telephone numbers are written without it: that of the clinic, or else the installation's."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.conf import settings
from phonenumbers import SUPPORTED_REGIONS, country_code_for_region, ndd_prefix_for_region

_country: ContextVar[str] = ContextVar("country", default="")


@contextmanager
def in_country(country: str) -> Iterator[None]:
    """Have numbers read in the block as people in `country` write them; "" is for who has said none."""
    token = _country.set(country if country in SUPPORTED_REGIONS else "")
    try:
        yield
    finally:
        _country.reset(token)


def phone_region() -> str:
    """The region of `phonenumbers` that a number without a country is of."""
    return _country.get() or settings.PHONENUMBER_DEFAULT_REGION


def country_calling_code() -> int:
    """What stands behind the plus of such a number: 44."""
    return country_code_for_region(phone_region())


def trunk_prefix() -> str:
    """What is dialled before such a number within its country: 0, 06, 8; empty where there is nothing."""
    return ndd_prefix_for_region(phone_region(), True) or ""
