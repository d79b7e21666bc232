"""How one person likes a list: which columns in which order, how dense, how many rows."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import django_tables2 as tables

from clinic.access import Request
from clinic.lists.page.rows import declared

DENSITIES = {"compact": "Compact", "comfortable": "Comfortable"}
PER_PAGE = (10, 25, 50, 100)
DEFAULT_PER_PAGE = 25
NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")


@dataclass(frozen=True)
class Layout:
    """`columns` are names of the table's columns in order, never empty; the first is the link to the record."""

    columns: tuple[str, ...]
    density: str
    per_page: int


class ColumnChoice(NamedTuple):
    """A column as the display menu offers it; the `fixed` one is always shown, and first."""

    name: str
    label: str
    shown: bool
    fixed: bool


def column_choices(table_class: type[tables.Table], shown: Sequence[str]) -> list[ColumnChoice]:
    """Every column, those that are shown first and in their order."""
    columns = declared(table_class)
    link, *_ = columns
    names = [*shown, *(name for name in columns if name not in shown)]
    return [ColumnChoice(name, str(columns[name].header), name in shown, name == link) for name in names]


def preferences(request: Request) -> dict[str, Any]:
    """What the person signed in keeps for this clinic; nothing for an API client."""
    kept: dict[str, Any] = request.membership.preferences if request.membership is not None else {}
    return kept


def default_columns(table_class: type[tables.Table]) -> tuple[str, ...]:
    """The columns that are shown to who chose none: those that the table names as `shown`, else all."""
    return tuple(getattr(table_class, "shown", declared(table_class)))


def known_columns(table_class: type[tables.Table], names: Any) -> tuple[str, ...]:
    """Those of `names` that the table has, each once, in their order, with the link first; the default for none."""
    link, *_ = columns = declared(table_class)
    chosen = [name for name in dict.fromkeys(names) if name in columns and name != link]
    return (link, *chosen) if chosen else default_columns(table_class)


def layout_of(request: Request, key: str, table_class: type[tables.Table]) -> Layout:
    """The layout of the list `key`: as the address has it in `columns`, else as it is kept, else the default.

    A column that the table does not have is left out: a table may lose one that somebody keeps in a view. A table
    whose rows are tall says how many a page has by `default_per_page`.
    """
    kept = preferences(request).get("lists", {}).get(key, {})
    names = request.GET["columns"].split(",") if "columns" in request.GET else kept.get("columns", ())
    density = kept.get("density")
    per_page = kept.get("per_page")
    return Layout(
        columns=known_columns(table_class, names),
        density=density if density in DENSITIES else "compact",
        per_page=per_page if per_page in PER_PAGE else getattr(table_class, "default_per_page", DEFAULT_PER_PAGE),
    )
