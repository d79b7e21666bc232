"""The runs that give a list in the order of some terms, such as those of a column."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import takewhile
from typing import Any

from django.db.models import BooleanField, F, Field, Model, QuerySet
from django.db.models.expressions import RawSQL

from clinic.lists.reading.index_runs import ALL, DrivingTable, IndexRun, Sql


def runs_by(queryset: QuerySet[Any], terms: Sequence[str], where: Sql = ALL) -> tuple[IndexRun, ...]:
    """The index runs of an order of one direction: rows without a value come last, whichever direction that is.

    Terms that lead over a foreign key, and then the key itself, make the related table the driving one. PostgreSQL
    sorts any other order when it is asked for: that is one run of a query.
    """
    descending = terms[0].startswith("-")
    names = [term.removeprefix("-") for term in terms]
    if all(term.startswith("-") is descending for term in terms):
        related = list(takewhile(lambda name: "__" in name, names))
        if not any("__" in name for name in names):
            return _plain(queryset.model, names, descending, where)
        key = names[0].partition("__")[0]
        if related and {name.partition("__")[0] for name in related} == {key} and names[len(related)] == key:
            driving = _driving_table(queryset.model, key, [name.partition("__")[2] for name in related])
            order = tuple(column(queryset.model, name) for name in names[len(related) + 1 :])
            return _driven(queryset.model, key, IndexRun(order, where, descending, by_column=True, driving=driving))
    return (sorted_run(queryset, terms, where),)


def _driven(model: type[Model], key: str, run: IndexRun) -> tuple[IndexRun, ...]:
    """The rows by the table that their key leads to, and behind them those whose key leads nowhere."""
    if not _field(model, key).null:
        return (run,)
    own = column(model, key)
    there, missing = Sql(f"{own} IS NOT NULL"), Sql(f"{own} IS NULL")
    return (replace(run, within=there), replace(run, within=missing, driving=None))


def _field(model: type[Model], name: str) -> Any:
    return model._meta.pk if name == "pk" else model._meta.get_field(name)


def column(model: type[Model], name: str) -> str:
    """A field's column as SQL."""
    return f'"{model._meta.db_table}"."{_field(model, name).column}"'


def _plain(model: type[Model], names: Sequence[str], descending: bool, where: Sql) -> tuple[IndexRun, ...]:
    first: Field[Any, Any] = _field(model, names[0])
    order = [column(model, name) for name in names]
    if any(each.fields == (first.name,) for each in model._meta.total_unique_constraints):
        order = order[:1]
    if not first.null:
        return (IndexRun(order=tuple(order), where=where, descending=descending, by_column=True),)
    there, missing = Sql(f"{order[0]} IS NOT NULL"), Sql(f"{order[0]} IS NULL")
    return (
        IndexRun(order=tuple(order), where=where, within=there, descending=descending, by_column=True),
        IndexRun(order=tuple(order[1:]), where=where, within=missing, descending=descending, by_column=True),
    )


def _driving_table(model: type[Model], key: str, names: Sequence[str]) -> DrivingTable:
    field = _field(model, key)
    other: type[Model] = field.related_model
    pk: Any = other._meta.pk
    columns = [*(f'"{_field(other, name).column}"' for name in names), f'"{pk.column}"']
    table, own = f'"{other._meta.db_table}"', column(model, key)
    found = [f"(SELECT s.{each} FROM {table} s WHERE s.{columns[-1]} = {own})" for each in columns[:-1]]
    return DrivingTable(
        source=Sql(f"SELECT {', '.join(columns)} FROM {table}"),
        keys=tuple(f"w.{each}" for each in columns),
        bind=f"{own} = w.{columns[-1]}",
        own_keys=(*found, own),
    )


def sorted_run(queryset: QuerySet[Any], terms: Sequence[str], where: Sql = ALL) -> IndexRun:
    """The rows as PostgreSQL sorts them by the terms, which may be annotations; those without a value come last."""
    condition = RawSQL(where.text, where.params, output_field=BooleanField())  # noqa: S611
    order = [
        F(term.removeprefix("-")).desc(nulls_last=True) if term.startswith("-") else F(term).asc(nulls_last=True)
        for term in terms
    ]
    return IndexRun(sorted_query=queryset.filter(condition).order_by(*order))
