"""A list with what people keep of it: layout, saved views, work on many rows, and the list as a file."""

from collections.abc import Callable
from functools import cache
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponseBase
from django.utils.module_loading import import_string
from django_filters import FilterSet

from clinic.access import Request
from clinic.audit.reading import note_export, note_list, note_nothing
from clinic.lists.jobs.bulk import BulkList, SavedPage
from clinic.lists.jobs.exports import ask_for_long_file, download
from clinic.lists.page.addresses import address_of
from clinic.lists.page.list_page import TABLE, ListPage, asked_part, table_page
from clinic.lists.queries import name_of_view


@cache
def lists() -> dict[str, BulkList]:
    """The lists that have views and jobs, by the key that these are kept under; settings say where each is declared."""
    declared: list[BulkList] = [import_string(name) for name in settings.LISTS]
    return {bulk.key: bulk for bulk in declared}


def list_or_404(request: Request, key: str) -> BulkList:
    """The list of a key; raises PermissionDenied for who may not open its page."""
    if (bulk := lists().get(key)) is None:
        raise Http404
    if bulk.permission not in request.permissions:
        raise PermissionDenied
    return bulk


@cache
def saved_pages() -> dict[str, BulkList | SavedPage]:
    """Everything that has views, by its key: the lists, and pages that settings name beside them."""
    declared: list[SavedPage] = [import_string(name) for name in settings.SAVED_PAGES]
    return {**lists(), **{page.key: page for page in declared}}


def saved_page_or_404(request: Request, key: str) -> BulkList | SavedPage:
    """The page of a key; raises PermissionDenied for who may not open it."""
    if (page := saved_pages().get(key)) is None:
        raise Http404
    if page.permission not in request.permissions:
        raise PermissionDenied
    return page


def note_rows(request: Request, key: str, page: ListPage) -> None:
    """Say that this answer shows the rows of a list that are on the page."""
    note_list(request, key, rows=len(page.table.page.found.records) if page.table is not None else 0)


def list_page(
    request: Request,
    bulk: BulkList,
    page: ListPage,
    *,
    when_empty: Callable[[ListPage, FilterSet], None] | None = None,
    template: str = "ui/list.html",
    context: dict[str, Any] | None = None,
) -> HttpResponseBase:
    """`table_page` for a list of its own: remembered layout, saved views, bulk work, CSV and XLSX."""
    page.key, bulk = bulk.key, bulk.seen_by(request.permissions)
    page.heading = name_of_view(request, bulk.key) or page.heading
    if "_export" in request.GET:
        if (question := ask_for_long_file(request, bulk)) is not None:
            note_nothing(request)
            return question
        note_export(request, bulk.key)
        return download(request, bulk)
    if bulk.actions and request.membership is not None and request.may_write:
        page.bulk_url = address_of(f"{bulk.key}:bulk")
        page.bulk_actions = [action for action in bulk.actions if action.permission in request.permissions]
    answer = table_page(
        request,
        bulk.rows(),
        bulk.table_class,
        bulk.filterset_class,
        page,
        sort=bulk.sort,
        template=template,
        context=context,
        when_empty=when_empty,
    )
    if asked_part(request) in ("", TABLE):
        note_rows(request, bulk.key, page)
    else:
        note_nothing(request)
    return answer
