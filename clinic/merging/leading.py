"""Where addresses of a merged record lead: to the record that it was merged into.

Asked only where nothing was found, so that nobody else waits for it. A form that was opened before the merge is not
sent on by itself: it was about another record, and what was typed is kept.
"""

from collections.abc import Callable
from uuid import UUID

from django.http import HttpResponse, HttpResponseBase

from clinic.access import Request
from clinic.patients.models import MergedPatient, Patient
from clinic.ui import errors
from clinic.ui.kept import kept_page, sent_form
from clinic.ui.pages import client_redirect, noted

NAMED_BY = ("patient", "other")  # parameters of addresses that name a patient
LED = "The record you asked for was merged into this one."
MERGED = "This record was merged into another one meanwhile. Nothing was saved."
TITLE = "This record was merged"
GONE = "This record was merged into another one just now. Nothing was saved; try again."


class Leading:
    """Middleware, inside the clinic's transaction: lead from a merged record to the one that has it."""

    def __init__(self, get_response: Callable[[Request], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: Request) -> HttpResponseBase:
        response = self.get_response(request)
        if response.status_code == 404 and request.in_clinic and (merged := _merged(request)) is not None:
            address = request.get_full_path().replace(str(merged.pk), str(merged.into_id))
            if address != request.get_full_path():
                return lead_on(request, merged, address)
        return response

    def process_exception(self, request: Request, error: Exception) -> HttpResponse | None:
        """Answer who waited for a merge, and acts on a record that is not there any more."""
        if not isinstance(error, Patient.DoesNotExist):
            return None
        return errors.keep_or_answer(request, 409, "merged", GONE)


def _merged(request: Request) -> MergedPatient | None:
    """The merged record that the address names, of those that whoever asks sees."""
    keys = keys_in_address(request)
    return MergedPatient.objects.filter(pk__in=keys).first() if keys else None


def keys_in_address(request: Request) -> list[UUID]:
    """The ids that may be a patient's, in the path and, of a page, in its parameters."""
    match = request.resolver_match
    texts = [str(match.kwargs.get("pk", "")) if match is not None else ""]
    texts += [] if errors.wants_json(request) else [request.GET.get(name, "") for name in NAMED_BY]
    return [key for text in texts if text and (key := _uuid(text)) is not None]


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def lead_on(request: Request, merged: MergedPatient, address: str) -> HttpResponse:
    """Send who reads on to the survivor; refuse what would be written, and say where it belongs now."""
    reads = request.method in errors.SAFE_METHODS
    if errors.wants_json(request):
        answer = errors.answer(
            request,
            301 if reads else 409,
            "merged",
            MERGED if not reads else LED,
            fields={"merged_into": merged.into_id},
        )
        if reads:
            answer["Location"] = request.build_absolute_uri(address)
        return answer
    if reads:
        noted(request, LED)
        return client_redirect(request, address)
    form = sent_form(request)
    if form is None:
        return errors.answer(request, 409, "merged", MERGED, title=TITLE)
    return kept_page(request, 409, posted=form, title=TITLE, message=MERGED, leads_to=address)
