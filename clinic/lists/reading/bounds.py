"""How far the index of an order is walked for the rows that filters leave, before these are sorted instead.

A walk passes as many rows for each that it finds as there are in all for each that the filters leave, if the order and
the filters have nothing to do with each other. How many that is, and what the walk and the sort then cost, the planner
says from its statistics of the tables: whether the order's index has the columns that the filters ask for, what joins
and searches add to a row, and what has to be read to find those who are sorted. Where the walk is expected to cost more
than the sort, nothing is walked; otherwise a walk may pass as many times what is expected as the sort costs more than
it, and some more where the two cost nearly the same. Most walks in vain end in their first part (`walking.PROBED`); one
that goes on costs as much as the sort, or twice that.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import batched
from typing import Any, NamedTuple

from django.db.models import Model, Q, QuerySet
from django.db.models.expressions import Col
from django.db.models.lookups import IsNull, Lookup

from clinic.lists.reading.index_runs import ALL, IndexRun, Rows, Sql

# A walk costs so many times what the planner expects, who has neighbours of an order share pages that are read once;
# and so many times for a search, whose every rule is asked of each row, while indexes give what is found without rows.
DEAR, OF_SEARCH = 6, 25
# What the planner expects of a walk that takes some five milliseconds. To the first thousand of a million who are women
# from 18 to 39 with 12 points or more on the PHQ-9 it was four fifths of the time of their list.
LONG_WALK = 3000
SLACK = 3  # so many times what is expected a walk may pass where that costs no more than twice the sort; no search's


class Bound(NamedTuple):
    """How many rows the index of an order is walked at most, and what holds there; 0 where rows are sorted at once."""

    rows: int
    near: Sql


class Estimate(NamedTuple):
    """What the planner expects of a run: how many rows the filters leave, what it costs to have them all for a sort and
    what to walk to the first of them, and how many rows the index of the order walks by in all.
    """

    found: float
    sorting: float
    walking: float
    rows: float


def near_to(rows: Rows, run: IndexRun) -> Sql | None:
    """What the index of the run's order answers, as a condition; None where the filters say no more than that."""
    if not run.by_column:
        return None
    queryset, alias = rows.queryset, table_of(run).strip('"')
    where, names = queryset.query.where, tuple(term.rpartition(".")[2].strip('"') for term in run.order)
    answered, carried = indexed(_model_of(queryset, alias), names)
    children = where.children if where.connector == "AND" else []
    near = [each for each in children if _is_near(each, alias, carried if isinstance(each, IsNull) else answered)]
    if run.where is ALL and len(near) == len(where.children):
        return None
    compiler = queryset.query.get_compiler(using=queryset.db)
    parts = [run.within, *(Sql(text, tuple(params)) for text, params in map(compiler.compile, near))]
    return Sql(" AND ".join(part.text for part in parts), tuple(param for part in parts for param in part.params))


def estimates_of(explained: dict[str, Any], limit: int) -> list[Estimate]:
    """The estimates of an answer: each part is a count of its own, which begins with what it counts.

    To walk to the first rows costs a share of the whole walk, by all that is found; or as much as a sort, where
    PostgreSQL would rather sort.
    """
    parts = [part["Plans"] for part in explained["Plans"]]
    counted = [next(each for each in part if each["Parent Relationship"] == "Outer") for part in parts]
    estimates = list[Estimate]()
    for every, first, near in batched(counted, 3):
        found, whole = max(every["Plan Rows"], 1), first.get("Plans", [first])[0]["Total Cost"]
        walking = max(first["Total Cost"], whole * limit / found)
        estimates.append(Estimate(found, every["Total Cost"], walking, near["Plan Rows"]))
    return estimates


def most_walked(run: IndexRun, estimate: Estimate, limit: int) -> int | None:
    """How far the run's index is walked at most for `limit` rows; 0 where sorting is expected to cost less.

    None where nothing bounds it: a run that a table drives is many walks.
    """
    dear = estimate.walking * (DEAR if run.found is None else OF_SEARCH)
    if estimate.found < limit or estimate.sorting < dear:
        return 0
    times = estimate.sorting / dear
    if run.found is None:
        times = max(times, min(2 * times, SLACK))
    return None if run.driving is not None else int(times * limit * estimate.rows / estimate.found)


def is_long(run: IndexRun, estimate: Estimate, limit: int) -> bool:
    """Whether `limit` rows are walked to, and through many others."""
    return estimate.walking > LONG_WALK and most_walked(run, estimate, limit) != 0


def table_of(run: IndexRun) -> str:
    return run.order[0].partition(".")[0]


def _model_of(queryset: QuerySet[Any], alias: str) -> type[Model]:
    joined = queryset.query.alias_map.get(alias)
    field = getattr(joined, "join_field", None)
    found: type[Model] = field.related_model if field is not None else queryset.model
    return found


def _is_near(child: Any, alias: str, columns: frozenset[str]) -> bool:
    lhs = child.lhs if isinstance(child, Lookup) else None
    return isinstance(lhs, Col) and lhs.alias == alias and lhs.target.column in columns


@lru_cache(maxsize=256)
def indexed(model: type[Model], order: tuple[str, ...]) -> tuple[frozenset[str], frozenset[str]]:
    """The columns of an order, and those that an index of it has beside them or is made for; and with what such an
    index only carries, by which those without a value are told, who are nearly all: few are archived.
    """
    found, carried = set(order), set[str]()
    for index in (*model._meta.indexes, *model._meta.constraints):
        fields = [name.removeprefix("-") for name in getattr(index, "fields", ())]
        columns = tuple(_column(model, name) for name in fields)
        places = range(len(columns) - len(order) + 1)
        if columns and (columns[0] == order[0] or any(columns[at : at + len(order)] == order for at in places)):
            found |= {*columns, *(_column(model, name) for name in _names(index.condition))}
            carried |= {_column(model, name) for name in index.include}
    return frozenset(found), frozenset(found | carried)


def _names(condition: Q | None) -> Iterator[str]:
    """The fields of a condition."""
    children: Sequence[Any] = condition.children if condition is not None else ()
    for child in children:
        if isinstance(child, Q):
            yield from _names(child)
        elif isinstance(child, tuple):
            yield child[0].partition("__")[0]


def _column(model: type[Model], name: str) -> str:
    field: Any = model._meta.get_field(name)
    return str(field.column)
