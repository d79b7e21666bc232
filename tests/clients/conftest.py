"""The Python client as a program has it, against the running server."""

import sys
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest
from pytest_django.plugin import DjangoDbBlocker

from clinic.api.actions import create_api_client
from tests.postgres import ROOT
from tests.world import World, Writer, own_clinic

PYTHON = ROOT / "clients/python"
sys.path.insert(0, str(PYTHON))


@pytest.fixture(scope="module")
def practice(server: str, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    """A committed clinic, which the running server sees."""
    with django_db_blocker.unblock(), own_clinic("Lakeside") as world:
        yield world


@pytest.fixture
def naps() -> list[float]:
    """How long the client slept each time; it sleeps no moment of it, and its clock goes on by as much."""
    return []


@pytest.fixture
def connected(server: str, practice: World, naps: list[float]) -> Callable[..., Any]:
    """A function that gives a client of the practice."""
    from clinic_client import Clinic

    def made(*scopes: str, **ways: Any) -> Any:
        client, secret = create_api_client(
            clinic=practice.clinic, name=f"Program {uuid4().hex[:8]}", scopes=scopes or ("write",), by=Writer()
        )
        clock = lambda: sum(naps)  # noqa: E731
        return Clinic(server, client.client_id, secret, sleep=naps.append, clock=clock, **ways)

    return made


@pytest.fixture
def clinic(connected: Callable[..., Any]) -> Any:
    return connected()
