"""What an address, or stored parameters, select from a list: rows in an order, to be shown, exported or changed."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import django_filters
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL
from django_filters import FilterSet

from clinic.ui.filters import ListFilter
from clinic.ui.listing import CAP, Listing, Stage
from clinic.ui.ordering import column, segments_by
from clinic.ui.segments import Sql


class Stages(Sequence[Stage]):
    """Stages that are made when they are come to: most searches are answered by the first."""

    def __init__(self, stages: Iterator[Stage]) -> None:
        self._made: list[Stage] = []
        self._others = stages

    def __iter__(self) -> Iterator[Stage]:
        at = 0
        while at < len(self._made) or self._make():
            yield self._made[at]
            at += 1

    def _make(self) -> bool:
        """Whether there was another one to make."""
        made = list(islice(self._others, 1))
        self._made += made
        return bool(made)

    def __bool__(self) -> bool:
        return bool(self._made) or self._make()

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __getitem__(self, at: Any) -> Any:
        return list(self)[at]


@dataclass(frozen=True)
class Search:
    """How a text is looked for: in `stages`, the nearest matches first.

    `certain` gives one condition for what belongs to the list however much is found, for lists of too many matches to
    look each of them up; `possible` also for what has the words inside, and belongs to the list only where little else
    is found.
    """

    stages: Sequence[Stage]
    certain: Callable[[], Sql]
    possible: Callable[[], Sql]


def matching(queryset: QuerySet[Any], search: Search) -> Sql:
    """The rows of `queryset` that the list of this search has, as a condition on the columns of its own table."""
    listing, key = Listing(queryset, search.stages), column(queryset.model, "pk")
    found, few = listing.keys(CAP + 1)
    if len(found) <= CAP:
        return Sql(f"{key} = ANY (%s::uuid[])", (found,))
    if not few:
        return search.certain()
    every = listing.keys_sql()
    return Sql(f"{key} IN ({every.text})", every.params)


def matching_keys(queryset: QuerySet[Any], search: Search) -> RawSQL:
    """The same as a query of keys, which any other query can hold whatever it calls its tables."""
    where = matching(queryset, search)
    table = queryset.model._meta.db_table
    return RawSQL(f'SELECT "{table}"."id" FROM "{table}" WHERE {where.text}', where.params)  # noqa: S608, S611


class SearchFilter(ListFilter):
    """A list's filters with a search box, `q`, that also orders: `searched` says how a text is looked for."""

    q = django_filters.CharFilter(method="by_search", label="Search", max_length=200)

    def searched(self, text: str) -> Search | None:
        raise NotImplementedError

    def by_search(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        search = self.searched(value)
        return queryset if search is None else queryset.filter(pk__in=matching_keys(queryset, search))

    def narrowed(self, queryset: Any) -> Any:
        """The rows that the filters leave of `queryset`, the search apart."""
        for name, value in self.form.cleaned_data.items():
            queryset = queryset if name == "q" else self.filters[name].filter(queryset, value)
        return queryset

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The search comes last, since how many rows are left decides whether those like them belong to the list."""
        return self.by_search(self.narrowed(queryset), "q", self.form.cleaned_data["q"])


def listing_of(filterset: FilterSet, terms: list[str], *, sorted_by_choice: bool) -> Listing:
    """The list that a valid filterset selects: in tiers of its search, or by `terms` where somebody chose an order."""
    if not isinstance(filterset, SearchFilter):
        return Listing(filterset.qs, [Stage(segments_by(filterset.qs, terms))])
    queryset = filterset.narrowed(filterset.queryset)
    search = filterset.searched(filterset.form.cleaned_data["q"])
    if search is None:
        return Listing(queryset, [Stage(segments_by(queryset, terms))])
    if not sorted_by_choice or not search.stages:
        return Listing(queryset, search.stages)
    return Listing(queryset, [Stage(segments_by(queryset, terms, matching(queryset, search)))])
