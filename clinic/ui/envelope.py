"""The one shape of every JSON answer."""

from typing import Any

from django.core.exceptions import TooManyFieldsSent

from clinic.access import Request

Envelope = dict[str, Any]


def envelope(
    request: Request,
    *,
    results: Any = None,
    message: str = "",
    pagination: dict[str, Any] | None = None,
    error: dict[str, Any] | None = None,
) -> Envelope:
    """`results` is a list for lists and the object for one; with `error` (`code`, `fields`) success is false."""
    try:
        given = request.GET.lists()
    except TooManyFieldsSent:
        given = ()
    params = {name: values if len(values) > 1 else values[0] for name, values in given}
    meta: dict[str, Any] = {
        "success": error is None,
        "message": message,
        "request": {"method": request.method, "path": request.path, "params": params},
    }
    if pagination is not None:
        meta["pagination"] = pagination
    body: Envelope = {"meta": meta, "results": results}
    if error is not None:
        body["error"] = {"__typename": "Error", **error}
    return body
