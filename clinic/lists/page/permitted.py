"""What of a list somebody may see: a table and a FilterSet say in `needs` which columns and filters take a permission.

Whoever lacks it has a list without them: nothing of it is shown, chosen, sorted or filtered by, or written to a file.
"""

from functools import cache
from typing import Any

from clinic.access import Permission


def _hidden(declared: Any, permissions: frozenset[Permission]) -> list[str]:
    needs: dict[str, Permission] = getattr(declared, "needs", {})
    return [name for name, needed in needs.items() if needed not in permissions]


@cache
def permitted_table(table_class: Any, permissions: frozenset[Permission]) -> Any:
    """The table with the columns that somebody of these permissions may see."""
    hidden = _hidden(table_class, permissions)
    if not hidden:
        return table_class
    shown = [name for name in getattr(table_class, "shown", table_class.base_columns) if name not in hidden]
    return type(table_class.__name__, (table_class,), {**dict.fromkeys(hidden), "shown": tuple(shown)})


@cache
def permitted_filters(filterset_class: Any, permissions: frozenset[Permission]) -> Any:
    """The filters that somebody of these permissions may use; another one is one that the list does not have."""
    hidden = _hidden(filterset_class, permissions)
    if not hidden:
        return filterset_class
    made: Any = type(filterset_class.__name__, (filterset_class,), {})
    made.base_filters = {name: each for name, each in filterset_class.base_filters.items() if name not in hidden}
    return made
