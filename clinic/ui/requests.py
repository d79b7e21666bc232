"""One log line a request, with an id that the person sees on an error page."""

import time
import uuid
from collections.abc import Callable

import structlog
from django.http import HttpResponseBase
from structlog.contextvars import bind_contextvars, clear_contextvars

from clinic.access import Request
from clinic.ui.logs import without_secret

log = structlog.get_logger("clinic.request")
QUIET = ("/healthz", "/readyz", "/static/")


def request_log(
    get_response: Callable[[Request], HttpResponseBase],
) -> Callable[[Request], HttpResponseBase]:
    """Middleware: give the request an id, log method, path, status, duration, who and where.

    The path is without its query, and without the token of a patient's link.
    """

    def middleware(request: Request) -> HttpResponseBase:
        clear_contextvars()
        request.request_id = uuid.uuid4().hex[:12]
        bind_contextvars(request_id=request.request_id)
        started = time.perf_counter()
        response = get_response(request)
        response["X-Request-Id"] = request.request_id
        if not request.path.startswith(QUIET):
            log.info(
                "request",
                method=request.method,
                path=without_secret(request.path),
                status=response.status_code,
                ms=round((time.perf_counter() - started) * 1000, 1),
                actor=getattr(getattr(request, "actor", None), "id", None),
                clinic=str(request.clinic.pk) if getattr(request, "clinic", None) else None,
            )
        return response

    return middleware
