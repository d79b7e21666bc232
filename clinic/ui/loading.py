"""Loading records by SQL of our own, as Django's models with what `select_related` brings along."""

from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple

from django.db import connections
from django.db.models import Model, QuerySet
from django.db.models.fetch_modes import FETCH_ONE
from django.db.models.query import get_related_populators

from clinic.ui.segments import Sql


class Loader(NamedTuple):
    """How rows of one shape become records; `select` and `tables` are SQL, both made once."""

    select: str
    tables: str
    key: str
    klass_info: dict[str, Any]
    columns: Sequence[Any]
    names: Sequence[str]
    converters: dict[int, Any]

    def records(self, alias: str, rows: Sequence[Sequence[Any]]) -> list[Any]:
        """Of each row the columns come first."""
        connection = connections[alias]
        if self.converters:
            rows = [list(row) for row in rows]
            for position, (converters, expression) in self.converters.items():
                for row in rows:
                    for convert in converters:
                        row[position] = convert(row[position], expression, connection)  # type: ignore[index]
        start, end = self.klass_info["select_fields"][0], self.klass_info["select_fields"][-1] + 1
        populators = get_related_populators(self.klass_info, self.columns, alias, FETCH_ONE)
        model: type[Model] = self.klass_info["model"]
        made = []
        for row in rows:
            record = model.from_db(alias, self.names, row[start:end])
            for related in populators:
                related.populate(row, record)
            made.append(record)
        return made


def loader_of(queryset: QuerySet[Any]) -> Loader:
    """The loader for records as `queryset` would give them; its filters do not matter."""
    query = queryset.query
    related = query.select_related
    names = related if isinstance(related, bool) else tuple(sorted(related))
    model: Any = queryset.model
    return _loader(model, names, query.deferred_loading, queryset.db)


@cache
def _loader(
    model: type[Model], related: bool | tuple[str, ...], deferred: tuple[frozenset[str], bool], alias: str
) -> Loader:
    queryset = model._default_manager.using(alias).order_by()
    if related:
        queryset = queryset.select_related(*(related if isinstance(related, tuple) else ()))
    queryset.query.deferred_loading = deferred
    compiler: Any = queryset.query.get_compiler(using=alias)
    text, _ = compiler.as_sql()
    head, _, tables = text.partition(" FROM ")
    start, end = compiler.klass_info["select_fields"][0], compiler.klass_info["select_fields"][-1] + 1
    pk: Any = model._meta.pk
    return Loader(
        select=head.removeprefix("SELECT "),
        tables=tables,
        key=f'"{model._meta.db_table}"."{pk.column}"',
        klass_info=compiler.klass_info,
        columns=compiler.select,
        names=[column[0].target.attname for column in compiler.select[start:end]],
        converters=compiler.get_converters([column[0] for column in compiler.select]),
    )


def chosen_sql(loader: Loader, chosen: Sql, limit: int) -> Sql:
    """The records of the first `limit` chosen keys, in their order, each with its reason and how many were chosen."""
    return Sql(
        f"WITH chosen AS MATERIALIZED ({chosen.text}) "
        f"SELECT {loader.select}, h.reason, (SELECT count(*) FROM chosen) FROM {loader.tables} INNER JOIN "
        f"(SELECT id, reason, row_number() OVER () AS place FROM chosen LIMIT {limit}) h "
        f"ON h.id = {loader.key} ORDER BY h.place",
        chosen.params,
    )
