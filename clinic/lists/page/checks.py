"""System checks: what django-tables2 documents and our lists do differently is refused by name, never left out."""

from collections.abc import Iterator, Sequence
from typing import Any

import django_tables2 as tables
from django.core.checks import CheckMessage, Error, register
from django.urls import get_resolver
from django_tables2.tables import TableOptions

from clinic.lists.page.columns import TextColumn

# Options of a table's Meta that the list decides for itself, each with where that is said instead.
META = {
    "order_by": "the order without a choice is `sort`, where the list is declared",
    "order_by_field": "the parameter of every list is `sort`",
    "page_field": "the parameter of every list is `page`",
    "per_page_field": "the parameter of every list is `per_page`",
    "prefix": "a page has one list",
    "per_page": "how many rows a page has is each reader's choice",
    "empty_text": "what an empty list says is `empty_title` and `empty_text` of its page",
    "show_header": "the head carries the ways to sort",
    "pinned_row_attrs": "a page holds the rows that were asked for and no others",
}
METHODS = {
    "get_top_pinned_data": META["pinned_row_attrs"],
    "get_bottom_pinned_data": META["pinned_row_attrs"],
}
ORDER = "the database sorts, by the fields of `order_by`"
FOOTER = "lists are read page by page and have no foot"
OF_OUR_COLUMNS = {
    "_default": "an empty cell of our columns stays empty",
    "localize": "our columns write numbers and dates as the reader does",
}


@register()
def check_tables(**kwargs: Any) -> list[CheckMessage]:
    _ = get_resolver().url_patterns  # brings along every table that a list has
    return [error for table_class in _own(tables.Table) for error in errors_of(table_class)]


def _own(table_class: Any) -> Iterator[Any]:
    for each in table_class.__subclasses__():
        if each.__module__.startswith("clinic."):
            yield each
        yield from _own(each)


def errors_of(table_class: Any) -> list[CheckMessage]:
    found = [*_of_meta(table_class), *_of_methods(table_class)]
    for name, column in table_class.base_columns.items():
        found += [(f"the column {name}: {what}", why) for what, why in _of_column(column)]
    return [
        Error(f"{table_class.__qualname__} has {what}, which lists do not follow.", hint=f"{why[0].upper()}{why[1:]}.",
              obj=table_class, id="clinic.E001")
        for what, why in found
    ]  # fmt: skip


def _of_meta(table_class: Any) -> Iterator[tuple[str, str]]:
    stock = TableOptions(None, "")
    for name, why in META.items():
        if getattr(table_class._meta, name) != getattr(stock, name):
            yield f"Meta.{name}", why


def _of_methods(table_class: Any) -> Iterator[tuple[str, str]]:
    for name, why in METHODS.items():
        if getattr(table_class, name) is not getattr(tables.Table, name):
            yield f"{name}()", why
    for name in table_class.base_columns:
        if hasattr(table_class, f"order_{name}") and not hasattr(tables.Table, f"order_{name}"):
            yield f"order_{name}()", ORDER


def _of_column(column: Any) -> Sequence[tuple[str, str]]:
    found = [
        (column._footer is not None or hasattr(column, "render_footer"), "a footer", FOOTER),
        (type(column).order is not tables.Column.order, "an order() of its own", ORDER),
        (not column.visible, "visible=False", "columns that are not shown at first are left out of `shown`"),
    ]
    if isinstance(column, TextColumn):
        found += [(getattr(column, name) is not None, name.strip("_"), why) for name, why in OF_OUR_COLUMNS.items()]
    return [(what, why) for there, what, why in found if there]
