"""Programs of others that read the OpenAPI document, in an environment of their own: `FOREIGN_TOOLS` names its folder.

`make prove` makes it; where there is none, these tests are not there either.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.test import Client
from pytest_django.plugin import DjangoDbBlocker

from clinic.api.actions import create_api_client
from tests.api.conftest import basic
from tests.postgres import ROOT
from tests.world import World, Writer, own_clinic

TOOLS = Path(os.environ.get("FOREIGN_TOOLS") or ROOT / "var" / "foreign") / "bin"
collect_ignore_glob = [] if (TOOLS / "schemathesis").is_file() else ["test_*.py"]


@pytest.fixture(scope="module")
def practice(server: str, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    """A committed clinic, which the running server sees."""
    with django_db_blocker.unblock(), own_clinic("Lakeside") as world:
        yield world


@pytest.fixture
def program(practice: World, settings) -> SimpleNamespace:
    """A program that may read and write: its id, its secret and a token. Its requests are not counted."""
    settings.API_REQUESTS_PER_MINUTE = 10**9
    client, secret = create_api_client(
        clinic=practice.clinic,
        name=f"Foreign {uuid4().hex[:8]}",
        scopes=("write", "webhooks", "trail:read", "export"),
        by=Writer(),
    )
    header = basic(client.client_id, secret)
    answer = Client().post("/o/token/", {"grant_type": "client_credentials"}, headers={"Authorization": header})
    return SimpleNamespace(id=client.client_id, secret=secret, token=answer.json()["access_token"])
