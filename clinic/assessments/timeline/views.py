"""The timeline of a patient, as a tab of theirs."""

import uuid

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from clinic.access import Permission, Request, requires
from clinic.assessments.of_patients import patient_or_404
from clinic.assessments.timeline.forms import TimelineForm
from clinic.assessments.timeline.page import timeline_of
from clinic.audit.reading import note_record


@require_safe
@requires(Permission.ASSESSMENTS_VIEW)
def patient_timeline(request: Request, pk: uuid.UUID) -> HttpResponse:
    """Everything that happened to a patient, newest first; a filter that cannot be read is refused beside its field."""
    patient = patient_or_404(pk)
    form = TimelineForm(request.GET, permissions=request.permissions)
    note_record(request, patient)
    is_valid = form.is_valid()
    timeline = timeline_of(patient, form, request.GET) if is_valid else None
    context = {"patient": patient, "form": form, "timeline": timeline}
    return render(request, "assessments/patient_timeline.html", context, status=200 if is_valid else 400)
