"""Loading records by SQL of our own, as Django's models with what `select_related` and `annotate` bring along.

All is loaded but the keys that searches go by: they are longer than all the other fields together, and no list shows
them. They are what Django calls deferred: reading one is slow and not wrong.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Any, NamedTuple

from django.db import connections
from django.db.models import DEFERRED, Field, Model, QuerySet
from django.db.models.fetch_modes import FETCH_ONE
from django.db.models.query import get_related_populators

from clinic.lists.reading.index_runs import Sql
from clinic.tenancy.cluster import size_sql

NO_PLACE = Sql()


class Related(NamedTuple):
    """A record that each row leads to: the name of the way, in which column its key is, and what makes it."""

    name: str
    key: int
    populator: Any


class Loader(NamedTuple):
    """How rows become records; `select` and `tables` are SQL, made once, and `params` are those of `select`.

    `fields` takes the model's own fields out of a row that has DEFERRED behind it. `annotated` says in which column an
    annotation is. What several rows lead to, such as their practitioner, is one record that all of them have.
    """

    model: type[Model]
    alias: str
    select: str
    params: Sequence[Any]
    tables: str
    key: str
    fields: Callable[[Sequence[Any]], Sequence[Any]]
    converters: Sequence[tuple[int, Sequence[Callable[..., Any]], Any]]
    related: Sequence[Related]
    annotated: Sequence[tuple[str, int]]

    def records(self, rows: Sequence[Sequence[Any]]) -> list[Any]:
        connection = connections[self.alias]
        records, known = [], tuple((related, dict[Any, Any]()) for related in self.related)
        for row in rows:
            values = list(row)
            for at, converters, expression in self.converters:
                for convert in converters:
                    values[at] = convert(values[at], expression, connection)
            record = self.model.from_db(self.alias, (), self.fields([*values, DEFERRED]))
            for (name, key, populator), others in known:
                if (other := others.get(values[key])) is not None:
                    populator.local_setter(record, other)
                else:
                    populator.populate(values, record)
                    others[values[key]] = getattr(record, name)
            for name, at in self.annotated:
                setattr(record, name, values[at])
            records.append(record)
        return records


def loader_of(queryset: QuerySet[Any]) -> Loader:
    """The loader for records as `queryset` would give them; its filters do not matter."""
    model: Any = queryset.model
    related = queryset.query.select_related
    paths = _paths(related) if isinstance(related, dict) else ()
    return _loader(model, paths, tuple(queryset.query.annotations.items()), queryset.db)


def _paths(related: dict[str, Any]) -> tuple[str, ...]:
    """Every way that `select_related` goes, those that lead further included."""
    behind = (f"{name}__{path}" for name, others in related.items() for path in _paths(others))
    return (*related, *behind)


def _search_keys(model: type[Model], related: Sequence[str]) -> list[str]:
    """What the database works out from other columns, of the model and of those that the paths lead to."""
    found = [field.name for field in model._meta.concrete_fields if field.generated]
    for path in related:
        other: Any = model
        for name in path.split("__"):
            field: Field[Any, Any] = other._meta.get_field(name)
            other = field.related_model
        found += [f"{path}__{field.name}" for field in other._meta.concrete_fields if field.generated]
    return found


@lru_cache(maxsize=1024)
def _loader(
    model: type[Model], related: tuple[str, ...], annotations: tuple[tuple[str, Any], ...], alias: str
) -> Loader:
    whole: QuerySet[Any] = QuerySet(model, using=alias)  # not the manager's: what somebody sees is chosen by then
    queryset = whole.order_by().defer(*_search_keys(model, related))
    queryset = queryset.annotate(**dict(annotations))
    if related:
        queryset = queryset.select_related(*related)
    compiler: Any = queryset.query.get_compiler(using=alias)
    text, params = compiler.as_sql()
    head, _, tables = text.rpartition(" FROM ")  # the last one: an annotation can have its own
    pk: Any = model._meta.pk
    found = compiler.get_converters([column[0] for column in compiler.select])
    return Loader(
        model=model,
        alias=alias,
        select=head.removeprefix("SELECT "),
        params=params,
        tables=tables,
        key=f'"{model._meta.db_table}"."{pk.column}"',
        fields=_fields(model, compiler),
        converters=[(at, converters, expression) for at, (converters, expression) in found.items()],
        related=_related(compiler, alias),
        annotated=tuple(compiler.annotation_col_map.items()),
    )


def _fields(model: type[Model], compiler: Any) -> Callable[[Sequence[Any]], Sequence[Any]]:
    """Reads all fields of the model in their order, so that `from_db` need not look for each name in each record."""
    columns = {compiler.select[at][0].target.attname: at for at in compiler.klass_info["select_fields"]}
    return itemgetter(*(columns.get(field.attname, -1) for field in model._meta.concrete_fields))


def _related(compiler: Any, alias: str) -> list[Related]:
    populators: list[Any] = get_related_populators(compiler.klass_info, compiler.select, alias, FETCH_ONE)
    ways = compiler.klass_info.get("related_klass_infos", ())
    return [
        Related(way["field"].name, populator.cols_start + populator.pk_idx, populator)
        for way, populator in zip(ways, populators, strict=True)
    ]


def chosen_sql(loader: Loader, chosen: Sql, limit: int, place: Sql = NO_PLACE, ends: Sequence[int] = ()) -> Sql:
    """The records of the first `limit` chosen keys, in their order, each with its reason, how many were chosen and how
    many bytes their table has. Before these comes, as JSON and of the rows at `ends` only, what `place` selects: as a
    row, since a function takes a hundred values at most.
    """
    at = ", ".join(map(str, ends))
    placed = f"CASE WHEN h.place IN ({at}) THEN row_to_json(ROW({place.text}))::text END" if ends else "NULL"
    size = size_sql(loader.model._meta.db_table, loader.alias)
    return Sql(
        f"WITH chosen AS MATERIALIZED ({chosen.text}) "
        f"SELECT {loader.select}, {placed}, h.reason, (SELECT count(*) FROM chosen), {size} FROM {loader.tables} "
        f"INNER JOIN (SELECT id, reason, row_number() OVER () AS place FROM chosen LIMIT {limit}) h "
        f"ON h.id = {loader.key} ORDER BY h.place",
        (*chosen.params, *loader.params, *(place.params if ends else ())),
    )
