"""What the templates of a list show of its table and of its filters."""

from typing import Any

from django import template
from django.utils.safestring import SafeString
from django_tables2 import Table
from django_tables2.utils import AttributeDict

from clinic.lists.page import rows

register = template.Library()


@register.simple_tag
def table_parts(table: Table, page: Any) -> rows.Parts:
    """A table's headers and rows, each row with its box to tick where the list has work for many of them."""
    return rows.table_parts(table, page.sort_stem, page.reasons, ticks=bool(page.bulk_actions))


@register.simple_tag
def sorted_by(headings: list[rows.Heading], page: Any) -> str:
    """What the menu of orders is called: the order that the list is in."""
    for heading in headings:
        if heading.direction:
            return f"Sorted by {heading.label}, {heading.direction}"
    return "Nearest matches first" if page.nearest_first else "Sort"


@register.simple_tag
def table_attributes(table: Table, page: Any) -> SafeString:
    """What the table's tag says: its own attributes, and the classes of every list."""
    compact = "compact" if page.layout.density == "compact" else ""
    classes = ["table-list", "cards", compact, table.attrs.get("class", "")]
    found: SafeString = AttributeDict({**table.attrs, "class": " ".join(filter(None, classes))}).as_html()
    return found
