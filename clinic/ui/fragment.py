"""A list's element `table`, around its rows: chips, the menu of orders, the head, and pages.

All of it is in every answer that htmx asks for. As templates it was the largest part of a fragment's CPU beside its
rows, most of that in looking up names; whatever is put into it is escaped here.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.template.loader import render_to_string
from django.utils.html import escape
from django.utils.safestring import SafeString

from clinic.ui.columns import escaped
from clinic.ui.icons import icon

TICK_PAGE = (
    '<th scope="col" role="columnheader" class="tick"><label>'
    '<input type="checkbox" aria-label="Tick every row on this page" data-tick-page></label></th>'
)


@dataclass(frozen=True)
class Heading:
    """A column's header; `sort_url` is empty where the column cannot be sorted."""

    name: str
    label: str
    css: str
    sort_url: str
    direction: str | None


def results(page: Any) -> SafeString:
    """The element `table`: everything that a list shows of what was asked."""
    if page.rows:
        shown = [sort_menu(page), table(page), pager(page)]
    else:
        shown = [render_to_string("ui/_nothing.html", {"page": page})]
    parts = ['<div id="table" class="results">', hidden_fields(page.hidden), chips(page), *shown, "</div>"]
    return SafeString("".join(parts))


def hidden_fields(given: Iterable[tuple[str, str]]) -> str:
    """What the search keeps of the address; it is replaced with the table, so it belongs to the form by name."""
    return "".join(
        [f'<input type="hidden" name="{name}" value="{escape(value)}" form="list-form">' for name, value in given]
    )


def chips(page: Any) -> str:
    """How many there are, and the filters that made them so."""
    parts = ['<div class="chips">']
    if not page.errors:
        parts.append(f'<p id="count" class="count" tabindex="-1" data-announce>{escape(page.count_text)}</p> ')
        if page.count_url:
            parts.append(f'<a href="{escape(page.count_url)}" hx-boost="true">Count all</a> ')
        if page.nearest_url and page.rows:
            parts.append(f'<a href="{escape(page.nearest_url)}" hx-boost="true">Nearest matches first</a>')
    if page.chips:
        cross = icon("micro", "x-mark", 16)
        links = [
            f'<li><a class="chip" href="{escape(chip.remove_url)}">'
            '<span class="visually-hidden">Remove the filter</span> '
            f"<span>{escape(chip.label)}: <b><bdi>{escape(chip.value)}</bdi></b></span> {cross}</a></li>"
            for chip in page.chips
        ]
        parts.append(
            f'<ul aria-label="Active filters">{"".join(links)}</ul> <a href="{escape(page.clear_url)}">Clear all</a>'
        )
    return "".join([*parts, "</div>"])


def sort_menu(page: Any) -> str:
    """The links of the head as a menu, for the phone."""
    unsorted = "Nearest matches first" if page.nearest_first else "Sort"
    sorted_by = (f"Sorted by {escaped(each.label)}, {each.direction}" for each in page.columns if each.direction)
    by = next(sorted_by, unsorted)
    links = [
        f'<a class="menu-item" href="{escaped(column.sort_url)}"'
        f"{' aria-current="true"' if column.direction else ''}>{escaped(column.label)}</a>"
        for column in page.columns
        if column.sort_url
    ]
    return (
        f'<details class="menu sort-menu" data-menu><summary>{by} {icon("micro", "chevron-down", 16)}</summary>'
        f'<div class="menu-panel" hx-boost="true">{"".join(links)}</div></details>'
    )


def table(page: Any) -> str:
    compact = " compact" if page.layout.density == "compact" else ""
    return (
        f'<table class="table-list cards{compact}" role="table" aria-describedby="count">'
        f'<caption class="visually-hidden">{escape(page.heading)}</caption>'
        f'<thead role="rowgroup"><tr role="row" hx-boost="true">{TICK_PAGE if page.bulk_actions else ""}'
        f'{table_head(page.columns)}</tr></thead><tbody role="rowgroup" data-row-links>{page.rows}</tbody></table>'
    )


def table_head(headings: Sequence[Heading]) -> str:
    """The `<th>`s; each that can be sorted is a link. On a phone the links are hidden, so a header is labelled."""
    cells = []
    for column in headings:
        label, css = escaped(column.label), f' class="{column.css}"' if column.css else ""
        sort = f' aria-sort="{column.direction}"' if column.direction else ""
        inner = (
            f'<a id="sort-{column.name}" href="{escaped(column.sort_url)}">{label}</a>' if column.sort_url else label
        )
        cells.append(f'<th scope="col" role="columnheader" aria-label="{label}"{css}{sort}>{inner}</th>')
    return "".join(cells)


def pager(page: Any) -> str:
    sizes = [
        f'<li><a id="rows-{size}" href="{escaped(url)}"'
        f"{' aria-current="true"' if size == page.per_page else ''}>{size}</a></li>"
        for size, url in page.per_page_choices
    ]
    return (
        f'<div class="pager"><p class="hint">{escape(page.range_text)}</p>{pages(page) if page.number_text else ""}'
        '<nav class="per-page" aria-label="Rows on a page" hx-boost="true">'
        '<span class="hint" aria-hidden="true">Rows</span>'
        f"<ul>{''.join(sizes)}</ul></nav></div>"
    )


def pages(page: Any) -> str:
    """The ways to other pages; where there is none, the word stays."""

    def way(name: str, label: str, url: str, rel: str = "") -> str:
        link = f'<a id="page-{name}"{rel} href="{escape(url)}">{label}</a>'
        return f"<li>{link if url else f'<span class="off">{label}</span>'}</li>"

    return (
        '<nav aria-label="Pages" hx-boost="true"><ul>'
        + way("first", "First", page.first_url)
        + way("previous", "Previous", page.previous_url, ' rel="prev"')
        + f'<li><span aria-current="page">{escape(page.number_text)}</span></li>'
        + way("next", "Next", page.next_url, ' rel="next"')
        + way("last", "Last", page.last_url)
        + "</ul></nav>"
    )
