"""Everything that changed, in the clinic's order of commits: the numbers that the sealer gives to the trail."""

from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.models import Q
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from clinic.access import Permission
from clinic.api.cursors import changes_cursor, changes_number
from clinic.api.filters import refuse_parameters
from clinic.api.objects.changes import RECORDS, ChangeSerializer
from clinic.api.pagination import NumberedPagination, links, page_size
from clinic.api.renderer import Rows
from clinic.audit.models import AuditEvent
from clinic.audit.reading import note_list
from clinic.audit.seals import RESTORED, highest_number
from clinic.lists.page.addresses import url_with
from clinic.patients.models.seen import seen_patients

if TYPE_CHECKING:
    from rest_framework.views import APIView

NOW = "now"
AFTER: dict[str, Any] = {
    "name": "after",
    "in": "query",
    "schema": {"type": "string", "minLength": 1, "maxLength": 1000},
    "description": "The `after` of the page before; left out for everything since the clinic began, and `now` for what "
    "happens from now on.",
}


class ChangePages(NumberedPagination):
    """Where a page begins is said by `after` alone."""

    def get_schema_operation_parameters(self, view: "APIView") -> list[dict[str, Any]]:
        return [AFTER, *super().get_schema_operation_parameters(view)[1:]]


class ChangeViewSet(GenericViewSet[AuditEvent]):
    """What happened to records, in the order in which it was saved, each once. It is here within a minute or two."""

    view_permission = edit_permission = Permission.PATIENTS_VIEW
    serializer_class = ChangeSerializer
    filter_backends = ()
    pagination_class = ChangePages
    http_method_names = ["get", "head"]

    def list(self, request: Request) -> Response:
        refuse_parameters(request, ("after", "page_size"))
        http: Any = request._request
        size, number = page_size(http), self._number(http)
        events = list(self._events(http).filter(number__gt=number).order_by("number")[: size + 1])
        more, events = len(events) > size, events[:size]
        after = changes_cursor(http, events[-1].number or 0 if events else number)
        note_list(http, "changes", rows=len(events))
        following = http.build_absolute_uri(url_with(http, after=after)) if more else None
        around = {"count": None, "count_at_least": len(events), "next": following, "previous": None, "after": after}
        data = self.get_serializer(events, many=True).data
        return Response(Rows(data, around), headers=links(around))

    def _number(self, http: Any) -> int:
        text = http.GET.get("after")
        if text is None:
            return 0
        if text == NOW:
            return highest_number()
        return changes_number(http, text)

    def _events(self, http: Any) -> Any:
        """The sealed events about records that whoever asks may hear of."""
        kinds = [
            kind for kind, (_, permission) in RECORDS.items() if permission in http.permissions and kind != "clinic"
        ]
        told = Q(record_type__in=kinds) | Q(action=RESTORED)
        events = AuditEvent.objects.filter(told, is_reading=False, record_id__isnull=False)
        person = connection.seen_by  # type: ignore[attr-defined]
        if person is not None:
            events = events.filter(Q(patient_id=None) | Q(patient_id__in=seen_patients(person)))
        return events
