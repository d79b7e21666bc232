"""Answer a retry as the first was answered: the one place that knows what was sent before.

Every form of a page carries an id of its own, and a program sends an `Idempotency-Key` or the id of what it makes. The
key is claimed in the transaction that does the work: both are kept or neither is, and of two at once the second waits.
"""

import hashlib
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import RequestDataTooBig
from django.db import connection
from django.http import HttpResponse, HttpResponseBase, RawPostDataException
from django.shortcuts import redirect
from django.utils import timezone

from clinic.access import Request
from clinic.accounts.models import Submission
from clinic.tenancy.scope import public_scope
from clinic.ui import errors

KEPT = timedelta(days=7)
NOT_CONTENT = ("csrfmiddlewaretoken", "submission")
AGAIN = "This was saved the first time already, and not a second time."
# INSERT … VALUES ('6f1c…', 'c1…', 'form 0b7e…', '9f86…', 0, '', '2026-03-01 10:00') ON CONFLICT … RETURNING …
CLAIM = """
INSERT INTO accounts_submission (actor, clinic_id, key, checksum, status, address, created_at)
VALUES (%s, %s, %s, %s, 0, '', %s)
ON CONFLICT (clinic_id, actor, key) DO UPDATE
SET key = excluded.key
RETURNING id, checksum, status, address
"""


def answer_again(request: Request, view: Callable[..., Any]) -> HttpResponse | None:
    """Claim the key of a request that writes. The answer to a retry and the refusal of a key that is taken, else None.

    A retry by a program is marked, and its view answers with the record as it is. What the view answers with 405 claims
    nothing.
    """
    request.submission = None
    if request.method in errors.SAFE_METHODS or not takes(view, request.method):
        return None
    program = errors.wants_json(request)
    key, content = _of_program(request) if program else _of_form(request)
    if not key:
        return None
    checksum = hashlib.sha256(f"{request.method} {request.path}\n".encode() + content).hexdigest()
    request.submission = found = _claim(request, key, checksum)
    if found.checksum == checksum and found.status:
        if program:
            return None
        messages.success(request, AGAIN)
        return redirect(found.address)
    if found.checksum != checksum and program:
        return _taken(request, key)
    found.checksum, found.status = checksum, 0
    return None


def takes(view: Callable[..., Any], method: str | None) -> bool:
    """Whether a view of REST framework has a method; any other view says so itself."""
    actions, made_of = getattr(view, "actions", None), getattr(view, "cls", None)
    name = str(method).lower()
    return name in actions if actions is not None else made_of is None or hasattr(made_of, name)


def remember(request: Request, response: HttpResponseBase) -> None:
    """Keep what a request with a key came to, where a retry may be answered the same."""
    submission: Submission | None = request.submission
    if submission is None or submission.status:
        return
    if errors.wants_json(request):
        address = urlsplit(response.get("Location", request.path)).path
    elif response.status_code == 302 and "?" not in response["Location"]:  # a query may hold what was searched
        address = response["Location"]
    else:
        return
    submission.status, submission.address = response.status_code, address
    with public_scope():
        submission.save(update_fields=["checksum", "status", "address"])


def repeats(request: Request) -> Submission | None:
    """What the request repeats; None for one that is new."""
    submission: Submission | None = getattr(request, "submission", None)
    return submission if submission is not None and submission.status else None


def _claim(request: Request, key: str, checksum: str) -> Submission:
    """The submission of the key: the new one, or the one that was there."""
    values = [request.actor.id, request.clinic.pk, key, checksum, timezone.now()]
    with public_scope(), connection.cursor() as cursor:
        cursor.execute(CLAIM, values)
        id, known, status, address = cursor.fetchone()
    return Submission(pk=id, checksum=known, status=status, address=address)


def _taken(request: Request, key: str) -> HttpResponse:
    if key.startswith("id "):
        message = "This id was sent before with other content. Nothing was saved."
        return errors.answer(request, 409, "id_taken", message, fields={"id": [message]})
    message = "This Idempotency-Key was sent before with other content. Nothing was saved."
    return errors.answer(request, 409, "key_taken", message)


def _of_form(request: Request) -> tuple[str, bytes]:
    """The key and the content of a form of ours; an empty key where it has none."""
    try:
        key = f"form {UUID(request.POST.get('submission', ''))}"
    except ValueError:
        return "", b""
    # A script sends the line ends that the page has, a browser those of the network.
    content: list[Any] = [
        (name, [value.replace("\r\n", "\n") for value in values])
        for name, values in request.POST.lists()
        if name not in NOT_CONTENT
    ]
    for name, files in request.FILES.lists():
        for file in files:
            digest = hashlib.sha256()
            for chunk in file.chunks():
                digest.update(chunk)
            file.seek(0)
            content.append((name, [file.name, digest.hexdigest()]))
    return key, json.dumps(sorted(content)).encode()


def _of_program(request: Request) -> tuple[str, bytes]:
    """The key and the content of what a program sent, whatever the order of its names."""
    try:
        content = request.body
        body = json.loads(content, parse_float=str, parse_int=str)
        content = json.dumps(body, sort_keys=True).encode()
    except (RequestDataTooBig, RawPostDataException):
        return "", b""  # the view says so
    except (ValueError, RecursionError):
        body = None
    if given := request.headers.get("Idempotency-Key"):
        return f"key {hashlib.sha256(given.encode()).hexdigest()}", content
    if request.method != "POST" or not isinstance(body, dict):
        return "", b""
    try:
        return f"id {UUID(str(body.get('id')))}", content
    except ValueError:
        return "", b""
