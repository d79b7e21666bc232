"""The instruments of the clinic."""

from typing import Any

from django.http import Http404
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from clinic.access import Permission
from clinic.api.filters import refuse_parameters
from clinic.api.objects.instruments import InstrumentSerializer
from clinic.api.pagination import NumberedPagination
from clinic.instruments import catalogue


class InstrumentViewSet(GenericViewSet[Any]):
    """The instruments that the clinic offers, each of its newest version, by title."""

    without_patients = True
    view_permission = edit_permission = Permission.ASSESSMENTS_VIEW
    serializer_class = InstrumentSerializer
    filter_backends = ()
    pagination_class = NumberedPagination
    http_method_names = ["get", "head"]

    def list(self, request: Request) -> Response:
        refuse_parameters(request, ("page", "page_size"))
        page = self.paginate_queryset(catalogue.offered())
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    def retrieve(self, request: Request, instrument: str) -> Response:
        """One instrument that the clinic offers."""
        refuse_parameters(request)
        definition = catalogue.find(instrument)
        if definition is None:
            raise Http404
        return Response(self.get_serializer(definition).data)


class InstrumentVersionViewSet(InstrumentViewSet):
    """One version of an instrument, offered or not, so that answers of earlier assessments can be read."""

    operation = "instruments_version"

    def retrieve(self, request: Request, instrument: str, version: str = "") -> Response:
        """One version of an instrument, offered or not, so that answers of earlier assessments can be read."""
        refuse_parameters(request)
        try:
            definition = catalogue.find_version(instrument, version)
        except KeyError as error:
            raise Http404 from error
        return Response(self.get_serializer(definition).data)
