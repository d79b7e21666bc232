"""Tests marked `seals`: in them the trail is sealed, by another role than the one that wrote it.

On a server that is done in the test's transaction, which is rolled back. A worker of a cluster lets no second role
reach what a transaction wrote, so there the test has no transaction around it, and its clinics are committed ones of
its own.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import DEFAULT_DB_ALIAS

from clinic.tenancy.cluster import roles_may_alternate
from tests.world import World, own_clinic

seals = pytest.mark.seals


def commits(request: pytest.FixtureRequest) -> bool:
    """Whether nothing of the test that asks is rolled back."""
    return request.node.get_closest_marker("seals") is not None and not roles_may_alternate(DEFAULT_DB_ALIAS)


@contextmanager
def clinic_of(request: pytest.FixtureRequest, world: World) -> Iterator[World]:
    """The clinic that all tests share, or one in its place."""
    if commits(request):
        with own_clinic(world.clinic.name) as own:
            yield own
    else:
        yield world
