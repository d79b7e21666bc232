"""Who asks."""

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from clinic.api.filters import refuse_parameters
from clinic.api.objects.deeds import MeSerializer
from clinic.api.permissions import OfClinic


class MeViewSet(GenericViewSet[Any]):
    """Who asks, for which clinic, and what they may."""

    without_patients = True
    view_permission = edit_permission = None
    permission_classes = (OfClinic,)
    tag, operation = "Me", "me"
    serializer_class = MeSerializer
    filter_backends = ()
    http_method_names = ["get", "head"]

    def me(self, request: Request) -> Response:
        """The program or the person, the clinic, and what the token's scopes or the role allow."""
        refuse_parameters(request)
        http: Any = request._request
        found = {
            "id": http.actor.id,
            "name": http.actor.name,
            "kind": "person" if http.client is None else "program",
            "clinic": http.clinic.pk,
            "clinic_name": http.clinic.name,
            "time_zone": http.clinic.time_zone,
            "role": "" if http.membership is None else str(http.membership.role),
            "scopes": http.scopes_of_token,
            "permissions": sorted(http.permissions),
        }
        return Response(self.get_serializer(found).data)
