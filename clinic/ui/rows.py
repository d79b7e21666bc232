"""The rows of a table as HTML: what a declared table's columns make of each record, and nothing else."""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import django_tables2 as tables
from django.utils.html import escape
from django.utils.safestring import SafeString

ROW = '<tr role="row">'
TICK = (
    '<td role="cell" class="tick"><label><input type="checkbox" name="id" value="%s" form="bulk" '
    'aria-label="Tick %s"></label></td>'
)


def label_of(name: str, column: Any) -> str:
    return str(column.verbose_name or name.replace("_", " ").capitalize())


def shown_columns(table_class: type[tables.Table], names: Sequence[str] | None = None) -> dict[str, Any]:
    """The columns of a table by name, or those of `names` in their order."""
    columns: dict[str, Any] = table_class.base_columns
    for name, column in columns.items():
        if column.accessor is None:
            column.accessor = tables.A(name)
    return columns if names is None else {name: columns[name] for name in names}


def paths_read(table_class: type[tables.Table], names: Sequence[str]) -> frozenset[str] | None:
    """What these columns read of a record, as `loader_of` has it; None where one does not say."""
    declared: Any = table_class
    return _paths_read(declared, tuple(names))


@cache
def _paths_read(table_class: Any, names: tuple[str, ...]) -> frozenset[str] | None:
    columns = shown_columns(table_class, names).values()
    if any(column.reads is None for column in columns):
        return None
    return frozenset(path for column in columns for path in (str(column.accessor), *column.reads))


@cache
def _pattern(table_class: Any, names: tuple[str, ...] | None, ticks: bool) -> tuple[str, list[Any]]:
    """A row with `%s` where each cell's content comes, and the columns that give it.

    A cell is labelled for the phone, where a row is a card.
    """
    parts = [ROW, TICK if ticks else ""]
    columns = shown_columns(table_class, names)
    for index, (name, column) in enumerate(columns.items()):
        tag, role = ('th scope="row"', "rowheader") if index == 0 else ("td", "cell")
        css = f' class="{column.css}"' if column.css else ""
        label = escape(label_of(name, column)).replace("%", "%%")
        parts.append(f'<{tag} role="{role}" data-label="{label}"{css}>%s</{tag[:2]}>')
    return "".join([*parts, "</tr>"]), list(columns.values())


def table_rows(
    table_class: type[tables.Table],
    records: Sequence[Any],
    reasons: Sequence[str] = (),
    names: Sequence[str] | None = None,
    *,
    ticks: bool = False,
) -> SafeString:
    """The `<tr>`s of `records`, with `ticks` each with a box to tick.

    A row that is there for a reason which does not show says it in its first cell.
    """
    declared: Any = table_class
    pattern, columns = _pattern(declared, tuple(names) if names is not None else None, ticks)
    keys, names_of, firsts = columns[0].named(records)
    if any(reasons):
        firsts = [
            f'{first} <span class="why">{escape(reason)}</span>' if reason else first
            for first, reason in zip(firsts, reasons, strict=True)
        ]
    cells = [firsts, *[column.cells(records) for column in columns[1:]]]
    rows = zip(keys, names_of, *cells, strict=True) if ticks else zip(*cells, strict=True)
    return SafeString("".join([pattern % row for row in rows]))


def plain_values(table_class: type[tables.Table], names: Sequence[str] | None = None) -> list[Callable[[Any], Any]]:
    """A function for each column that gives a record's value without markup, for files."""
    return [column.plain for column in shown_columns(table_class, names).values()]
