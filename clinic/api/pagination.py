"""Pages of a list."""

from typing import TYPE_CHECKING, Any

from django.core.paginator import Paginator
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response

from clinic.api.renderer import Rows
from clinic.ui.lists import BadList, url_with, whole_number

if TYPE_CHECKING:
    from rest_framework.views import APIView

DEFAULT_SIZE = 25
LARGEST_SIZE = 100


def _number(http: Any, name: str, default: int) -> int:
    try:
        return whole_number(http, name, default)
    except BadList as problem:
        raise ValidationError({name: [str(problem)]}) from problem


class Pagination(BasePagination):
    """`page` from 1 and `page_size` up to 100; a page past the last is 404, a malformed one 400."""

    def paginate_queryset(self, queryset: Any, request: Request, view: "APIView | None" = None) -> list[Any]:
        http: Any = request._request
        number, size = _number(http, "page", 1), _number(http, "page_size", DEFAULT_SIZE)
        if size > LARGEST_SIZE:
            raise ValidationError({"page_size": [f"A page holds at most {LARGEST_SIZE}."]})
        paginator = Paginator(queryset, size)
        if number > paginator.num_pages:
            raise NotFound(f"There is no page {number}; the last one is {paginator.num_pages}.")
        shown = paginator.page(number)
        following = http.build_absolute_uri(url_with(http, page=number + 1)) if shown.has_next() else None
        previous = http.build_absolute_uri(url_with(http, page=number - 1)) if shown.has_previous() else None
        self.pagination = {"count": paginator.count, "next": following, "previous": previous}
        return list(shown)

    def get_paginated_response(self, data: Any) -> Response:
        return Response(Rows(data, self.pagination))

    def get_schema_operation_parameters(self, view: "APIView") -> list[dict[str, Any]]:
        page = {"type": "integer", "minimum": 1, "default": 1}
        size = {"type": "integer", "minimum": 1, "maximum": LARGEST_SIZE, "default": DEFAULT_SIZE}
        return [
            {"name": "page", "in": "query", "schema": page, "description": "Which page, from 1."},
            {"name": "page_size", "in": "query", "schema": size, "description": "How many on a page."},
        ]
