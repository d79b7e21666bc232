"""The rows of a table as HTML or as values for files, written column by column.

A Table of django-tables2 says what there is: columns, their order, their attributes. Its own way to a cell takes fifty
times as long as our columns' `cells`, so those are asked where nothing that the table says stands against it; any
other column, and a `render_<name>` of the table, are asked for each cell as django-tables2 documents.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import cache, lru_cache
from typing import Any, NamedTuple

import django_tables2 as tables
from django.utils.formats import localize
from django.utils.html import conditional_escape, escape
from django.utils.safestring import SafeString
from django_tables2.columns.base import BoundColumn
from django_tables2.data import TableData
from django_tables2.rows import BoundRow
from django_tables2.utils import AttributeDict

from clinic.lists.page.columns import TextColumn, escaped

TICK = (
    '<td role="cell" class="tick"><label><input type="checkbox" name="id" value="%s" form="bulk" '
    'aria-label="Tick %s"></label></td>'
)


class Records(TableData):
    """Records as a table takes them, in the order they come in."""

    def __len__(self) -> int:
        return len(self.data)

    def order_by(self, aliases: Any) -> None:
        """Whoever read the records knew the order."""


def declared(table_class: type[tables.Table]) -> dict[str, BoundColumn]:
    """The columns that a table has by its declaration, by name and in its order."""
    found: Any = table_class
    return _declared(found)


@cache
def _declared(table_class: Any) -> dict[str, BoundColumn]:
    return {column.name: column for column in table_class(Records([])).columns.itervisible()}


def table_of(
    table_class: type[tables.Table], data: TableData, names: Sequence[str] | None = None, **kwargs: Any
) -> tables.Table:
    """A table with the columns of `names` in that order, or with all that it declares."""
    if names is None:
        return table_class(data, **kwargs)
    others = [name for name in table_class.base_columns if name not in names]
    return table_class(data, sequence=names, exclude=others, **kwargs)


def is_method_of_ours(method: Callable[..., Any], ours: Callable[..., Any]) -> bool:
    """Whether a bound column's `render` or `value` is the one of our columns, which write all cells at once."""
    return getattr(method, "__func__", None) is ours


class Heading(NamedTuple):
    """A column's header, escaped; `sort_url` is empty where nobody can sort by it, `direction` where nobody does."""

    name: SafeString
    label: SafeString
    attributes: SafeString
    sort_url: SafeString
    direction: SafeString


class Shown(NamedTuple):
    """A column with its header, and the attributes of its cells as django-tables2 works them out once for all rows."""

    column: BoundColumn
    heading: Heading
    attributes: str


class Parts(NamedTuple):
    """What a list's template shows of a table: the columns' headers, and the `<tr>`s of the rows."""

    headings: list[Heading]
    rows: SafeString


def table_parts(table: tables.Table, stem: str = "", reasons: Sequence[str] = (), *, ticks: bool = False) -> Parts:
    """A table's headers and the rows of its page, with `ticks` each with a box to tick.

    A column's attributes are worked out once for both: that takes longer than writing twenty cells.
    """
    columns = _shown(table, stem)
    return Parts([column.heading for column in columns], _rows(table, columns, reasons, ticks=ticks))


def _shown(table: tables.Table, stem: str) -> list[Shown]:
    """The columns of a table; `stem` is the list's address up to what it is sorted by."""
    found, start = [], escape(stem)
    for column in table.columns.itervisible():
        alias, attributes = column.order_by_alias, column.attrs
        direction = ("descending" if alias.is_descending else "ascending") if column.is_ordered else ""
        if direction:
            attributes["th"]["aria-sort"] = direction
        url = f"{start}{alias.next}" if column.orderable else ""
        parts = (column.name, escape(column.header), _written(tuple(attributes["th"].items())), url, direction)
        found.append(Shown(column, Heading(*map(SafeString, parts)), _written(tuple(attributes["td"].items()))))
    return found


@lru_cache(maxsize=1024)
def _written(attributes: tuple[tuple[str, Any], ...]) -> str:
    """A tag's attributes, remembered: a list has the same in each answer, and writing them took half of its head."""
    return str(AttributeDict(attributes).as_html())


def _rows(table: tables.Table, columns: Sequence[Shown], reasons: Sequence[str], *, ticks: bool) -> SafeString:
    """The `<tr>`s of the table's rows on this page.

    A row that is there for a reason which does not show says it in its first cell. All rows are made by one pattern:
    `%s<th scope="row" role="rowheader" data-label="Name">%s</th><td role="cell" data-label="Born"%s>%s</td></tr>`,
    where the attributes of the second cell depend on its record.
    """
    rows = list(table.paginated_rows)
    pattern, values = "%s", [list(_starts(table, rows))]
    if ticks:
        pattern += TICK
        values += _ticks(columns[0].column, rows)
    for at, column in enumerate(columns):
        cell, parts = _cells(column, rows, first=at == 0)
        if at == 0 and any(reasons):
            parts[-1] = [_with_reason(*each) for each in zip(parts[-1], reasons, strict=True)]
        pattern += cell
        values += parts
    return SafeString("".join([f"{pattern}</tr>" % row for row in zip(*values, strict=True)]))


def _with_reason(cell: str, reason: str) -> str:
    return f'{cell} <span class="why">{escape(reason)}</span>' if reason else cell


def _starts(table: tables.Table, rows: Sequence[BoundRow]) -> Iterator[str]:
    for row in rows:
        yield f'<tr role="row" {row.attrs.as_html()}>' if table.row_attrs else '<tr role="row">'


def _ticks(column: BoundColumn, rows: Sequence[BoundRow]) -> list[list[str]]:
    """What stands in each row's box: its key, and what its first cell says."""
    return [[str(row.record.pk) for row in rows], [escaped(str(value)) for value in _values(column, rows)]]


def _cells(shown: Shown, rows: Sequence[BoundRow], *, first: bool) -> tuple[str, list[list[str]]]:
    """The column's part of the pattern, and what goes into it, the cells' contents last.

    Each cell is labelled for the phone, where a row is a card.
    """
    column = shown.column
    tag, role = ("th", 'scope="row" role="rowheader"') if first else ("td", 'role="cell"')
    start = f'<{tag} {role} data-label="{shown.heading.label}"'.replace("%", "%%")
    if is_method_of_ours(column.render, TextColumn.render) and not column.link:
        contents = column.column.cells([row.record for row in rows])
    else:
        contents = [_text(column, row) for row in rows]
    if any(map(callable, _attributes(column))):
        each = [_html(column, row.record, content) for row, content in zip(rows, contents, strict=True)]
        return f"{start}%s>%s</{tag}>", [each, contents]
    attributes = f" {shown.attributes}".replace("%", "%%") if shown.attributes else ""
    return f"{start}{attributes}>%s</{tag}>", [contents]


def _text(column: BoundColumn, row: BoundRow) -> str:
    return str(conditional_escape(localize(row.get_cell(column.name), use_l10n=column.localize)))


def _attributes(column: BoundColumn) -> list[Any]:
    """The values of what stands in the cell's tag, functions of a record among them."""
    found = {**column._table.attrs, **column.column.attrs}
    return list(found.get("td", found.get("cell", {})).values())


def _html(column: BoundColumn, record: Any, value: Any) -> str:
    """The attributes of one record's cell as django-tables2 works them out."""
    column.current_record, column.current_value = record, value
    attributes: AttributeDict = column.attrs["td"]
    found = attributes.as_html()
    return f" {found}" if found else ""


def _values(column: BoundColumn, rows: Sequence[BoundRow]) -> list[Any]:
    """The column's values without markup."""
    if is_method_of_ours(column.value, TextColumn.value):
        return [column.column.plain(row.record) for row in rows]
    return [row.get_cell_value(column.name) for row in rows]


def plain_rows(table: tables.Table) -> list[list[Any]]:
    """The rows as values for files, of the columns that django-tables2 would export."""
    rows = list(table.rows)
    found = [values for column in exported(table) for values in _file_values(column, rows)]
    return [list(row) for row in zip(*found, strict=True)]


def _file_values(column: BoundColumn, rows: Sequence[BoundRow]) -> list[Sequence[Any]]:
    """The values of each column that a file has for this one."""
    names = getattr(column.column, "file_columns", ())
    if not names:
        return [_values(column, rows)]
    found = column.column.all_file_values([row.record for row in rows])
    return [[values[at] for values in found] for at in range(len(names))]


def file_labels(table: tables.Table) -> list[str]:
    """The headings of a file with these columns."""
    return [
        label.format(column.header)
        for column in exported(table)
        for label in (getattr(column.column, "file_columns", ()) or ("{}",))
    ]


def exported(table: tables.Table) -> list[BoundColumn]:
    return [column for column in table.columns.iterall() if not column.column.exclude_from_export]
