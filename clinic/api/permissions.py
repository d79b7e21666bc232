"""Who may use a view of the API."""

from typing import TYPE_CHECKING, Any

from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

if TYPE_CHECKING:
    from rest_framework.views import APIView


class RolePermission(BasePermission):
    """A view names `required_permissions`: one for safe methods, one for all others; without them it is closed."""

    message = "Your role in this clinic, or the scope of your token, does not include this."

    def has_permission(self, request: Request, view: "APIView") -> bool:
        http: Any = request._request
        reading, writing = getattr(view, "required_permissions", (None, None))
        return (reading if request.method in SAFE_METHODS else writing) in http.permissions
