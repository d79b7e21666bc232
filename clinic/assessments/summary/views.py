"""The summary of a patient, as a part of the patient's page and as a page of its own."""

import uuid

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_safe

from clinic.access import Permission, Request, requires
from clinic.assessments.of_patients import patient_with_results
from clinic.assessments.summary.page import RANGES, summary_of
from clinic.audit.reading import note_record
from clinic.ui import errors
from clinic.ui.pages import page_or_fragment

PAGE = "assessments/patient_summary.html"


@require_safe
@requires(Permission.ASSESSMENTS_VIEW)
def patient_summary(request: Request, pk: uuid.UUID) -> HttpResponse:
    patient = patient_with_results(pk)
    if patient is None:
        raise Http404
    range = request.GET.get("range", "")
    if range not in RANGES:
        return errors.answer(request, 400, "bad_request", "The time to draw is a year, a quarter, or everything.")
    note_record(request, patient)
    return page_or_fragment(request, PAGE, f"{PAGE}#summary", summary_of(request, patient, range))
