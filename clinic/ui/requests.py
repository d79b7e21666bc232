"""One log line a request, with an id that the person sees on an error page; and requests whose body ends early."""

import re
import time
import uuid
from collections.abc import Callable, Iterable
from io import BytesIO
from typing import Any, NamedTuple

import structlog
from django.conf import settings
from django.http import HttpResponseBase
from structlog.contextvars import bind_contextvars, clear_contextvars

from clinic.access import Permission, Request
from clinic.metrics.counting import count, observe
from clinic.metrics.declared import REQUEST_SECONDS, REQUESTS, THREAD_WAIT
from clinic.services import is_served
from clinic.ui.addresses import client_address
from clinic.ui.errors import TOO_LARGE_MESSAGE, answer, keep_or_answer
from clinic.ui.kept import MOST_READ
from clinic.ui.logs import without_secret
from clinic.ui.serving.waits import waited

log = structlog.get_logger("clinic.request")
LONGEST_WAIT = 2.0  # seconds for a turn, after which people have gone or press again
MISDIRECTED_MESSAGE = (
    "Another part of the record answers this, and the server before both sent it to the wrong one. Nothing was saved; "
    "tell whoever looks after this clinic."
)
GIVEN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", re.ASCII)
TRACE = re.compile(r"00-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}", re.ASCII)
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
QUIET = ("/healthz", "/readyz", "/static/")


class LargeFile(NamedTuple):
    """Addresses that take larger files than forms are: how many bytes a request there may have, and who may send it."""

    paths: re.Pattern[str]
    longest: int
    message: str
    permission: Permission


LARGE_FILES = (
    LargeFile(
        re.compile("/(patients|assessments)/import/"),
        257 * 1024**2,
        "A file may hold 256 megabytes at most. Nothing was kept.",
        Permission.PATIENTS_IMPORT,
    ),
    LargeFile(
        re.compile("/patients/[0-9a-f-]{36}/photo/change/"),
        11 * 1024**2,
        "A photo may hold 10 megabytes at most. Nothing was kept.",
        Permission.PATIENTS_EDIT,
    ),
)


def large_file_at(path: str) -> LargeFile | None:
    return next((each for each in LARGE_FILES if each.paths.fullmatch(path)), None)


def request_log(
    get_response: Callable[[Request], HttpResponseBase],
) -> Callable[[Request], HttpResponseBase]:
    """Middleware: give the request an id, log method, path, status, duration, who and where.

    The path is without its query, and without the token of a patient's link. A proxy's or a program's own
    `X-Request-Id` is taken over, and the trace of a `traceparent` noted, so that logs on both sides meet.
    """

    def middleware(request: Request) -> HttpResponseBase:
        clear_contextvars()
        given = request.headers.get("X-Request-Id", "")
        request.request_id = given if GIVEN.fullmatch(given) else uuid.uuid4().hex[:12]
        bind_contextvars(request_id=request.request_id, address=client_address(request))
        if trace := TRACE.fullmatch(request.headers.get("Traceparent", "")):
            bind_contextvars(trace_id=trace[1])
        started = time.perf_counter()
        response = get_response(request)
        response["X-Request-Id"] = request.request_id
        seconds = time.perf_counter() - started
        note_metrics(request, response.status_code, seconds)
        if not request.path.startswith(QUIET):
            log.info(
                "request",
                method=request.method,
                path=without_secret(request.path),
                status=response.status_code,
                ms=round(seconds * 1000, 1),
                actor=getattr(getattr(request, "actor", None), "id", None),
                clinic=str(request.clinic.pk) if getattr(request, "clinic", None) else None,
            )
        return response

    return middleware


def note_metrics(request: Request, status: int, seconds: float) -> None:
    """Count the request by its route's name: an address may name a patient, and anybody can ask for a new one."""
    found = request.resolver_match
    route = found.view_name if found else next((start for start in QUIET if request.path.startswith(start)), "unknown")
    method = request.method if request.method in METHODS else "other"
    count(REQUESTS, route, str(method), f"{status // 100}xx")
    observe(REQUEST_SECONDS, seconds, route)
    observe(THREAD_WAIT, waited())


def shedding(
    get_response: Callable[[Request], HttpResponseBase],
) -> Callable[[Request], HttpResponseBase]:
    """Middleware: refuse at once, without the database, what has waited too long for its turn; so a crowd drains."""

    def middleware(request: Request) -> HttpResponseBase:
        if waited() > LONGEST_WAIT:
            return answer(
                request, 503, "busy", "Too many people ask at once. Nothing was saved; try again in a moment."
            )
        return get_response(request)

    return middleware


def readable(
    get_response: Callable[[Request], HttpResponseBase],
) -> Callable[[Request], HttpResponseBase]:
    """Middleware: refuse by its declared length what no page reads, before any of it is stored."""

    def middleware(request: Request) -> HttpResponseBase:
        large = large_file_at(request.path_info)
        longest, message = (large.longest, large.message) if large else (MOST_READ, TOO_LARGE_MESSAGE)
        if int(request.META.get("CONTENT_LENGTH") or 0) > longest:
            return answer(request, 413, "too_large", message)
        return get_response(request)

    return middleware


def own_service(
    get_response: Callable[[Request], HttpResponseBase],
) -> Callable[[Request], HttpResponseBase]:
    """Middleware: refuse what the other of two services answers. Only a proxy that is set up wrong sends it here."""

    def middleware(request: Request) -> HttpResponseBase:
        if is_served(request.path_info):
            return get_response(request)
        log.error("misdirected", path=without_secret(request.path), serves=settings.CLINIC_SERVICES)
        return keep_or_answer(request, 421, "misdirected", MISDIRECTED_MESSAGE)

    return middleware


Application = Callable[[dict[str, Any], Any], Iterable[bytes]]


class WholeBody:
    """The body of a request. Django asks for no more than there should be, and takes less for the end."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self.readline = stream.readline

    def read_up_to(self, size: int) -> bytes:
        """Read so many bytes, or as many as there are."""
        data: bytes = self._stream.read(size)
        return data

    def read(self, size: int) -> bytes:
        """Read so many bytes; raises OSError where the connection ends before."""
        data: bytes = self._stream.read(size)
        if len(data) < size:
            raise OSError("The connection ended before the whole body had arrived.")
        return data


def _read_chunked(environ: dict[str, Any]) -> None:
    """Read a body of unsaid length, so that it has one: Django takes such a body for empty.

    It is read as far as anything may be long, and one byte on, so that a longer one is refused as too large.
    """
    try:
        body = environ["wsgi.input"].read_up_to(MOST_READ + 1)
        length = len(body)
    except OSError:
        body, length = b"", 1  # which is missing when it is read
    environ["wsgi.input"], environ["CONTENT_LENGTH"] = WholeBody(BytesIO(body)), str(length)


def whole_bodies(application: Application) -> Application:
    """The WSGI application, for requests that arrive whole."""

    def answer(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        environ["wsgi.input"] = WholeBody(environ["wsgi.input"])
        if "CONTENT_LENGTH" not in environ and environ.get("wsgi.input_terminated"):
            _read_chunked(environ)
        return application(environ, start_response)

    return answer
