"""Loading records by SQL of our own, as Django's models with what `select_related` brings along.

Records are put together here instead of by `Model.__init__`, which sets each field by itself and sends two signals:
for 25 patients that took a quarter of the CPU of a list's fragment. No signal is sent, so a model in a list has no
`post_init` of its own. Rows that lead to the same related record share it.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple

from django.db import connections
from django.db.models import Model, QuerySet
from django.db.models.base import ModelState

from clinic.tenancy.records import ClinicModel, active_clinic
from clinic.ui.segments import Sql


class Shape(NamedTuple):
    """Where a record's columns are in a row, and its related ones by the fields that lead to them."""

    model: type[Model]
    start: int
    end: int
    names: Sequence[str]
    key: int
    related: Sequence[tuple[str, "Shape"]]


class Loader(NamedTuple):
    """How rows of one shape become records; `select` and `tables` are SQL, both made once."""

    select: str
    tables: str
    key: str
    shape: Shape
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
        clinic = active_clinic(alias)
        known: dict[Any, Any] = {}
        return [_record(self.shape, row, alias, clinic, known) for row in rows]


def _record(shape: Shape, row: Sequence[Any], alias: str, clinic: Any, known: dict[Any, Any]) -> Any:
    record = shape.model.__new__(shape.model)
    state = record._state = ModelState()
    state.adding, state.db = False, alias
    if issubclass(shape.model, ClinicModel):
        state.clinic = clinic  # type: ignore[attr-defined]
    record.__dict__.update(zip(shape.names, row[shape.start : shape.end], strict=True))
    for name, other in shape.related:
        key = row[other.key]
        if key is None:
            state.fields_cache[name] = None
            continue
        if (related := known.get((id(other), key))) is None:
            related = known[id(other), key] = _record(other, row, alias, clinic, known)
        state.fields_cache[name] = related
    return record


def _shape(klass_info: dict[str, Any], columns: Sequence[Any]) -> Shape:
    """The shape of what Django's compiler selected; only foreign keys are followed."""
    model, chosen = klass_info["model"], klass_info["select_fields"]
    names = [columns[at][0].target.attname for at in chosen]
    related = [(info["field"].name, _shape(info, columns)) for info in klass_info.get("related_klass_infos", ())]
    return Shape(model, chosen[0], chosen[-1] + 1, names, chosen[names.index(model._meta.pk.attname)], related)


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
    pk: Any = model._meta.pk
    return Loader(
        select=head.removeprefix("SELECT "),
        tables=tables,
        key=f'"{model._meta.db_table}"."{pk.column}"',
        shape=_shape(compiler.klass_info, compiler.select),
        converters=compiler.get_converters([column[0] for column in compiler.select]),
    )


def chosen_sql(loader: Loader, chosen: Sql, limit: int) -> Sql:
    """The records of the first `limit` chosen keys, in their order, each with its reason, how many were chosen and how
    many bytes their table has.
    """
    size = f"(SELECT pg_relation_size('\"{loader.shape.model._meta.db_table}\"'))"
    return Sql(
        f"WITH chosen AS MATERIALIZED ({chosen.text}) "
        f"SELECT {loader.select}, h.reason, (SELECT count(*) FROM chosen), {size} FROM {loader.tables} INNER JOIN "
        f"(SELECT id, reason, row_number() OVER () AS place FROM chosen LIMIT {limit}) h "
        f"ON h.id = {loader.key} ORDER BY h.place",
        chosen.params,
    )
