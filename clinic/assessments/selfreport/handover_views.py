"""The pages of a device that was handed over: the sheet of one sitting, and the way back."""

from functools import partial
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from clinic.access import Permission, Request, handed_over, requires
from clinic.assessments.models import Assessment
from clinic.assessments.questionnaire.answering import change_sitting
from clinic.assessments.record import refusals
from clinic.assessments.record.actions import Changed
from clinic.assessments.selfreport import patient_sheets
from clinic.assessments.selfreport.handing_over import end_handover, is_password
from clinic.assessments.selfreport.requesting import patient_actor
from clinic.instruments.catalogue import find_version
from clinic.instruments.definitions import ENGLISH, Definition
from clinic.tenancy.scope import public_scope
from clinic.ui.pages import posted_version

REFUSED = (*patient_sheets.REFUSED, refusals.NotForPatient, refusals.NotOpen, refusals.ReasonMissing)
AWAY = "You have been signed out. Give the device back."


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.ASSESSMENTS_EDIT)
@handed_over
def handover_sheet(request: Request) -> HttpResponse:
    """The sheet of the sitting that was handed over, and thanks once it is done."""
    sitting, definition = _sitting(request)
    if sitting.made:
        return _thanks(request, sitting)
    if request.method != "POST":
        return _page(request, definition, sitting)
    complete = request.POST.get("do") == "complete"
    try:
        _keep(request, sitting, definition, complete=complete)
    except Changed as changed:
        more: dict[str, Any] = {"problem": patient_sheets.CHANGED, "conflict": True, "status": 409}
        return _page(request, definition, changed.current, **more)
    except REFUSED as refusal:
        return _page(request, definition, sitting, refusal=refusal, status=422)
    return redirect("answer:handover")


@require_POST
@requires(Permission.ASSESSMENTS_EDIT)
@handed_over
def handover_save(request: Request) -> HttpResponse:
    """Keep what is chosen so far; asked by the page after every answer."""
    sitting, definition = _sitting(request)
    address = reverse("answer:handover")
    answer = partial(patient_sheets.fragment, request, definition, sitting.patient.gender, action=address)
    try:
        return answer(_keep(request, sitting, definition, complete=False))
    except Changed as changed:
        return answer(changed.current, status=409, problem=patient_sheets.CHANGED, conflict=True)
    except REFUSED as refusal:
        return answer(sitting, status=422, problem=patient_sheets.said(refusal))


@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.ASSESSMENTS_EDIT)
@handed_over
def handover_leave(request: Request) -> HttpResponse:
    """Take the device back, with the password of who handed it over."""
    if request.handover is None:
        return redirect("home")
    if request.method != "POST":
        return _leave_page(request)
    try:
        with public_scope():
            known = is_password(request, request.POST.get("password", ""))
    except ValidationError as error:
        return _leave_page(request, status=429, problem=" ".join(error.messages))
    if not known:
        return _leave_page(request, status=422, problem="This is not the password of who is signed in.")
    end_handover(request, by=request.actor)
    return redirect("assessments:detail", UUID(request.handover))


def _leave_page(request: Request, *, status: int = 200, problem: str = "") -> HttpResponse:
    context = {"problem": problem, "clinic_name": request.clinic.name}
    return render(request, "answer/leave.html", context, status=status)


def _sitting(request: Request) -> tuple[Assessment, Definition]:
    """The sitting that the session was handed over for; raises Http404 in any other session."""
    if request.handover is None:
        raise Http404
    rows = Assessment.objects.select_related("patient").exclude(instrument="")
    sitting = rows.filter(pk=UUID(request.handover)).first()
    if sitting is None:
        raise Http404
    return sitting, find_version(sitting.instrument, sitting.instrument_version)


def _keep(request: Request, sitting: Assessment, definition: Definition, *, complete: bool) -> Assessment:
    kept = change_sitting(
        by=patient_actor(sitting.pk),
        id=sitting.pk,
        version=None if request.POST.get("mine") else posted_version(request),
        answers=patient_sheets.readable(request, definition, sitting.patient.gender, sitting),
        replace=True,
        complete=complete,
    )
    return kept.assessment


def _page(request: Request, definition: Definition, sitting: Assessment, **more: Any) -> HttpResponse:
    return patient_sheets.page(
        request,
        definition,
        sitting.patient.gender,
        sitting,
        language=sitting.language or ENGLISH,
        action=reverse("answer:handover"),
        save_url=reverse("answer:handover_save"),
        leave_url=reverse("answer:leave"),
        away=AWAY,
        clinic_name=request.clinic.name,
        **more,
    )


def _thanks(request: Request, sitting: Assessment) -> HttpResponse:
    context = {
        "urgent": patient_sheets.urgent_for(sitting),
        "leave_url": reverse("answer:leave"),
        "clinic_name": request.clinic.name,
    }
    return render(request, "answer/thanks.html", context)
