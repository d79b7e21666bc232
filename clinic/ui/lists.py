"""The list page, once: search, filters, sorting, pages and the table, as a page or as its fragment."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import django_tables2 as tables
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.html import escape
from django.utils.safestring import SafeString
from django_filters import FilterSet

from clinic.access import Request
from clinic.ui.bulk import BulkAction
from clinic.ui.filters import Chip, active_chips, errors_of, unknown_parameters
from clinic.ui.layout import DEFAULT_PER_PAGE, DENSITIES, PER_PAGE, Layout, default_columns, layout_of

KEPT = ("sort", "per_page", "columns", "view")  # what a search keeps of the address
RESERVED = ("q", "sort", "page", "per_page", "columns", "view")


TICK = (
    '<td role="cell" class="tick"><label><input type="checkbox" name="id" value="{}" '
    'form="bulk" aria-label="Tick {}"></label></td>'
)


class Link(NamedTuple):
    label: str
    url: str


class ColumnChoice(NamedTuple):
    """A column as the display menu offers it; the `fixed` one is always shown, and first."""

    name: str
    label: str
    shown: bool
    fixed: bool


@dataclass(frozen=True)
class Heading:
    """A column's header; `sort_url` is empty where the column cannot be sorted."""

    name: str
    label: str
    css: str
    sort_url: str
    direction: str | None


@dataclass
class ListPage:
    """What `ui/list.html` shows; a list's view gives the words, `table_page` the rest."""

    heading: str
    noun: str
    noun_plural: str
    search_hint: str
    empty_title: str
    empty_text: str
    action: Link | None = None
    empty_action: Link | None = None
    columns: list[Heading] = field(default_factory=list)
    rows: SafeString = field(default_factory=SafeString)
    errors: list[str] = field(default_factory=list)
    chips: list[Chip] = field(default_factory=list)
    hidden: list[tuple[str, str]] = field(default_factory=list)
    filter_form: Any = None
    q: str = ""
    clear_url: str = ""
    count_text: str = ""
    range_text: str = ""
    number: int = 1
    last: int = 1
    first_url: str = ""
    previous_url: str = ""
    next_url: str = ""
    last_url: str = ""
    key: str = ""
    layout: Layout | None = None
    column_choices: list[ColumnChoice] = field(default_factory=list)
    densities: tuple[tuple[str, str], ...] = tuple(DENSITIES.items())
    layout_next: str = ""
    csv_url: str = ""
    xlsx_url: str = ""
    views: Any = ()
    bulk_url: str = ""
    bulk_actions: list[BulkAction] = field(default_factory=list)
    per_page: int = DEFAULT_PER_PAGE
    per_page_choices: list[tuple[int, str]] = field(default_factory=list)


class BadList(ValueError):
    """The address asks for something that this list does not have; `status` is 400, or 404 for a missing page."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status


def url_with(request: Request, **changes: Any) -> str:
    """This list's address with some parameters replaced; None removes one."""
    parameters = request.GET.copy()
    for name, value in changes.items():
        if value is None:
            parameters.pop(name, None)
        else:
            parameters[name] = str(value)
    return f"{request.path}?{parameters.urlencode()}" if parameters else request.path


def ordering(table_class: type[tables.Table], sort: str) -> list[str]:
    """The `order_by` of a sort parameter such as `-name`, ended by the primary key; raises BadList for any other."""
    descending, name = sort.startswith("-"), sort.removeprefix("-")
    column = table_class.base_columns.get(name)
    if column is None or column.orderable is False:
        names = ", ".join(name for name, column in table_class.base_columns.items() if column.orderable is not False)
        raise BadList(f"This list cannot be sorted by “{name}”. It can be sorted by: {names}.")
    terms = [str(term) for term in (column.order_by or (column.accessor or name,))]
    if descending:
        terms = [term.removeprefix("-") if term.startswith("-") else f"-{term}" for term in terms]
    return [*terms, "-pk" if terms[0].startswith("-") else "pk"]


def whole_number(request: Request, name: str, default: int, allowed: Sequence[int] | None = None) -> int:
    """A positive number from the address; raises BadList for anything else, or for one that is not `allowed`."""
    text = request.GET.get(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdigit()) or len(text) > 9 or int(text) < 1:
        raise BadList(f"“{name}” must be a whole number from 1.")
    if allowed and int(text) not in allowed:
        raise BadList(f"“{name}” must be one of {', '.join(map(str, allowed))}.")
    return int(text)


def label_of(table_class: type[tables.Table], name: str) -> str:
    return str(table_class.base_columns[name].verbose_name or name.replace("_", " ").capitalize())


def column_choices(table_class: type[tables.Table], shown: Sequence[str]) -> list[ColumnChoice]:
    """Every column, those that are shown first and in their order."""
    link, *_ = table_class.base_columns
    names = [*shown, *(name for name in table_class.base_columns if name not in shown)]
    return [ColumnChoice(name, label_of(table_class, name), name in shown, name == link) for name in names]


def headings(
    request: Request, table_class: type[tables.Table], sort: str, columns: Sequence[str] = ()
) -> list[Heading]:
    made = []
    for name in columns or default_columns(table_class):
        column = table_class.base_columns[name]
        current = sort.removeprefix("-") == name
        descending = current and sort.startswith("-")
        following = name if not current or descending else f"-{name}"
        made.append(
            Heading(
                name=name,
                label=label_of(table_class, name),
                css=getattr(column, "css", ""),
                sort_url=url_with(request, sort=following, page=None) if column.orderable is not False else "",
                direction=("descending" if descending else "ascending") if current else None,
            )
        )
    return made


def table_rows(
    table_class: type[tables.Table], records: Sequence[Any], names: Sequence[str] = (), *, ticks: bool = False
) -> SafeString:
    """The `<tr>`s of `records` with the columns `names`, and with `ticks` a box to tick each.

    Each cell is labelled for the phone, where a row is a card.
    """
    columns = []
    for index, name in enumerate(names or default_columns(table_class)):
        column = table_class.base_columns[name]
        if column.accessor is None:
            column.accessor = tables.A(name)
        label = escape(label_of(table_class, name))
        tag, role = ('th scope="row"', "rowheader") if index == 0 else ("td", "cell")
        start = f'<{tag} role="{role}" data-label="{label}" class="{column.css}">'
        columns.append((start, f"</{tag[:2]}>", column.getter(), column.cell))
    lines = []
    name_of = columns[0][2]
    for record in records:
        tick = TICK.format(record.pk, escape(name_of(record))) if ticks else ""
        cells = [f"{start}{cell(get(record), record)}{end}" for start, end, get, cell in columns]
        lines.append(f'<tr role="row">{tick}{"".join(cells)}</tr>')
    return SafeString("".join(lines))


def counted(number: int, page: Any) -> str:
    return f"{number:,} {page.noun if number == 1 else page.noun_plural}".replace(",", "\N{NARROW NO-BREAK SPACE}")


def fill(request: Request, page: ListPage, filterset: FilterSet, table_class: type[tables.Table], sort: str) -> None:
    """Put the asked page of rows into `page`; raises BadList where the address cannot be answered."""
    if unknown := unknown_parameters(request, filterset, RESERVED):
        raise BadList(f"This list has no filter called “{unknown[0]}”.")
    order = ordering(table_class, sort)
    number = whole_number(request, "page", 1)
    if problems := errors_of(filterset):
        raise BadList("\n".join(problems))
    paginator = Paginator(filterset.qs.order_by(*order), page.per_page)
    page.last = paginator.num_pages
    if number > page.last:
        raise BadList(f"There is no page {number}; the last one is {page.last}.", 404)
    shown: Page[Any] = paginator.page(number)
    columns = page.layout.columns if page.layout else ()
    page.rows = table_rows(table_class, list(shown), columns, ticks=bool(page.bulk_actions))
    page.number = number
    page.count_text = counted(paginator.count, page)
    page.range_text = f"{shown.start_index()} to {shown.end_index()} of {paginator.count:,}" if paginator.count else ""
    if shown.has_previous():
        page.first_url, page.previous_url = url_with(request, page=None), url_with(request, page=number - 1)
    if shown.has_next():
        page.next_url, page.last_url = url_with(request, page=number + 1), url_with(request, page=page.last)


def table_page(
    request: Request,
    queryset: QuerySet[Any],
    table_class: type[tables.Table],
    filterset_class: type[FilterSet],
    page: ListPage,
    *,
    sort: str,
    template: str = "ui/list.html",
    context: dict[str, Any] | None = None,
) -> HttpResponse:
    """Answer a list: the page, or with `HX-Target: table` only its table. `sort` is the order without a parameter.

    An address that cannot be understood is answered 400 (a page past the last: 404) with an empty table that says
    why, never with an unfiltered one.
    """
    filterset = filterset_class(request.GET, queryset=queryset, request=request)
    status = 200
    sort = request.GET.get("sort", sort)
    page.filter_form, page.chips = filterset.form, active_chips(request, filterset)
    page.q = request.GET.get("q", "")
    page.clear_url = request.path
    page.hidden = [(name, request.GET[name]) for name in KEPT if name in request.GET]
    page.layout = layout = layout_of(request, page.key, table_class)
    try:
        page.per_page = whole_number(request, "per_page", layout.per_page, PER_PAGE)
        fill(request, page, filterset, table_class, sort)
    except BadList as problem:
        status = problem.status
        page.errors = str(problem).split("\n")
    page.columns = headings(request, table_class, sort, layout.columns)
    page.column_choices = column_choices(table_class, layout.columns)
    page.layout_next = url_with(request, page=None, per_page=None, columns=None)
    page.csv_url, page.xlsx_url = (
        url_with(request, page=None, _export="csv"),
        url_with(request, page=None, _export="xlsx"),
    )
    page.per_page_choices = [(size, url_with(request, per_page=size, page=None)) for size in PER_PAGE]
    return page_or_fragment(request, template, "ui/list.html#table", {"page": page, **(context or {})}, status=status)


def page_or_fragment(
    request: Request, template: str, fragment: str, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    """Render `fragment` when htmx asks for the element of its name, else the whole `template`."""
    wanted = request.htmx and request.htmx.target == fragment.partition("#")[2]
    response = render(request, fragment if wanted else template, context, status=status)
    patch_vary_headers(response, ["HX-Request", "HX-Target"])
    return response
