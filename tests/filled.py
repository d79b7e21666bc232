"""Ways to read the lists of the clinic with bulk data as the pages do."""

from typing import Any

from django.db.models import QuerySet

from clinic.patients.models import Patient
from clinic.patients.search import search_for
from clinic.ui.listing import Listing, Stage
from clinic.ui.ordering import ordering, segments_by


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
