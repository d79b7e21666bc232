"""A committed clinic with bulk data, made once a session, and ways to read its lists as the pages do."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db.models import QuerySet
from pytest_django.plugin import DjangoDbBlocker

from clinic.demo.fill import fill_clinic
from clinic.patients.models import Patient
from clinic.patients.search import search_for
from clinic.ui.listing import Listing, Stage
from clinic.ui.ordering import ordering, segments_by
from tests.world import World, Writer, own_clinic

PATIENTS, ASSESSMENTS = 20_000, 30_000


@contextmanager
def filled_world() -> Iterator[World]:
    with own_clinic("Filled") as world:
        fill_clinic(clinic=world.clinic, patients=PATIENTS, assessments=ASSESSMENTS, seed=7, by=Writer())
        yield world


@pytest.fixture(scope="session")
def filled(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    """20,000 patients and 30,000 assessments; tests only read it, or roll back what they write."""
    with django_db_blocker.unblock(), filled_world() as world:
        yield world


def searched(text: str, rows: QuerySet[Any] | None = None) -> Listing:
    """What a search of the list of patients gives."""
    search = search_for(text)
    assert search is not None
    return Listing(Patient.objects.active() if rows is None else rows, search.stages)


def sorted_list(table: Any, sort: str, rows: QuerySet[Any]) -> Listing:
    """A list by one of its columns."""
    return Listing(rows, [Stage(segments_by(rows, ordering(table, sort)))])


def everything(listing: Listing) -> list[Any]:
    return [record for batch in listing.batches() for record in batch]
