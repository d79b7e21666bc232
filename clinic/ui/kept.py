"""The page that holds what was typed into a form that could not be saved, ready to be sent again."""

import re
from typing import Any

from django.core.exceptions import SuspiciousOperation
from django.http import HttpResponse, QueryDict, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.template.loader import render_to_string

from clinic.access import Request

UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
ROW = re.compile(r"\w+-(?P<index>\d{1,4})-(?P<field>\w+)", re.ASCII)
PASSWORDS = ("password", "oldpassword", "password1", "password2")
SECRETS = (*PASSWORDS, "born", "code", "credential")  # a date of birth or a code opens a patient's link
NOT_SENT = ("csrfmiddlewaretoken", "_switch_clinic", *SECRETS)
MOST_READ = 4 * 1024 * 1024  # bytes of a form that is too large to be saved, and is shown to be shortened
LONG = 1000  # characters of a text that may have to be shortened
UNREADABLE = (SuspiciousOperation, UnreadablePostError, MultiPartParserError)


def kept_page(request: Request, status: int, *, posted: QueryDict | None = None, **context: Any) -> HttpResponse:
    """Show what was `posted`; `button` and `sign_in` are the ways on. Files must be chosen again."""
    hidden = [
        (name, value)
        for name, values in (request.POST if posted is None else posted).lists()
        if name not in NOT_SENT
        for value in values
    ]
    long = [(name, _label(name), value) for name, value in hidden if status == 413 and len(value) > LONG]
    names = {name for name, _, _ in long}
    hidden = [(name, value) for name, value in hidden if name not in names]
    typed = [
        (_label(name), value)
        for name, value in hidden
        if value and name not in ("version", "submission") and "_FORMS" not in name and not UUID.fullmatch(value)
    ]
    files = [(name, file.name) for name, sent in request.FILES.lists() for file in sent] if status != 413 else []
    shown = {**context, "status": status, "hidden": hidden, "typed": typed, "long": long, "files": files}
    response = HttpResponse(render_to_string("ui/kept.html", shown, request), status=status)
    response["Cache-Control"] = "no-store"
    return response


def from_our_page(request: Request) -> bool:
    """Whether the browser says that a page of ours sent this: before any other check only that is shown again."""
    own = f"{request.scheme}://{request.get_host()}"
    return request.headers.get("Sec-Fetch-Site") == "same-origin" or request.headers.get("Origin") == own


def sent_form(request: Request, *, large: bool = False) -> QueryDict | None:
    """What a form of ours sent; None for anything else, and for a secret, which is never sent again.

    With `large` a form over the limit is read after all.
    """
    if request.method != "POST" or getattr(request, "htmx", False) or not from_our_page(request):
        return None
    try:
        posted = _read_large(request) if large else request.POST
    except UNREADABLE:
        return None
    return posted if posted and not set(SECRETS) & set(posted) else None


def _read_large(request: Request) -> QueryDict | None:
    length = int(request.META.get("CONTENT_LENGTH") or 0)
    if request.content_type != "application/x-www-form-urlencoded" or length > MOST_READ:
        return None
    return QueryDict(request.read(length), encoding=request.encoding)


def _label(name: str) -> str:
    """A field's name in words; of repeated rows "questions-0-answer" is "Answer 1"."""
    if row := ROW.fullmatch(name):
        name = f"{row['field']} {int(row['index']) + 1}"
    return name.replace("_", " ").capitalize()
