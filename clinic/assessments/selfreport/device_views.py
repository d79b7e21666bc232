"""The pages of a shared device: the form of one assessment, and unlocking."""

from functools import partial
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from clinic.access import Permission, Request, open_on_shared_device, requires
from clinic.accounts.limits.tries import is_password
from clinic.accounts.middleware import enter_clinic, leave_clinic
from clinic.assessments.models import Assessment
from clinic.assessments.questionnaire.actions import change_responses
from clinic.assessments.record import refusals
from clinic.assessments.record.actions import Changed
from clinic.assessments.selfreport import patient_questionnaire
from clinic.assessments.selfreport.actions import patient_actor
from clinic.assessments.selfreport.shared_device import unlock_device
from clinic.audit.reading import note_nothing, note_record
from clinic.instruments.catalogue import find_version
from clinic.instruments.definitions import ENGLISH, Definition
from clinic.ui import errors
from clinic.ui.pages import posted_page, posted_version

REFUSED = (*patient_questionnaire.REFUSED, refusals.NotForPatient, refusals.NotOpen, refusals.ReasonMissing)
OF_ANOTHER = "This form is from before. The questions on this device are others now. Nothing was saved."
AWAY = "You have been signed out. Give the device back."


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.ASSESSMENTS_EDIT)
@open_on_shared_device
def device_form(request: Request) -> HttpResponse:
    """Show the form of the shared assessment, and thanks once it is completed."""
    assessment, definition = _assessment(request)
    if assessment.made:
        return _thanks(request, assessment)
    if request.method != "POST":
        return _page(request, definition, assessment)
    if _is_of_another(request, assessment):
        return errors.answer(request, 409, "conflict", OF_ANOTHER)
    whole = patient_questionnaire.posted_whole(request, definition, assessment.patient.clinical_sex, assessment)
    complete = whole.completed_by(request.POST.get("do", ""))
    try:
        _keep(request, assessment, definition, complete=complete)
    except Changed as changed:
        more: dict[str, Any] = {"problem": patient_questionnaire.CHANGED, "conflict": True, "status": 409}
        return _page(request, definition, changed.current, **more)
    except REFUSED as refusal:
        return _page(request, definition, assessment, refusal=refusal, status=422)
    if complete:
        return redirect("answer:device")
    return redirect(f"{reverse('answer:device')}?{patient_questionnaire.next_page(request)}")


@require_POST
@requires(Permission.ASSESSMENTS_EDIT)
@open_on_shared_device
def device_save(request: Request) -> HttpResponse:
    """Save what is chosen so far. The page asks for this after every response."""
    assessment, definition = _assessment(request)
    address = reverse("answer:device")
    answer = partial(
        patient_questionnaire.fragment, request, definition, assessment.patient.clinical_sex, action=address
    )
    if _is_of_another(request, assessment):
        return answer(None, status=409, problem=OF_ANOTHER)
    try:
        return answer(_keep(request, assessment, definition, complete=False))
    except Changed as changed:
        return answer(changed.current, status=409, problem=patient_questionnaire.CHANGED, conflict=True)
    except REFUSED as refusal:
        return answer(assessment, status=422, problem=patient_questionnaire.refusal_text(refusal))


@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.ASSESSMENTS_EDIT)
@open_on_shared_device
def device_unlock(request: Request) -> HttpResponse:
    """Unlock the device with the password of whoever shared it."""
    if request.shared_device is None:
        return redirect("home")
    if request.method != "POST":
        return _unlock_page(request)
    leave_clinic(request)  # a wrong password is counted, whatever becomes of the rest
    try:
        known = is_password(request, request.POST.get("password", ""))
    except ValidationError as error:
        return _unlock_page(request, status=429, problem=" ".join(error.messages))
    if not known:
        return _unlock_page(request, status=422, problem="This is not the password of who is signed in.")
    enter_clinic(request)
    unlock_device(request, by=request.actor)
    return redirect("assessments:detail", UUID(request.shared_device))


def _unlock_page(request: Request, *, status: int = 200, problem: str = "") -> HttpResponse:
    note_nothing(request)
    context = {"problem": problem, "clinic_name": request.clinic.name}
    return render(request, "answer/unlock.html", context, status=status)


def _assessment(request: Request) -> tuple[Assessment, Definition]:
    """The assessment of the shared session; raises Http404 in any other session."""
    if request.shared_device is None:
        raise Http404
    rows = Assessment.objects.select_related("patient").exclude(instrument="")
    assessment = rows.filter(pk=UUID(request.shared_device)).first()
    if assessment is None:
        raise Http404
    return assessment, find_version(assessment.instrument, assessment.instrument_version)


def _is_of_another(request: Request, assessment: Assessment) -> bool:
    """Whether the form was drawn for an assessment that was on this device before."""
    return request.POST.get("assessment", str(assessment.pk)) != str(assessment.pk)


def _keep(request: Request, assessment: Assessment, definition: Definition, *, complete: bool) -> Assessment:
    kept = change_responses(
        by=patient_actor(assessment.pk),
        id=assessment.pk,
        version=None if request.POST.get("mine") else posted_version(request),
        answers=patient_questionnaire.readable(request, definition, assessment.patient.clinical_sex, assessment),
        replace=True,
        complete=complete,
        page=posted_page(request),
    )
    return kept.assessment


def _page(request: Request, definition: Definition, assessment: Assessment, **more: Any) -> HttpResponse:
    note_record(request, assessment)
    return patient_questionnaire.page(
        request,
        definition,
        assessment.patient.clinical_sex,
        assessment,
        language=assessment.language or ENGLISH,
        action=reverse("answer:device"),
        save_url=reverse("answer:device_save"),
        unlock_url=reverse("answer:unlock"),
        assessment_id=assessment.pk,
        away=AWAY,
        clinic_name=request.clinic.name,
        **more,
    )


def _thanks(request: Request, assessment: Assessment) -> HttpResponse:
    note_record(request, assessment)
    context = {
        "urgent": patient_questionnaire.urgent_for(assessment),
        "unlock_url": reverse("answer:unlock"),
        "clinic_name": request.clinic.name,
    }
    return render(request, "answer/thanks.html", context)
