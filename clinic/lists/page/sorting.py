"""What it means to sort a list by a column of its table: the terms of its order."""

from collections.abc import Sequence

import django_tables2 as tables

from clinic.lists.page.rows import declared
from clinic.lists.reading.index_runs import BadList


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
    """Several orders of `ordering` as one.

    An order over a related table is that of its driving table alone, but for the last one.
    """
    terms: list[str] = []
    for order in orders[:-1]:
        parts = list(order[:-1])
        while len(parts) > 1 and "__" in parts[0] and "__" not in parts[-2]:
            parts.pop()
        terms += parts
    return [*terms, *orders[-1][:-1], orders[0][-1]]
