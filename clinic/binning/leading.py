"""Where addresses of a record in the bin lead, asked only where nothing was found: to its page of the bin."""

from collections.abc import Callable

from django.http import HttpResponseBase
from django.urls import reverse

from clinic.access import Permission, Request
from clinic.merging.leading import keys_in_address
from clinic.patients.models import BinnedPatient
from clinic.ui import errors
from clinic.ui.kept import kept_page, sent_form
from clinic.ui.pages import client_redirect, noted

LED = "The record you asked for is in the bin."
NOTHING_SAVED = "This record was put into the bin meanwhile. Nothing was saved."
TITLE = "This record is in the bin"


class Leading:
    """Middleware, inside the clinic's transaction: lead who may open the bin there, and keep what others typed."""

    def __init__(self, get_response: Callable[[Request], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: Request) -> HttpResponseBase:
        response = self.get_response(request)
        if response.status_code != 404 or not request.in_clinic or errors.wants_json(request):
            return response
        binned = BinnedPatient.objects.filter(pk__in=keys_in_address(request)).only("pk").first()
        if binned is None:
            return response
        address = reverse("binning:detail", args=[binned.pk])
        may_open = Permission.PATIENTS_MERGE in request.permissions
        if request.method not in errors.SAFE_METHODS:
            form = sent_form(request)
            if form is None:
                return response
            leads_to = address if may_open else ""
            return kept_page(request, 409, posted=form, title=TITLE, message=NOTHING_SAVED, leads_to=leads_to)
        if not may_open:
            return response
        noted(request, LED)
        return client_redirect(request, address)
