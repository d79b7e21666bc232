"""Who may use a view of the API."""

from typing import TYPE_CHECKING, Any

from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

if TYPE_CHECKING:
    from rest_framework.views import APIView


class RolePermission(BasePermission):
    """Safe methods need the view's `view_permission`, others its `edit_permission`; a view without is closed."""

    message = "Your role in this clinic, or the scope of your token, does not include this."

    def has_permission(self, request: Request, view: "APIView") -> bool:
        http: Any = request._request
        name = "view_permission" if request.method in SAFE_METHODS else "edit_permission"
        return getattr(view, name, None) in http.permissions
