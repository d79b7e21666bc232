"""Where to begin."""

from typing import Any, ClassVar

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from clinic.api.filters import refuse_parameters
from clinic.api.objects.practitioners import EndpointSerializer
from clinic.api.pagination import NumberedPagination
from clinic.api.permissions import OfClinic


class EndpointViewSet(GenericViewSet[Any]):
    """The addresses to begin at, by name; what each takes stands in the OpenAPI document."""

    without_patients = True
    view_permission = edit_permission = None
    permission_classes = (OfClinic,)
    serializer_class = EndpointSerializer
    filter_backends = ()
    pagination_class = NumberedPagination
    http_method_names = ["get", "head"]
    routes: ClassVar[dict[str, str]] = {}  # what each is for, by its route

    def list(self, request: Request) -> Response:
        refuse_parameters(request, ("page", "page_size"))
        here = request.build_absolute_uri(request.path)
        found = [
            {"name": route.rstrip("/"), "url": f"{here}{route}", "description": text}
            for route, text in sorted(self.routes.items())
        ]
        page = self.paginate_queryset(found)
        return self.get_paginated_response(self.get_serializer(page, many=True).data)
