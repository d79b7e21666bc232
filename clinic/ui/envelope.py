"""The one shape of every JSON answer."""

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import TooManyFieldsSent

from clinic.access import Request

Envelope = dict[str, Any]
# Parameters that no address takes and that some programs send their secrets in: an answer is kept in more places.
SECRET = frozenset({"access_token", "token", "client_secret", "api_key", "apikey", "key", "password", "authorization"})
HIDDEN = "…"


def envelope(
    request: Request,
    *,
    results: Any = None,
    message: str = "",
    pagination: dict[str, Any] | None = None,
    error: dict[str, Any] | None = None,
    warnings: Sequence[dict[str, Any]] = (),
) -> Envelope:
    """`results` is a list for lists and the object for one; with `error` (`code`, `fields`) success is false."""
    try:
        given = request.GET.lists()
    except TooManyFieldsSent:
        given = ()
    params = {name: values if len(values) > 1 else values[0] for name, values in given}
    params |= {name: HIDDEN for name in params if name.lower() in SECRET}
    meta: dict[str, Any] = {
        "success": error is None,
        "message": message,
        "request": {"method": request.method, "path": request.path, "params": params},
    }
    if pagination is not None:
        meta["pagination"] = pagination
    if warnings:
        meta["warnings"] = list(warnings)
    body: Envelope = {"meta": meta, "results": results}
    if error is not None:
        body["error"] = {"__typename": "Error", **error}
    return body
