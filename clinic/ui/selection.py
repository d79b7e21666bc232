"""What an address, or stored parameters, select from a list: rows in an order, to be shown, exported or changed."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.db.models import QuerySet
from django_filters import FilterSet

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

    `whole` gives one condition for all of them, for lists that are sorted by a column and have too many matches to
    look each of them up.
    """

    stages: Sequence[Stage]
    whole: Callable[[], Sql]


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
    where = Sql(f"{column(queryset.model, 'pk')} = ANY (%s)", (found,)) if len(found) <= CAP else search.whole()
    return Listing(queryset, [Stage(segments_by(queryset, terms, where))], reads=reads)
