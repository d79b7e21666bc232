"""The list page, once: search, filters, sorting, pages and the table, as a page or as its fragment."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import django_tables2 as tables
from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout as Fields
from django.db.models import QuerySet
from django.http import HttpResponse
from django_filters import FilterSet

from clinic.access import Permission, Request
from clinic.lists.page.addresses import PAGING, from_start, place, stem, url_with, whole_number
from clinic.lists.page.bulk_action import BulkAction
from clinic.lists.page.filters import Chip, active_chips, errors_of, refuse_unknown, used_filters
from clinic.lists.page.layout import (
    DEFAULT_PER_PAGE,
    DENSITIES,
    PER_PAGE,
    ColumnChoice,
    Layout,
    column_choices,
    layout_of,
)
from clinic.lists.page.narrowing import SearchFilter, listing_of
from clinic.lists.page.paging import Listed, Place, SeekPaginator
from clinic.lists.page.rows import table_of
from clinic.lists.page.sorting import ordering
from clinic.lists.reading.index_runs import BadList
from clinic.lists.reading.listing import CAP, PageRows
from clinic.ui.forms import helper
from clinic.ui.pages import page_or_fragment

KEPT = ("sort", "per_page", "columns", "view")  # what a search keeps of the address
RESERVED = ("q", *KEPT, *PAGING)
LAST = "last"
THIN_SPACE = "\N{NARROW NO-BREAK SPACE}"


class Link(NamedTuple):
    label: str
    url: str


@dataclass
class ListPage:
    """What `ui/list.html` shows; a list's view gives the words, `table_page` the rest.

    A list of cards names a template for its rows, which is shown in place of the table, and `make_cards`, which makes
    the `cards` of a page's records.
    """

    heading: str
    noun: str
    noun_plural: str
    search_hint: str
    empty_title: str
    empty_text: str
    action: Link | None = None
    links: Sequence[Link] = ()
    empty_action: Link | None = None
    empty_links: Sequence[Link] = ()
    card_template: str = ""
    make_cards: Callable[[Sequence[Any]], Sequence[Any]] | None = None
    cards: Sequence[Any] = ()
    table: tables.Table | None = None
    reasons: Sequence[str] = ()
    sort_stem: str = ""
    errors: list[str] = field(default_factory=list)
    chips: list[Chip] = field(default_factory=list)
    hidden: list[tuple[str, str]] = field(default_factory=list)
    used_filters: list[tuple[str, str]] = field(default_factory=list)
    filter_form: Any = None
    filter_helper: FormHelper = field(default_factory=helper)
    q: str = ""
    sort: str = ""
    nearest_first: bool = False
    nearest_url: str = ""
    clear_url: str = ""
    count_text: str = ""
    count_url: str = ""
    range_text: str = ""
    number_text: str = ""
    first_url: str = ""
    previous_url: str = ""
    next_url: str = ""
    last_url: str = ""
    key: str = ""
    filters_shown: bool = False
    filters_url: str = ""
    layout: Layout | None = None
    layout_shown: bool = False
    layout_url: str = ""
    column_choices: list[ColumnChoice] = field(default_factory=list)
    densities: tuple[tuple[str, str], ...] = tuple(DENSITIES.items())
    sizes: tuple[int, ...] = PER_PAGE
    layout_next: str = ""
    csv_url: str = ""
    xlsx_url: str = ""
    bulk_url: str = ""
    bulk_actions: list[BulkAction] = field(default_factory=list)
    per_page: int = DEFAULT_PER_PAGE
    per_page_choices: list[tuple[str, str, bool]] = field(default_factory=list)


def figure(number: int) -> str:
    return f"{number:,}".replace(",", THIN_SPACE)


def counted(number: int | None, page: Any, at_least: int = CAP + 1, cap: int = CAP) -> str:
    """How many there are, in words; without a number more than the `cap`, or so many before a search was at its end."""
    if number is None:
        capped = at_least > cap
        return f"{figure(cap)}+ {page.noun_plural}" if capped else f"{figure(at_least)} {page.noun_plural} so far"
    return f"{figure(number)} {page.noun if number == 1 else page.noun_plural}"


def asked_place(request: Request) -> Place:
    """The page that the address asks for; raises BadList where that cannot be understood.

    `page=last` beside a row is a page that somebody came to from the last one of more rows than are counted.
    """
    beside, last = place(request), request.GET.get("page") == LAST
    if beside is None and last:
        return Place(last=True)
    number = 0 if last else whole_number(request, "page", 1)
    return Place(number, **{beside[0]: beside[1]}) if beside is not None else Place(number)  # type: ignore[arg-type]


def show(page: ListPage, request: Request, found: PageRows, number: int) -> None:
    """The words and the links around the rows."""
    exact, total = request.GET.get("count") == "exact", found.total
    page.count_text = counted(total, page, found.at_least, found.cap)
    page.count_url = url_with(request, count="exact") if total is None and not exact else ""
    if number:
        show_number(page, found, number)
    else:
        page.range_text = "Before the last ones" if found.more else "The last ones"
        page.number_text = "Before the last page" if found.more else "Last page"
    if found.less:
        page.first_url = from_start(request)
        key = found.records[0].pk if found.records else None
        earlier = (number - 1 if number > 2 else None) if number else LAST
        page.previous_url = from_start(request, page=earlier, before=key)
    if found.more:
        page.next_url = from_start(request, page=number + 1 if number else LAST, after=found.records[-1].pk)
        page.last_url = from_start(request, page=LAST)


def show_number(page: ListPage, found: PageRows, number: int) -> None:
    """Which page this is, and which rows are on it."""
    total = found.total
    if found.records:
        first = (number - 1) * page.per_page + 1
        of = f"of {figure(total)}" if total is not None else f"of {figure(min(found.at_least, found.cap))} or more"
        page.range_text = f"{figure(first)} to {figure(first + len(found.records) - 1)} {of}"
    last = -(-total // page.per_page) if total is not None else None
    if last is None or last > 1:
        page.number_text = f"Page {figure(number)}" + (f" of {figure(last)}" if last is not None else "")


def by_nearness(request: Request, page: ListPage) -> None:
    """Say that what was searched for comes nearest first, or where it does."""
    page.nearest_first = "sort" not in request.GET
    page.nearest_url = "" if page.nearest_first else from_start(request, sort=None)


def asked_table(
    request: Request, page: ListPage, filterset: FilterSet, table_class: type[tables.Table], names: Sequence[str]
) -> tables.Table:
    """The table on the asked page; raises BadList where the address cannot be answered."""
    refuse_unknown(request.GET, filterset, RESERVED)
    terms = ordering(table_class, page.sort)
    if request.GET.get("count", "exact") != "exact":
        raise BadList("“count” can only be “exact”.")
    if problems := errors_of(filterset):
        raise BadList("\n".join(problems))
    listing = listing_of(filterset, terms, sorted_by_choice="sort" in request.GET)
    table = table_of(table_class, Listed(listing), names, order_by=() if page.nearest_first else page.sort)
    table.paginate(SeekPaginator, per_page=page.per_page, page=asked_place(request))
    return table


def fill(
    request: Request,
    page: ListPage,
    filterset: FilterSet,
    table_class: type[tables.Table],
    names: Sequence[str],
    when_empty: Callable[[ListPage, FilterSet], None] | None,
) -> None:
    """Put the table, and the words and links around it, into `page`."""
    table = asked_table(request, page, filterset, table_class, names)
    found: PageRows = table.page.found
    if found.total is None and "count" in request.GET:
        found.total = table.paginator.count
    show(page, request, found, table.page.number)
    if found.records:
        page.table, page.reasons, page.sort_stem = table, found.reasons, stem(request, "sort")
        page.cards = page.make_cards(found.records) if page.make_cards is not None else ()
    elif when_empty is not None:
        when_empty(page, filterset)


def show_sizes(page: ListPage, request: Request) -> None:
    """How many rows a page may have, in words, each with the address of the list so."""
    start = stem(request, "per_page")
    page.per_page_choices = [(str(size), f"{start}{size}", size == page.per_page) for size in PER_PAGE]


# What htmx may ask for by itself, by the id of its element.
TABLE = "table"
PARTS = {
    TABLE: "ui/_results.html#table",
    "filter-fields": "ui/_filters.html#filter-fields",
    "layout-form": "ui/_layout_form.html#layout-form",
}


def asked_part(request: Request) -> str:
    """The part of the list that htmx asks for, or nothing for the whole page."""
    return request.htmx.target if request.htmx and request.htmx.target in PARTS else ""


def shows_filters(request: Request, page: ListPage, part: str) -> bool:
    """Whether the fields of all filters are shown: where somebody opens them, or has to write something else.

    Filters that are used are chips above the table; their fields would take the place of rows.
    """
    opened = request.GET.get("open") == "filters" or bool(page.errors)
    return part == "filter-fields" or (not part and opened)


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
    when_empty: Callable[[ListPage, FilterSet], None] | None = None,
) -> HttpResponse:
    """Answer a list: the page, or the part that `HX-Target` names. `sort` is the order without a parameter.

    `when_empty` may add links to a list in which nothing was found.
    An address that cannot be understood is answered 400 (a page past the last: 404) with an empty table that says
    why, never with an unfiltered one; so is a list that would take too long.
    """
    part = asked_part(request)
    filterset = used_filters(filterset_class, request.GET)(request.GET, queryset=queryset, request=request)
    status = 200
    page.sort = request.GET.get("sort", sort)
    page.filter_form, page.chips = filterset.form, active_chips(request, filterset)
    page.q = request.GET.get("q", "")
    if page.q.strip() and isinstance(filterset, SearchFilter):
        by_nearness(request, page)
    page.clear_url = request.path
    page.hidden = [(name, request.GET[name]) for name in KEPT if name in request.GET]
    page.layout = layout = layout_of(request, page.key, table_class)
    if part in ("", TABLE):
        try:
            page.per_page = whole_number(request, "per_page", layout.per_page, PER_PAGE)
            show_sizes(page, request)
            fill(request, page, filterset, table_class, layout.columns, when_empty)
        except BadList as problem:
            status = problem.status
            page.errors = str(problem).split("\n")
    if part != TABLE:
        page.filters_shown = shows_filters(request, page, part)
        if page.filters_shown:
            page.filter_form = filterset_class(request.GET, queryset=queryset, request=request).form
        offer(page, request, table_class, part)
    whole = {"page": page, **(context or {})}
    return page_or_fragment(request, template, PARTS.get(part, template), whole, status=status)


def offer(page: ListPage, request: Request, table_class: type[tables.Table], part: str) -> None:
    """What can be done with the list as it is: filters, other columns, the list as a file."""
    if page.filters_shown:
        page.filter_form.all_optional = True
        shown = [bound.name for bound in page.filter_form.visible_fields() if bound.name != "q"]
        page.filter_helper.add_layout(Fields(*shown))
    else:
        page.used_filters = [(name, value) for name in request.GET if name not in RESERVED
                             for value in request.GET.getlist(name)]  # fmt: skip
    opened = stem(request, "open")
    page.filters_url, page.layout_url = f"{opened}filters", f"{opened}layout"
    page.layout_shown = request.GET.get("open") == "layout"
    if (page.layout_shown or part) and page.layout is not None:
        page.column_choices = column_choices(table_class, page.layout.columns)
    page.layout_next = from_start(request, per_page=None, columns=None)
    if Permission.LISTS_EXPORT in request.permissions:
        page.csv_url, page.xlsx_url = from_start(request, _export="csv"), from_start(request, _export="xlsx")
