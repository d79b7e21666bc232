"""How far the index of an order is walked for the rows that filters leave, before these are sorted instead.

A walk passes as many rows for each that it finds as there are in all for each that the filters leave, if the order and
the filters have nothing to do with each other. How many that is, the planner says from its statistics of the tables; of
a search it says so of the runs that found them. Where the walk is expected to cost more than to fetch and sort all
that the filters leave, nothing is walked; otherwise a walk may pass some times what is expected, and no more than costs
twice the sort.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from django.db.models import Model, Q, QuerySet
from django.db.models.expressions import Col
from django.db.models.lookups import IsNull, Lookup

from clinic.lists.reading.index_runs import ALL, IndexRun, Rows, Sql, every_sql

DEAR = 3  # a row that is walked to costs as much as so many that a filter's index gives, to be sorted
OF_SEARCH = 20  # and as so many of a search: indexes give those without the rows, and the walk asks each for every rule
SLACK = 3  # so many times what a walk is expected to pass it may pass


class Bound(NamedTuple):
    """How many rows the index of an order is walked at most, and what holds there; 0 where rows are sorted at once."""

    rows: int
    near: Sql


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


def estimate_sql(rows: Rows, runs: Sequence[IndexRun], nears: Sequence[Sql]) -> Sql:
    """Ask the planner for two numbers of each run: how many rows it has, and how many its index walks by."""
    parts = list[Sql]()
    for run, near in zip(runs, nears, strict=True):
        held, found = run.condition, run.found and every_sql(rows, run.found.runs)
        every = Sql(f"{rows.body.text} {held.text}", (*rows.body.params, *held.params))
        parts.append(every if found is None else Sql(f" FROM ({found.text}) found", found.params))
        parts.append(Sql(f" FROM {table_of(run)} WHERE {near.text}", near.params))
    counts = ", ".join(f"(SELECT count(*){part.text})" for part in parts)
    return Sql(f"EXPLAIN (FORMAT JSON) SELECT {counts}", tuple(param for part in parts for param in part.params))


def estimates_of(explained: dict[str, Any]) -> Iterator[tuple[float, float]]:
    """The numbers of the answer: each count is a part of its own, which begins with what it counts."""
    parts = [part["Plans"] for part in explained["Plans"]]
    numbers = [next(each["Plan Rows"] for each in part if each["Parent Relationship"] == "Outer") for part in parts]
    return zip(numbers[::2], numbers[1::2], strict=True)


def most_walked(run: IndexRun, estimate: tuple[float, float], limit: int) -> int | None:
    """How far the run's index is walked at most for `limit` rows; 0 where sorting is expected to cost less.

    None where nothing bounds it: a run that a table drives is many walks.
    """
    found, walked = estimate
    expected, most = limit * walked / max(found, 1), found / (DEAR if run.found is None else OF_SEARCH)
    if expected > most:
        return 0
    return None if run.driving is not None else int(min(SLACK * expected, 2 * most))


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
