"""What an address, or stored parameters, select from a list: rows in an order, to be shown, exported or changed."""

from dataclasses import replace
from typing import Any

import django_filters
from django.db.models import QuerySet
from django_filters import FilterSet

from clinic.lists.reading.grades import Grade
from clinic.lists.reading.index_runs import ALL, IndexRun, Sql
from clinic.lists.reading.listing import Listing
from clinic.lists.reading.ordering import runs_by
from clinic.lists.reading.selection import Search, matching, matching_keys

# Of a filter whose choices are records: an address that was kept may name one that was removed since.
GONE = {"invalid_choice": "What was chosen here is not there any more. Choose another, or Any."}


class SearchFilter(FilterSet):
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

    def runs(self, queryset: QuerySet[Any], terms: list[str], where: Sql = ALL) -> tuple[IndexRun, ...]:
        """The list in the order of `terms`; a filter that is used may give a term another meaning."""
        return runs_by(queryset, terms, where)

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The search comes last, since how many rows are left decides whether those like them belong to the list."""
        return self.by_search(self.narrowed(queryset), "q", self.form.cleaned_data.get("q", ""))


def listing_of(filterset: FilterSet, terms: list[str], *, sorted_by_choice: bool) -> Listing:
    """The list that a valid filterset selects: nearest first in a search, by `terms` where somebody chose an order."""
    if not isinstance(filterset, SearchFilter):
        return Listing(filterset.qs, [Grade(runs_by(filterset.qs, terms))])
    queryset = filterset.narrowed(filterset.queryset)
    search = filterset.searched(filterset.form.cleaned_data.get("q", ""))
    if search is None:
        return Listing(queryset, [Grade(filterset.runs(queryset, terms))])
    if not sorted_by_choice or not search.grades:
        return Listing(queryset, search.grades)
    where, found = matching(queryset, search)
    runs = filterset.runs(queryset, terms, where)
    return Listing(queryset, [Grade(tuple(replace(run, found=found) for run in runs))])
