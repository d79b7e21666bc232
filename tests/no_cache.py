"""A cache that nothing may use: what several processes must know is in the database, not in one of them."""

from typing import Any

from django.core.cache.backends.dummy import DummyCache


class Refusing(DummyCache):
    """The product's own cache keeps nothing, so whoever counts or remembers by it would not notice."""

    def __init__(self, host: str, *args: Any, **options: Any) -> None:
        super().__init__(host, *args, **options)

    def add(self, key: str, *args: Any, **options: Any) -> bool:
        """Of django-allauth only, which would note a used code; `clinic.accounts.factors.codes` does, for all."""
        return key.startswith("allauth.mfa.totp.used") or self._refuse()

    def _refuse(self, *args: Any, **options: Any) -> Any:
        raise AssertionError("Django's cache is used, and every process has one of its own, if any.")

    get = set = touch = delete = has_key = incr = get_many = set_many = delete_many = get_or_set = _refuse
