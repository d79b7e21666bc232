"""Who may use a view of the API."""

from typing import TYPE_CHECKING, Any

from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

if TYPE_CHECKING:
    from rest_framework.views import APIView


class RolePermission(BasePermission):
    """Safe methods need the view's `view_permission`, others its `edit_permission` too, since they show the record.

    A view without is closed.
    """

    message = "Your role in this clinic, or the scope of your token, does not include this."

    def has_permission(self, request: Request, view: "APIView") -> bool:
        http: Any = request._request
        names = ("view_permission",) if request.method in SAFE_METHODS else ("view_permission", "edit_permission")
        return all(getattr(view, name, None) in http.permissions for name in names)


class OfClinic(BasePermission):
    """Everybody who is in a clinic, whatever they may: a view about nothing but whoever asks."""

    def has_permission(self, request: Request, view: "APIView") -> bool:
        http: Any = request._request
        return http.clinic is not None
