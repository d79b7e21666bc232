"""Opening a questionnaire again that a patient finished by mistake. The page after it shows the patient's new link."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_POST

from clinic.access import Permission, Request, requires
from clinic.assessments.models import Assessment
from clinic.assessments.pages.pages import detail_page
from clinic.assessments.record import refusals
from clinic.assessments.record.actions import Changed
from clinic.assessments.selfreport import request_views
from clinic.assessments.selfreport.actions import RequestEnded
from clinic.assessments.selfreport.reopening import reopen_request
from clinic.ui import errors
from clinic.ui.pages import posted_version

CHANGED = "Somebody changed this meanwhile, and it was not opened again. What there is now is shown here."


@require_POST
@requires(Permission.ASSESSMENTS_EDIT)
def assessment_reopen(request: Request, pk: UUID) -> HttpResponse:
    rows = Assessment.objects.select_related("patient__user", "user").exclude(instrument="")
    assessment = get_object_or_404(rows, pk=pk)
    reason = request.POST.get("reason", "")
    try:
        issued = reopen_request(
            by=request.actor,
            clinic=request.clinic,
            assessment=assessment,
            version=posted_version(request),
            new_id=request_views.new_id(request),
            reason=reason,
        )
    except Changed:
        return detail_page(request, rows.get(pk=pk), status=409, reopen_error=CHANGED, reopen_reason=reason)
    except refusals.ReasonMissing as refusal:
        return detail_page(request, assessment, status=422, reopen_error=str(refusal), reopen_reason=reason)
    except (refusals.NotOpen, *request_views.REFUSED, RequestEnded) as refusal:
        message = str(refusal) or "That link has ended meanwhile. Make a new one."
        return errors.answer(request, 409, "conflict", message)
    return request_views.to_link(request, issued)
