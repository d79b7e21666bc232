"""What of a list somebody may see: a table and a FilterSet say in `needs` which columns and filters take a permission.

A mark in the cells of a column is named behind it: `name:alert`. Whoever lacks a permission has a list without what
takes it: nothing of it is shown, chosen, sorted or filtered by, or written to a file.
"""

from collections.abc import Iterable
from functools import cache
from typing import Any

from clinic.access import Permission


def needed(declared: Any, names: Iterable[str]) -> set[Permission]:
    """What it takes to see these columns, or to use these filters, beyond what the list itself takes."""
    needs: dict[str, Permission] = getattr(declared, "needs", {})
    return {needs[name] for name in names if name in needs}


def hidden(declared: Any, permissions: frozenset[Permission]) -> list[str]:
    """The names of what somebody of these permissions may not see."""
    needs: dict[str, Permission] = getattr(declared, "needs", {})
    return [name for name, permission in needs.items() if permission not in permissions]


@cache
def permitted_table(table_class: Any, permissions: frozenset[Permission]) -> Any:
    """The table with the columns, and the marks in them, that somebody of these permissions may see."""
    names = hidden(table_class, permissions)
    if not names:
        return table_class
    columns = [name for name in names if ":" not in name]
    shown = [name for name in getattr(table_class, "shown", table_class.base_columns) if name not in columns]
    made: Any = type(table_class.__name__, (table_class,), {**dict.fromkeys(columns), "shown": tuple(shown)})
    for name, _, mark in (each.partition(":") for each in names if ":" in each):
        made.base_columns[name] = made.base_columns[name].without(mark)
    return made


@cache
def permitted_filters(filterset_class: Any, permissions: frozenset[Permission]) -> Any:
    """The filters that somebody of these permissions may use; another one is one that the list does not have."""
    names = hidden(filterset_class, permissions)
    if not names:
        return filterset_class
    made: Any = type(filterset_class.__name__, (filterset_class,), {})
    made.base_filters = {name: each for name, each in filterset_class.base_filters.items() if name not in names}
    return made
