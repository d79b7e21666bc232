"""How long it takes to be refused, as somebody with an account and as nobody.

`make prove` runs it by its name: a time that is asserted has no place in `make test`.
"""

import statistics
import time
from base64 import b64encode
from collections.abc import Callable
from itertools import count
from uuid import uuid4

import pytest
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.test import Client

from clinic.accounts.models import User
from tests.api.conftest import Credentials
from tests.api.conftest import credentials as credentials
from tests.sizes import times

MOST = 5.0  # milliseconds between the medians
numbers = count()


@pytest.fixture
def hashers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "PASSWORD_HASHERS", ["django.contrib.auth.hashers.Argon2PasswordHasher"])


def milliseconds(path: str, form: dict[str, str], **headers: str) -> float:
    """Of a request from an address of its own, so that none is refused for being one of many."""
    number = next(numbers)
    client = Client(REMOTE_ADDR=f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}", headers=headers)
    began = time.perf_counter()
    answer = client.post(path, form)
    taken = (time.perf_counter() - began) * 1000
    assert answer.status_code in (200, 302, 401)
    return taken


def difference(pairs: list[tuple[str, str]], ask: Callable[[str], float]) -> float:
    """Between the medians of the known and of the unknown; each comes first in every second pair."""
    known, unknown = [], []
    for number, (one, other) in enumerate(pairs):
        if number % 2:
            unknown.append(ask(other))
        known.append(ask(one))
        if not number % 2:
            unknown.append(ask(other))
    assert len(known) == len(unknown) > 0
    return abs(statistics.median(known) - statistics.median(unknown))


def emails(hashed: str) -> list[tuple[str, str]]:
    """Addresses in pairs, of somebody and of nobody, alike in everything else."""
    pairs = [(f"{uuid4().hex}@known.test", f"{uuid4().hex}@none1.test") for _ in range(times(20))]
    User.objects.bulk_create(User(email=known, name="Somebody", password=hashed) for known, _ in pairs)
    return pairs


def test_wrong_password_takes_as_long_for_nobody(db: None, hashers: None) -> None:
    pairs = emails(make_password("a right passphrase"))
    form = {"password": "a wrong passphrase"}
    assert difference(pairs, lambda email: milliseconds("/accounts/login/", {**form, "login": email})) < MOST


def test_forgotten_password_takes_as_long_for_nobody(db: None, hashers: None) -> None:
    pairs = emails(make_password("a right passphrase"))
    assert difference(pairs, lambda email: milliseconds("/accounts/password/reset/", {"email": email})) < MOST


def test_wrong_secret_takes_as_long_for_no_program(db: None, credentials: Credentials) -> None:
    known = credentials["Riverside", True][0]
    pairs = [(known, uuid4().hex + uuid4().hex[:8]) for _ in range(times(20))]
    form = {"grant_type": "client_credentials"}

    def ask(id: str) -> float:
        header = "Basic " + b64encode(f"{id}:wrong".encode()).decode()
        return milliseconds("/o/token/", form, Authorization=header)

    assert difference(pairs, ask) < MOST
