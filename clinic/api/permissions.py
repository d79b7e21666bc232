"""Who may use a view of the API."""

from typing import TYPE_CHECKING, Any

from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from clinic.access import Permission

if TYPE_CHECKING:
    from rest_framework.views import APIView


def needed(view: Any, method: str | None) -> set[Permission | None]:
    """What a view takes: its `view_permission`, to change something its `edit_permission` too, since the answer shows
    the record, and what it says is `required_besides`.
    """
    found = {getattr(view, "view_permission", None), *getattr(view, "required_besides", ())}
    return found if method in SAFE_METHODS else found | {getattr(view, "edit_permission", None)}


class RolePermission(BasePermission):
    """Whoever asks has what the view takes; a view that does not say what is closed."""

    message = "Your role in this clinic, or the scope of your token, does not include this."

    def has_permission(self, request: Request, view: "APIView") -> bool:
        http: Any = request._request
        return needed(view, request.method) <= set(http.permissions)


class OfClinic(BasePermission):
    """Everybody who is in a clinic, whatever they may: a view about nothing but whoever asks."""

    def has_permission(self, request: Request, view: "APIView") -> bool:
        http: Any = request._request
        return http.clinic is not None
