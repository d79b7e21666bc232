"""Loading records by SQL of our own, as Django's models with what `select_related` brings along.

Records are put together here instead of by `Model.__init__`, which sets each field by itself and sends two signals:
for 25 patients that took a quarter of the CPU of a list's fragment. No signal is sent, so a model in a list has no
`post_init` of its own. Rows that lead to the same related record share it.

Nor is everything loaded: of a patient's thirty fields the list shows half, and the keys that searches go by are longer
than all the others. What is left out is what Django calls deferred, so reading it is slow and not wrong.
"""

import json
from collections.abc import Callable, Collection, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from django.db import connections
from django.db.models import JSONField, Model, QuerySet
from django.db.models.base import ModelState

from clinic.tenancy.records import ClinicModel, active_clinic
from clinic.ui.segments import Sql

read_json = json.JSONDecoder().raw_decode


class Shape(NamedTuple):
    """Where a record's columns are in a row, and its related ones by the fields that lead to them.

    `converted` names the columns that Django's fields read from what the driver gives.
    """

    model: type[Model]
    in_clinic: bool
    start: int
    end: int
    names: Sequence[str]
    key: int
    related: Sequence[tuple[str, "Shape"]]
    converted: Sequence[tuple[str, Sequence[Callable[..., Any]], Any]]


class Loader(NamedTuple):
    """How rows of one shape become records; `select` and `tables` are SQL, both made once."""

    select: str
    tables: str
    key: str
    shape: Shape

    def records(self, alias: str, rows: Sequence[Sequence[Any]]) -> list[Any]:
        """Of each row the columns come first."""
        return _records(self.shape, rows, connections[alias], active_clinic(alias))


def loaded(model: type[Model], values: dict[str, Any], alias: str, **also: Any) -> Any:
    """A record of the model as it is in the database; `values` are all its attributes, and become its own.

    Its state has `also`, such as the clinic.
    """
    record = model.__new__(model)
    state = values["_state"] = ModelState()
    state.__dict__ = {"adding": False, "db": alias, "fields_cache": {}, **also}
    record.__dict__ = values
    return record


def _records(shape: Shape, rows: Collection[Sequence[Any]], connection: Any, clinic: Any) -> list[Any]:
    model, start, end, names, alias = shape.model, shape.start, shape.end, shape.names, connection.alias
    also = {"clinic": clinic} if shape.in_clinic else {}
    records = [loaded(model, dict(zip(names, row[start:end], strict=True)), alias, **also) for row in rows]
    for name, converters, expression in shape.converted:
        for record in records:
            for convert in converters:
                record.__dict__[name] = convert(record.__dict__[name], expression, connection)
    for name, other in shape.related:
        key = other.key
        leading = {row[key]: row for row in rows if row[key] is not None}
        made = dict(zip(leading, _records(other, leading.values(), connection, clinic), strict=True))
        for record, row in zip(records, rows, strict=True):
            record._state.fields_cache[name] = made.get(row[key])
    return records


def _quick(converters: Sequence[Any], expression: Any) -> tuple[Sequence[Callable[..., Any]], Any]:
    """Converters as they are, but for JSON that needs no decoder of its own: that is read in a third of the time."""
    plain = JSONField.from_db_value
    return [
        _json if getattr(each, "__func__", None) is plain and each.__self__.decoder is None else each
        for each in converters
    ], expression


def _json(value: str | None, expression: Any, connection: Any) -> Any:
    """What the server wrote begins at once and ends where it ends, which is all that `json.loads` would see to."""
    return value if value is None else read_json(value)[0]


def _shape(klass_info: dict[str, Any], compiler: Any, converters: dict[int, Any]) -> Shape:
    """The shape of what Django's compiler selected; only foreign keys are followed."""
    model, chosen = klass_info["model"], klass_info["select_fields"]
    names = [compiler.select[at][0].target.attname for at in chosen]
    related = klass_info.get("related_klass_infos", ())
    return Shape(
        model=model,
        in_clinic=issubclass(model, ClinicModel),
        start=chosen[0],
        end=chosen[-1] + 1,
        names=names,
        key=chosen[names.index(model._meta.pk.attname)],
        related=[(info["field"].name, _shape(info, compiler, converters)) for info in related],
        converted=[(names[at - chosen[0]], *_quick(*converters[at])) for at in chosen if at in converters],
    )


def loader_of(queryset: QuerySet[Any], reads: frozenset[str] | None = None) -> Loader:
    """The loader for records as `queryset` would give them; its filters do not matter.

    With `reads` only what those paths lead to is loaded, such as `user__display_name`: a field, or a property that says
    what it is `made_of`. Where a path leads to anything else, all of that record and those behind it is.
    """
    model: Any = queryset.model
    related = queryset.query.select_related
    return _loader(model, _paths(related) if isinstance(related, dict) else (), reads, queryset.db)


def _paths(related: dict[str, Any]) -> tuple[str, ...]:
    """Every way that `select_related` goes, those that lead further included."""
    behind = (f"{name}__{path}" for name, others in related.items() for path in _paths(others))
    return (*related, *behind)


def _fields_of(model: type[Model], name: str) -> Sequence[str] | None:
    """The fields that reading `name` reads; None where that cannot be told."""
    if any(field.name == name for field in model._meta.concrete_fields):
        return (name,)
    found: Sequence[str] | None = getattr(getattr(getattr(model, name, None), "fget", None), "made_of", None)
    return found


def _unread(model: type[Model], related: Sequence[str], reads: frozenset[str]) -> set[str]:
    """The fields that none of the paths leads to. Keys are always loaded."""
    models: dict[str, Any] = {"": model}
    for path in sorted(related):
        before, _, name = path.rpartition("__")
        models[path] = models[before]._meta.get_field(name).related_model
    needed, whole = set[str](), list[str]()
    for path in reads:
        where, _, name = path.rpartition("__")
        fields = _fields_of(models[where], name) if where in models else None
        needed |= {_joined(where, field) for field in fields or ()}
        if fields is None:
            whole.append(where if where in models else "")
    return {
        _joined(where, field.name)
        for where, found in models.items()
        if not any(where == top or not top or where.startswith(f"{top}__") for top in whole)
        for field in found._meta.concrete_fields
        if not field.primary_key and not field.is_relation and _joined(where, field.name) not in needed
    }


def _joined(where: str, name: str) -> str:
    return f"{where}__{name}" if where else name


@lru_cache(maxsize=1024)
def _loader(model: type[Model], related: tuple[str, ...], reads: frozenset[str] | None, alias: str) -> Loader:
    queryset = model._default_manager.using(alias).order_by()
    if related:
        queryset = queryset.select_related(*related)
    if reads is not None:
        queryset = queryset.defer(*_unread(model, related, reads))
    compiler: Any = queryset.query.get_compiler(using=alias)
    text, _ = compiler.as_sql()
    head, _, tables = text.partition(" FROM ")
    pk: Any = model._meta.pk
    return Loader(
        select=head.removeprefix("SELECT "),
        tables=tables,
        key=f'"{model._meta.db_table}"."{pk.column}"',
        shape=_shape(compiler.klass_info, compiler, compiler.get_converters([column[0] for column in compiler.select])),
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
