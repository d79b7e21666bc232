"""The clinic's trail, for programs that watch over it."""

from typing import Any, ClassVar
from uuid import UUID

import django_filters
from django.db.models import QuerySet
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from clinic.access import Permission
from clinic.api.filters import ListParameters
from clinic.api.objects.trail import EventSerializer
from clinic.api.pagination import Pagination
from clinic.audit.models import AuditEvent
from clinic.audit.reading import note_list, settle_searches
from clinic.trail.tables import TrailFilter, TrailTable, patient_names
from clinic.trail.views import trail_of

Parameters = list[dict[str, Any]]  # as OpenAPI has them
READING = ["get", "head"]
ROWS = ("after", "before")  # which take a record's id; an event has none that others know


class TrailParameters(TrailFilter):
    """The page's filters; who has left, and programs that are gone, can be asked for too."""

    who = django_filters.CharFilter(
        field_name="actor_id", max_length=64, label="Who", help_text="A user's id, or `client:` and a number."
    )
    patient = django_filters.UUIDFilter(
        method="of_patient", label="Patient", help_text="Whose record, also under what was merged into it."
    )

    def of_patient(self, queryset: QuerySet[AuditEvent], name: str, value: UUID) -> QuerySet[AuditEvent]:
        return queryset & trail_of(value).rows()


class TrailPages(Pagination):
    """Pages without the places of rows."""

    parameters: ClassVar[tuple[str, ...]] = tuple(name for name in Pagination.parameters if name not in ROWS)

    def get_schema_operation_parameters(self, view: Any) -> Parameters:
        return [each for each in super().get_schema_operation_parameters(view) if each["name"] not in ROWS]


class TrailViewSet(ListModelMixin, GenericViewSet[AuditEvent]):
    """Who read and changed what, the newest first; `since` and `until` are days. Reading this is an event too."""

    tag = "Trail"
    view_permission = edit_permission = Permission.TRAIL_VIEW
    serializer_class = EventSerializer
    filter_backends = (ListParameters,)
    pagination_class = TrailPages
    filterset_class, table_class, default_ordering = TrailParameters, TrailTable, "-at"
    field_columns: ClassVar[dict[str, str]] = {}
    list_parameters = ()
    http_method_names = READING

    def get_queryset(self) -> QuerySet[AuditEvent]:
        return AuditEvent.objects.all()

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Who read and changed what, the newest first; `since` and `until` are days. Reading this is an event too."""
        settle_searches()
        return super().list(request, *args, **kwargs)

    def paginate_queryset(self, queryset: Any) -> Any:
        self.shown = super().paginate_queryset(queryset) or []
        note_list(self.request._request, "trail", rows=len(self.shown))  # type: ignore[arg-type]  # our middleware's
        return self.shown

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "patient_names": patient_names(getattr(self, "shown", ()))}
