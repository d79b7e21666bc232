"""Pages of a list."""

from typing import TYPE_CHECKING, Any

from django.core.paginator import Paginator
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response

from clinic.api.renderer import Rows
from clinic.lists.page.addresses import place, url_with, whole_number
from clinic.lists.reading.index_runs import BadList
from clinic.lists.reading.listing import CAP, TOO_LONG, UNSOUGHT, Listing, PageRows

if TYPE_CHECKING:
    from rest_framework.views import APIView

DEFAULT_SIZE = 25
LARGEST_SIZE = 100


class TooLong(ValidationError):
    """The list cannot be read in the time that one may take."""

    def __init__(self) -> None:
        super().__init__({"ordering": [TOO_LONG]})


def _number(http: Any, name: str, default: int) -> int:
    try:
        return whole_number(http, name, default)
    except BadList as problem:
        raise ValidationError({name: [str(problem)]}) from problem


class Pagination(BasePagination):
    """`page` from 1 and `page_size` up to 100; a page past the last is 404, a malformed one 400.

    The addresses of the next and the previous page begin at a row (`after`, `before`), so that nothing repeats or is
    left out when records are added meanwhile; `page` in them only says which page that is. An order of both directions
    has only the numbers of pages.
    """

    def paginate_queryset(self, queryset: Any, request: Request, view: "APIView | None" = None) -> list[Any]:
        http: Any = request._request
        number, size = _number(http, "page", 1), _number(http, "page_size", DEFAULT_SIZE)
        if size > LARGEST_SIZE:
            raise ValidationError({"page_size": [f"A page holds at most {LARGEST_SIZE}."]})
        if http.GET.get("count", "exact") != "exact":
            raise ValidationError({"count": ["This can only be “exact”."]})
        listing: Listing = view.listing  # type: ignore[union-attr]
        found, number = self._rows(http, listing, number, size)
        if found.total is None and "count" in http.GET:
            found.total = listing.count()
        self.pagination = self._around(http, found, number, seeks=listing.seeks)
        return found.records

    def _rows(self, http: Any, listing: Listing, number: int, size: int) -> tuple[PageRows, int]:
        try:
            beside = place(http)
        except BadList as problem:
            name = "before" if "before" in http.GET else "after"
            raise ValidationError({name: [str(problem)]}) from problem
        try:
            if beside is None:
                found = listing.first(size) if number == 1 else listing.at((number - 1) * size, size)
            else:
                found = (listing.after if beside[0] == "after" else listing.before)(beside[1], size)
        except BadList as problem:
            if str(problem) == UNSOUGHT:
                raise ValidationError({beside[0] if beside else "page": [UNSOUGHT]}) from problem
            raise (NotFound(str(problem)) if problem.status == 404 else TooLong()) from problem
        if beside is None and number > 1 and not found.records:
            raise NotFound(f"There is no page {number}; the last one is {-(-listing.count() // size) or 1}.")
        return found, number

    def _around(self, http: Any, found: PageRows, number: int, *, seeks: bool) -> dict[str, Any]:
        following = previous = None
        if found.more:
            key = found.records[-1].pk if seeks else None
            following = http.build_absolute_uri(url_with(http, page=number + 1, after=key, before=None))
        if found.less and found.records:
            key = found.records[0].pk if seeks else None
            previous = http.build_absolute_uri(url_with(http, page=max(1, number - 1), before=key, after=None))
        around: dict[str, Any] = {"count": found.total, "next": following, "previous": previous}
        return around if found.total is not None else {**around, "count_at_least": found.at_least}

    def get_paginated_response(self, data: Any) -> Response:
        return Response(Rows(data, self.pagination))

    def get_schema_operation_parameters(self, view: "APIView") -> list[dict[str, Any]]:
        page = {"type": "integer", "minimum": 1, "default": 1}
        size = {"type": "integer", "minimum": 1, "maximum": LARGEST_SIZE, "default": DEFAULT_SIZE}
        key = {"type": "string", "format": "uuid"}
        exact = {"type": "string", "enum": ["exact"]}
        return [
            {"name": "page", "in": "query", "schema": page, "description": "Which page, from 1."},
            {"name": "page_size", "in": "query", "schema": size, "description": "How many on a page."},
            {"name": "after", "in": "query", "schema": key, "description": "Begin behind this record."},
            {"name": "before", "in": "query", "schema": key, "description": "End before this record."},
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
        number, size = _number(http, "page", 1), _number(http, "page_size", DEFAULT_SIZE)
        if size > LARGEST_SIZE:
            raise ValidationError({"page_size": [f"A page holds at most {LARGEST_SIZE}."]})
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
