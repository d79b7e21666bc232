"""Pages of a list for django-tables2's `paginate`, found by the row beside them and not by counting through."""

from functools import cached_property
from typing import Any, NamedTuple
from uuid import UUID

from django.core.paginator import Page, Paginator
from django_tables2.data import TableData
from django_tables2.rows import BoundRows

from clinic.lists.page.rows import Records
from clinic.lists.reading.index_runs import BadList
from clinic.lists.reading.listing import Listing, PageRows


class Listed(TableData):
    """A Listing as a table takes it: in the order that it was made in, read page by page."""

    data: Listing

    def __len__(self) -> int:
        return self.data.count()

    def __iter__(self) -> Any:
        return (record for batch in self.data.batches() for record in batch)

    def __getitem__(self, key: Any) -> Any:
        if isinstance(key, slice):
            start = key.start or 0
            return Records(self.data.at(start, (len(self) if key.stop is None else key.stop) - start).records)
        return self.data.at(key, 1).records[0]

    def order_by(self, aliases: Any) -> None:
        """The listing is in its order already."""


class Place(NamedTuple):
    """Which page: that of a `number`, the last one, or the one beside a row, which has about that number.

    The number of a page beside a row is 0 where it is not known.
    """

    number: int = 1
    last: bool = False
    after: UUID | None = None
    before: UUID | None = None


class SeekPage(Page[Any]):
    """The rows of a page as read: `found` says what is known of the rest. Its number is 0 where that is not known."""

    def __init__(self, found: PageRows, number: int, paginator: "SeekPaginator") -> None:
        table = paginator.object_list.table
        super().__init__(BoundRows(Records(found.records), table), number, paginator)
        self.found = found

    def has_next(self) -> bool:
        return self.found.more

    def has_previous(self) -> bool:
        return self.found.less


class SeekPaginator(Paginator[Any]):
    """Takes the rows of a table of a Listing; `page` takes a Place."""

    object_list: Any

    @cached_property
    def listing(self) -> Listing:
        found: Listing = self.object_list.data.data
        return found

    @cached_property
    def count(self) -> int:
        return self.listing.count()

    def page(self, number: Any) -> SeekPage:
        """Raises BadList where the place is in no list, or behind its last page."""
        return SeekPage(*self._found(number), self)

    def _found(self, place: Place) -> tuple[PageRows, int]:
        listing, size = self.listing, self.per_page
        if not listing.seeks:
            place = Place(place.number, last=place.last or not place.number)
        if place.last:
            found = listing.last(size)
            if not listing.seeks:
                found.total = self.count
            if found.total is None:
                return found, 0
            rows = found.total % size or size  # the others are on the page before
            found.records, found.reasons = found.records[-rows:], found.reasons[-rows:]
            return found, -(-found.total // size)
        if place.after or place.before:
            found = listing.after(place.after, size) if place.after else listing.before(place.before, size)
            return (found, place.number and max(2, place.number)) if found.less else (listing.first(size), 1)
        if place.number == 1:
            return listing.first(size), 1
        found = listing.at((place.number - 1) * size, size)
        if not found.records:
            last = -(-listing.count() // size) or 1
            raise BadList(f"There is no page {place.number}; the last one is {last}.", 404)
        return found, place.number
