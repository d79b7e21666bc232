"""The one place that answers errors: a page for people, the envelope for programs. Nothing here queries."""

import sys
from collections.abc import Sequence
from typing import Any

import structlog
from django.core.exceptions import PermissionDenied, RequestDataTooBig, TooManyFieldsSent
from django.http import HttpResponse, HttpResponseNotAllowed, JsonResponse, UnreadablePostError
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import Resolver404, is_valid_path, resolve
from django_htmx.http import HttpResponseClientRefresh

from clinic.access import Request
from clinic.postgres.outages import is_away, is_disk_full, is_overtaken
from clinic.ui.envelope import envelope
from clinic.ui.kept import kept_page, sent_form
from clinic.ui.logs import without_secret

OF_PROGRAMS = ("/api/v1/", "/o/", "/.well-known/oauth-")
SAFE_METHODS = ("GET", "HEAD", "OPTIONS", "TRACE")
log = structlog.get_logger("clinic.error")
TITLES = {
    400: "That address or form could not be read",
    401: "Sign in first",
    403: "You do not have access to this",
    404: "There is nothing here",
    405: "That is not possible here",
    409: "Someone was there before you",
    413: "That is too much at once",
    415: "That kind of content is not understood",
    421: "This came to the wrong place",
    429: "Too many tries",
    500: "Something went wrong on our side",
    503: "The clinic is unavailable for a moment",
}
DATABASE_MESSAGE = "The database did not answer. Nothing was saved. Try again in a few seconds."
LOST_AT_COMMIT_MESSAGE = (
    "The database did not answer when this was to be saved, so it is not known whether it was. "
    "Send it again in a few seconds: the same form, id or Idempotency-Key is not saved twice."
)
DISK_FULL_MESSAGE = (
    "The disk of the server is full. Nothing was saved, and nothing can be until whoever looks after this clinic "
    "makes room. What is saved already can be read."
)
FAULT_MESSAGE = (
    "Nothing was saved. It has been noted; trying again may help, and if it does not, "
    "tell whoever looks after this clinic the number below."
)
OVERTAKEN_MESSAGE = "What this refers to changed meanwhile. Nothing was saved; reload and try again."
BELOW = "What you typed is below, and Try again sends it."
SHORTEN = "What you typed is below: shorten it, then send it again."
TOO_LARGE_MESSAGE = "A form or file may hold one megabyte at most. Nothing was saved."


def wants_json(request: Request) -> bool:
    if getattr(request, "client", None) is not None:
        return True
    return request.path.startswith(OF_PROGRAMS) and not request.path.startswith("/api/v1/docs/")


def answer(
    request: Request,
    status: int,
    code: str,
    message: str,
    *,
    title: str = "",
    details: Sequence[str] = (),
    fields: dict[str, Any] | None = None,
) -> HttpResponse:
    """Answer with `status`: the page, or the envelope where a program asked. `code` is stable, `message` for people."""
    response: HttpResponse
    if wants_json(request):
        error = {"code": code, "fields": fields or {}}
        if status >= 500:
            error["request_id"] = getattr(request, "request_id", "")
        response = JsonResponse(envelope(request, message=message, error=error), status=status)
    else:
        context = {
            "request": request,
            "status": status,
            "title": title or TITLES.get(status, TITLES[400]),
            "message": message,
            "details": details,
            "request_id": getattr(request, "request_id", None),
            "csp_nonce": getattr(request, "_csp_nonce", None),
        }
        response = HttpResponse(render_to_string("error.html", context), status=status)
    if status == 503:
        response["Retry-After"] = "5"
    response["Cache-Control"] = "no-store"
    return response


def keep_or_answer(request: Request, status: int, code: str, message: str, *, title: str = "") -> HttpResponse:
    """The page that keeps what was typed, where one of our forms was sent; else as `answer`."""
    form = None if wants_json(request) else sent_form(request, large=status == 413)
    if form is None:
        return answer(request, status, code, message, title=title)
    text = f"{message} {SHORTEN if status == 413 else BELOW}"
    response = kept_page(request, status, posted=form, title=title or TITLES[status], message=text, button="Try again")
    if status == 503:
        response["Retry-After"] = "5"
    return response


def bad_request(request: Request, exception: Exception) -> HttpResponse:
    if isinstance(exception, RequestDataTooBig):
        return keep_or_answer(request, 413, "too_large", TOO_LARGE_MESSAGE)
    if isinstance(exception, TooManyFieldsSent):
        return answer(request, 400, "too_many_fields", "The form has more fields than can be read. Nothing was saved.")
    return answer(request, 400, "bad_request", "The request could not be read. Nothing was saved.")


def permission_denied(request: Request, exception: Exception) -> HttpResponse:
    message = str(exception) or "Your role in this clinic does not include this."
    return answer(request, 403, "forbidden", message)


def page_not_found(request: Request, exception: Exception) -> HttpResponse:
    message = "The address is wrong, or what was here belongs to another clinic or no longer exists."
    meant = f"{request.path_info.rstrip('/').lower()}/"
    if meant.startswith("/api/") and meant != request.path_info and is_valid_path(meant):
        message = f"The address is wrong: {meant} is one, in small letters and with a slash at its end."
    return answer(request, 404, "not_found", message)


def not_allowed(request: Request, response: HttpResponseNotAllowed) -> HttpResponse:
    """Django's bare 405, as everybody else's errors look; for a person who looks, the page above the address."""
    if request.method in ("GET", "HEAD") and not request.htmx and not wants_json(request):
        return _page_above(request)
    said = answer(request, 405, "method_not_allowed", "This address cannot be used in that way.")
    said["Allow"] = response["Allow"]
    return said


def _page_above(request: Request) -> HttpResponse:
    """What an address that only takes forms shows to who opens it, as by reloading the page of a refused one.

    "/patients/1/archive/" leads to "/patients/1/"; who may not send the form is refused as ever.
    """
    needed = getattr(request.resolver_match.func, "required_permission", None)  # type: ignore[union-attr]
    if needed is not None and needed not in request.permissions:
        return permission_denied(request, PermissionDenied())
    path = request.path_info
    while path != "/":
        path = f"{path.rstrip('/').rpartition('/')[0]}/"
        try:
            resolve(path)
        except Resolver404:
            continue
        break
    return redirect(path)


def server_error(request: Request) -> HttpResponse:
    return failed(request, sys.exc_info()[1])


def failed(request: Request, error: BaseException | None, *, maybe_saved: bool = False) -> HttpResponse:
    """Answer an error that nobody expected.

    409 where somebody else was first, 503 where the database is away, else 500 with the request's number. With
    `maybe_saved` it happened at the end of a transaction that wrote. Nobody hears what is said of a form that was cut
    off on its way.
    """
    if isinstance(error, UnreadablePostError):
        return answer(request, 400, "invalid", "The connection ended before the whole body had arrived.")
    if is_overtaken(error):
        log.warning("overtaken", path=without_secret(request.path), exc_info=error)
        return keep_or_answer(request, 409, "conflict", OVERTAKEN_MESSAGE)
    full = is_disk_full(error)
    log.error("unhandled", path=without_secret(request.path), reason="disk full" if full else None, exc_info=error)
    if full:
        return keep_or_answer(request, 503, "disk_full", DISK_FULL_MESSAGE, title="Nothing can be saved at the moment")
    if is_away(error):
        message = LOST_AT_COMMIT_MESSAGE if maybe_saved else DATABASE_MESSAGE
        return keep_or_answer(request, 503, "unavailable", message)
    return keep_or_answer(request, 500, "server_error", FAULT_MESSAGE)


def csrf_failure(request: Request, reason: str = "") -> HttpResponse:
    """The form's token is stale or foreign. From our own pages what was typed is kept and can be sent again."""
    if not wants_json(request) and (form := sent_form(request)) is not None:
        return kept_page(
            request,
            403,
            posted=form,
            title="Check and send again",
            message="You signed in again since this page was opened, so it was not saved yet. What you typed is below.",
            button="Send again",
        )
    return answer(
        request,
        403,
        "csrf",
        "The form did not come from one of our pages, or the page was too old. Reload it.",
    )


def locked(request: Request) -> HttpResponse:
    """What every address but three answers a session whose device is locked for a patient."""
    if wants_json(request):
        return answer(request, 403, "handed_over", "This device is locked for a patient.")
    response: HttpResponse
    if request.htmx:
        response = HttpResponseClientRefresh()
        response.status_code = 403
    else:
        response = HttpResponse(render_to_string("answer/locked.html", {}, request), status=403)
    response["Cache-Control"] = "no-store"
    return response
