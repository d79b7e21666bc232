"""What it means to sort a list by a column: the terms of its order, and the segments that give it."""

from collections.abc import Sequence
from itertools import takewhile
from typing import Any

import django_tables2 as tables
from django.db.models import BooleanField, F, Field, Model, QuerySet
from django.db.models.expressions import RawSQL

from clinic.ui.addresses import BadList
from clinic.ui.rows import declared
from clinic.ui.segments import ALL, Segment, Sql, Walk


def ordering(table_class: type[tables.Table], sort: str) -> list[str]:
    """The `order_by` of a sort parameter such as `-name`, ended by the primary key; raises BadList for any other."""
    descending, name = sort.startswith("-"), sort.removeprefix("-")
    column = declared(table_class).get(name)
    if column is None or not column.orderable:
        names = ", ".join(sortable(table_class))
        raise BadList(f"This list cannot be sorted by “{name}”. It can be sorted by: {names}.")
    terms = [str(term) for term in column.order_by]
    if descending:
        terms = [term.removeprefix("-") if term.startswith("-") else f"-{term}" for term in terms]
    return [*terms, "-pk" if terms[0].startswith("-") else "pk"]


def sortable(table_class: type[tables.Table]) -> list[str]:
    """The names of the columns that a list can be sorted by."""
    return [name for name, column in declared(table_class).items() if column.orderable]


def chained(orders: Sequence[Sequence[str]]) -> list[str]:
    """Several orders of `ordering` as one: of those that walk another table only the walk, but of the last all."""
    terms: list[str] = []
    for order in orders[:-1]:
        parts = list(order[:-1])
        while len(parts) > 1 and "__" in parts[0] and "__" not in parts[-2]:
            parts.pop()
        terms += parts
    return [*terms, *orders[-1][:-1], orders[0][-1]]


def segments_by(queryset: QuerySet[Any], terms: Sequence[str], where: Sql = ALL) -> tuple[Segment, ...]:
    """The segments of an order of one direction: what is missing comes last, whichever direction that is.

    Terms that lead over a foreign key, then the key itself, walk the related table in its order. Any other order
    is one whole segment, sorted when it is asked for.
    """
    descending = terms[0].startswith("-")
    names = [term.removeprefix("-") for term in terms]
    if all(term.startswith("-") is descending for term in terms):
        related = list(takewhile(lambda name: "__" in name, names))
        if not related:
            return _plain(queryset.model, names, descending, where)
        key = related[0].partition("__")[0]
        if {name.partition("__")[0] for name in related} == {key} and names[len(related)] == key:
            walk = _walk(queryset.model, key, [name.partition("__")[2] for name in related])
            order = tuple(column(queryset.model, name) for name in names[len(related) + 1 :])
            return (Segment(order=order, where=where, descending=descending, walk=walk),)
    return (Segment(whole=_sorted(queryset, terms, where)),)


def _field(model: type[Model], name: str) -> Any:
    return model._meta.pk if name == "pk" else model._meta.get_field(name)


def column(model: type[Model], name: str) -> str:
    """A field's column as SQL."""
    return f'"{model._meta.db_table}"."{_field(model, name).column}"'


def _plain(model: type[Model], names: Sequence[str], descending: bool, where: Sql) -> tuple[Segment, ...]:
    first: Field[Any, Any] = _field(model, names[0])
    order = [column(model, name) for name in names]
    if any(each.fields == (first.name,) for each in model._meta.total_unique_constraints):
        order = order[:1]
    if not first.null:
        return (Segment(order=tuple(order), where=where, descending=descending),)
    there = Sql(f"{where.text} AND {order[0]} IS NOT NULL", where.params)
    missing = Sql(f"{where.text} AND {order[0]} IS NULL", where.params)
    return (
        Segment(order=tuple(order), where=there, descending=descending),
        Segment(order=tuple(order[1:]), where=missing, descending=descending),
    )


def _walk(model: type[Model], key: str, names: Sequence[str]) -> Walk:
    field = _field(model, key)
    other: type[Model] = field.related_model
    pk: Any = other._meta.pk
    columns = [*(f'"{_field(other, name).column}"' for name in names), f'"{pk.column}"']
    table, own = f'"{other._meta.db_table}"', column(model, key)
    found = [f"(SELECT s.{each} FROM {table} s WHERE s.{columns[-1]} = {own})" for each in columns[:-1]]
    return Walk(
        source=Sql(f"SELECT {', '.join(columns)} FROM {table}"),
        keys=tuple(f"w.{each}" for each in columns),
        bind=f"{own} = w.{columns[-1]}",
        own_keys=(*found, own),
    )


def _sorted(queryset: QuerySet[Any], terms: Sequence[str], where: Sql) -> QuerySet[Any]:
    condition = RawSQL(where.text, where.params, output_field=BooleanField())  # noqa: S611
    order = [
        F(term.removeprefix("-")).desc(nulls_last=True) if term.startswith("-") else F(term).asc(nulls_last=True)
        for term in terms
    ]
    return queryset.filter(condition).order_by(*order)
