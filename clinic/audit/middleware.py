"""Reading leaves one event in the trail, in the transaction of the answer; so does an access that was refused."""

from collections.abc import Callable

from django.http import HttpResponseBase

from clinic.access import Request
from clinic.audit.actions import event
from clinic.audit.reading import page_of, write_readings
from clinic.tenancy.scope import clinic_scope
from clinic.ui.errors import SAFE_METHODS

Answer = Callable[[Request], HttpResponseBase]


class NothingNoted(Exception):
    """A page of a clinic that says neither what it shows of patients nor that it shows nothing."""


def readings(get_response: Answer) -> Answer:
    """Middleware, inside the clinic's transaction: write what the answer shows, before it leaves."""

    def middleware(request: Request) -> HttpResponseBase:
        request.readings, request.shows_nothing = [], False
        response = get_response(request)
        if request.in_clinic and response.status_code == 200:
            if request.readings:
                write_readings(request)
            elif needs_note(request):
                raise NothingNoted(page_of(request))
        return response

    return middleware


def needs_note(request: Request) -> bool:
    """Whether this is a page or a fragment that nobody said to be without patients."""
    match = request.resolver_match
    view = getattr(match.func, "cls", match.func) if match is not None else None
    said = request.shows_nothing or getattr(view, "without_patients", False)
    return request.method in SAFE_METHODS and not said


def refusals(get_response: Answer) -> Answer:
    """Middleware, around the clinic's transaction, which a refusal rolls back: write who was refused what."""

    def middleware(request: Request) -> HttpResponseBase:
        response = get_response(request)
        if response.status_code == 403 and getattr(request, "clinic", None) is not None and request.actor is not None:
            with clinic_scope(request.clinic):
                changes = {"page": page_of(request), "method": request.method}
                event("access.refused", by=request.actor, record_type="access", changes=changes).save(force_insert=True)
        return response

    return middleware
