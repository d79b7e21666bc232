"""What an address, or stored parameters, select from a list: rows in an order, to be shown, exported or changed."""

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django_filters import FilterSet

from clinic.ui.listing import CAP, Listing, Stage
from clinic.ui.ordering import column, segments_by
from clinic.ui.segments import Sql


@dataclass(frozen=True)
class Search:
    """How a text is looked for: in `stages`, the nearest matches first.

    `anywhere` is one condition for all of them, for lists that are sorted by a column and have too many matches to
    look each of them up.
    """

    stages: tuple[Stage, ...]
    anywhere: Sql


def listing_of(
    filterset: FilterSet, terms: list[str], *, sorted_by_choice: bool, reads: frozenset[str] | None = None
) -> Listing:
    """The list that a valid filterset selects: in tiers of its search, or by `terms` where somebody chose an order.

    Of its records only `reads` is loaded, see `loader_of`. A filterset with a search of its own has `searched(text)`,
    which gives a Search, or None for an empty text.
    """
    queryset: QuerySet[Any] = filterset.qs
    text = filterset.form.cleaned_data.get("q") or ""
    searched = getattr(filterset, "searched", None)
    search: Search | None = searched(text) if searched else None
    if search is None:
        return Listing(queryset, [Stage(segments_by(queryset, terms))], reads=reads)
    if not sorted_by_choice or not search.stages:
        return Listing(queryset, search.stages, reads=reads)
    found = Listing(queryset, search.stages).keys(CAP + 1)
    where = Sql(f"{column(queryset.model, 'pk')} = ANY (%s)", (found,)) if len(found) <= CAP else search.anywhere
    return Listing(queryset, [Stage(segments_by(queryset, terms, where))], reads=reads)
