"""Ways to read the lists of the clinic with bulk data as the pages do."""

from typing import Any

from django.db.models import QuerySet

from clinic.lists.page.sorting import ordering
from clinic.lists.reading.grades import Grade
from clinic.lists.reading.listing import Listing
from clinic.lists.reading.ordering import runs_by
from clinic.patients.models import Patient
from clinic.patients.search.rules import search_for


def searched(text: str, rows: QuerySet[Any] | None = None) -> Listing:
    """What a search of the list of patients gives."""
    search = search_for(text)
    assert search is not None
    return Listing(Patient.objects.active() if rows is None else rows, search.grades)


def sorted_list(table: Any, sort: str, rows: QuerySet[Any]) -> Listing:
    """A list by one of its columns."""
    return Listing(rows, [Grade(runs_by(rows, ordering(table, sort)))])


def everything(listing: Listing) -> list[Any]:
    return [record for batch in listing.batches() for record in batch]
