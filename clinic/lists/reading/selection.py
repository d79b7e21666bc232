"""How a text is looked for: rows in grades, or as one condition."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from clinic.lists.reading.grades import Grade
from clinic.lists.reading.index_runs import Found, IndexRun, Sql, either
from clinic.lists.reading.listing import CAP, Listing
from clinic.lists.reading.ordering import column


class Grades(Sequence[Grade]):
    """Grades that are made when they are come to: most searches are answered by the first."""

    def __init__(self, grades: Iterator[Grade]) -> None:
        self._made: list[Grade] = []
        self._others = grades

    def __iter__(self) -> Iterator[Grade]:
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
    """How a text is looked for: in `grades`, the nearest matches first.

    `certain` gives one condition for what belongs to the list however much is found, for lists of too many matches to
    look each of them up; `possible` also for what has the words inside, and belongs to the list only where little else
    is found.
    """

    grades: Sequence[Grade]
    certain: Callable[[], Sql]
    possible: Callable[[], Sql]


def matching(queryset: QuerySet[Any], search: Search) -> tuple[Sql, Found | None]:
    """The rows of `queryset` that the list of this search has, as a condition on the columns of its own table.

    And the runs that find them, where these are more than are written into the condition: one for all that can be told
    of a row alone, in place of many that leave each other out, and those for the rest.
    """
    listing, key = Listing(queryset, search.grades), column(queryset.model, "pk")
    keys, runs = listing.keys(CAP + 1)
    if len(keys) <= CAP:
        return Sql(f"{key} = ANY (%s::uuid[])", (keys,)), None
    always = [run for grade in search.grades for run in grade.runs]
    few = [run for run in runs if run not in always]
    if not few:
        return search.certain(), Found(runs, alone=True)
    told = either([*dict.fromkeys(run.told for run in few if run.told is not None), search.certain()])
    apart = [run for run in few if run.told is None]
    if not apart:
        return told, Found((IndexRun(where=told),), alone=True)
    every = listing.keys_sql(found := (IndexRun(where=told), *apart))
    return Sql(f"{key} IN ({every.text})", every.params), Found(found, alone=False)


def matching_keys(queryset: QuerySet[Any], search: Search) -> RawSQL:
    """The same as a query of keys, which any other query can hold whatever it calls its tables."""
    where, _ = matching(queryset, search)
    table = queryset.model._meta.db_table
    return RawSQL(f'SELECT "{table}"."id" FROM "{table}" WHERE {where.text}', where.params)  # noqa: S611
