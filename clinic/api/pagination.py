"""Pages of a list."""

from typing import TYPE_CHECKING, Any, ClassVar
from uuid import UUID

from django.core.paginator import Paginator
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response

from clinic.api.cursors import Cursor, cursor_of, cursor_text
from clinic.api.renderer import Rows
from clinic.lists.page.addresses import place, url_with, whole_number
from clinic.lists.reading.index_runs import BadList
from clinic.lists.reading.listing import CAP, UNSOUGHT, Listing, PageRows
from clinic.lists.reading.patience import TOO_LONG
from clinic.lists.reading.places import Place
from clinic.text.faults import Fault

if TYPE_CHECKING:
    from rest_framework.views import APIView

DEFAULT_SIZE = 25
LARGEST_SIZE = 100
RELATIONS = (("next", "next"), ("prev", "previous"))  # as RFC 8288 calls them, and as we do
BEHIND = "Begin behind this record, wherever it stands by then; not with `before`."
BEFORE = "End before this record, wherever it stands by then; not with `after`."
CURSOR = {
    "name": "cursor",
    "in": "query",
    "schema": {"type": "string", "minLength": 1, "maxLength": 4000},
    "description": "From `next` or `previous`, as it was given, with the same filters and order; not with `page`, "
    "`after` or `before`.",
}


class TooLong(ValidationError):
    """The list cannot be read in the time that one may take."""

    def __init__(self) -> None:
        super().__init__({"ordering": [TOO_LONG]}, code=Fault.TOGETHER)


def _number(http: Any, name: str, default: int) -> int:
    try:
        return whole_number(http, name, default)
    except BadList as problem:
        raise ValidationError({name: [str(problem)]}) from problem


def page_size(http: Any) -> int:
    size = _number(http, "page_size", DEFAULT_SIZE)
    if size > LARGEST_SIZE:
        raise ValidationError({"page_size": [f"A page holds at most {LARGEST_SIZE}."]})
    return size


def links(around: dict[str, Any]) -> dict[str, str] | None:
    """The pages beside this one as a header, for programs that look there first."""
    found = [f'<{url}>; rel="{rel}"' for rel, name in RELATIONS if (url := around[name])]
    return {"Link": ", ".join(found)} if found else None


def _begun(http: Any) -> Cursor | tuple[str, UUID] | None:
    """Where the address says that the page begins; raises ValidationError where it says so in two ways."""
    given = [name for name in ("cursor", "page", "after", "before") if name in http.GET]
    if "cursor" in given and len(given) > 1:
        raise ValidationError(
            {name: ["A page begins at a cursor or at this, not both."] for name in given[1:]}, code=Fault.TOGETHER
        )
    try:
        return cursor_of(http) or place(http)
    except BadList as problem:
        name = "before" if "before" in http.GET else "after"
        code = Fault.TOGETHER if {"after", "before"} <= http.GET.keys() else None
        raise ValidationError({name: [str(problem)]}, code=code) from problem


class Pagination(BasePagination):
    """`page` from 1 and `page_size` up to 100; a page past the last is 404, a malformed one 400.

    The addresses of the next and the previous page hold a cursor. `after` and `before` name a row instead, and begin
    where it stands by then. An order of both directions has only the numbers of pages.
    """

    parameters: ClassVar[tuple[str, ...]] = ("page", "page_size", "cursor", "after", "before", "count")

    def paginate_queryset(self, queryset: Any, request: Request, view: "APIView | None" = None) -> list[Any]:
        http: Any = request._request
        number, size = _number(http, "page", 1), page_size(http)
        if http.GET.get("count", "exact") != "exact":
            raise ValidationError({"count": ["This can only be “exact”."]})
        listing: Listing = view.listing  # type: ignore[union-attr]
        listing.places = True
        found, number = self._rows(http, listing, number, size)
        if found.total is None and "count" in http.GET:
            found.total = listing.count()
        self.pagination = self._around(http, found, number, seeks=listing.seeks)
        return found.records

    def _rows(self, http: Any, listing: Listing, number: int, size: int) -> tuple[PageRows, int]:
        begun = _begun(http)
        try:
            if isinstance(begun, Cursor):
                found = listing.beside(begun.place, size, reverse=begun.reverse)
            elif begun is not None:
                found = (listing.after if begun[0] == "after" else listing.before)(begun[1], size)
            else:
                found = listing.first(size) if number == 1 else listing.at((number - 1) * size, size)
        except BadList as problem:
            if str(problem) == UNSOUGHT:
                name = "cursor" if isinstance(begun, Cursor) else begun[0] if begun else "page"
                raise ValidationError({name: [UNSOUGHT]}, code=Fault.TOGETHER) from problem
            raise (NotFound(str(problem)) if problem.status == 404 else TooLong()) from problem
        if begun is None and number > 1 and not found.records:
            raise NotFound(f"There is no page {number}; the last one is {-(-listing.count() // size) or 1}.")
        return found, number

    def _around(self, http: Any, found: PageRows, number: int, *, seeks: bool) -> dict[str, Any]:
        following = previous = None
        if found.more:
            following = self._address(http, found.ends, number + 1, seeks=seeks, reverse=False)
        if found.less and found.records:
            previous = self._address(http, found.begins, max(1, number - 1), seeks=seeks, reverse=True)
        around: dict[str, Any] = {"count": found.total, "next": following, "previous": previous}
        return around if found.total is not None else {**around, "count_at_least": found.at_least}

    def _address(self, http: Any, place: Place | None, number: int, *, seeks: bool, reverse: bool) -> str:
        """The address of a page beside this one."""
        begun = {"cursor": cursor_text(http, place, reverse=reverse)} if seeks and place else {"page": number}
        changes = {**dict.fromkeys(("page", "after", "before", "cursor")), **begun}
        return str(http.build_absolute_uri(url_with(http, **changes)))

    def get_paginated_response(self, data: Any) -> Response:
        return Response(Rows(data, self.pagination), headers=links(self.pagination))

    def get_schema_operation_parameters(self, view: "APIView") -> list[dict[str, Any]]:
        page = {"type": "integer", "minimum": 1, "maximum": 999_999_999, "default": 1}
        size = {"type": "integer", "minimum": 1, "maximum": LARGEST_SIZE, "default": DEFAULT_SIZE}
        key = {"type": "string", "format": "uuid"}
        exact = {"type": "string", "enum": ["exact"]}
        return [
            {"name": "page", "in": "query", "schema": page, "description": "Which page, from 1."},
            {"name": "page_size", "in": "query", "schema": size, "description": "How many on a page."},
            CURSOR,
            {"name": "after", "in": "query", "schema": key, "description": BEHIND},
            {"name": "before", "in": "query", "schema": key, "description": BEFORE},
            {
                "name": "count",
                "in": "query",
                "schema": exact,
                "description": f"Count them all, also where there are more than {CAP}.",
            },
        ]


class NumberedPagination(Pagination):
    """Pages of a list that is in memory, by their numbers alone."""

    def paginate_queryset(self, queryset: Any, request: Request, view: "APIView | None" = None) -> list[Any]:
        http: Any = request._request
        number, size = _number(http, "page", 1), page_size(http)
        pages = Paginator(queryset, size)
        if number > pages.num_pages:
            raise NotFound(f"There is no page {number}; the last one is {pages.num_pages}.")
        shown = pages.page(number)
        following = http.build_absolute_uri(url_with(http, page=number + 1)) if shown.has_next() else None
        previous = http.build_absolute_uri(url_with(http, page=number - 1)) if shown.has_previous() else None
        self.pagination = {"count": pages.count, "next": following, "previous": previous}
        return list(shown)

    def get_schema_operation_parameters(self, view: "APIView") -> list[dict[str, Any]]:
        return super().get_schema_operation_parameters(view)[:2]
