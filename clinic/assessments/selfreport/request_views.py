"""The pages on which a practitioner asks a patient to answer by a link."""

import uuid
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from clinic.access import Permission, Request, requires
from clinic.assessments.models import AnswerRequest
from clinic.assessments.record import refusals
from clinic.assessments.selfreport import actions as request_actions
from clinic.assessments.selfreport.request_forms import RequestForm
from clinic.instruments.catalogue import offered_to
from clinic.patients.models import Patient
from clinic.staff.models import Practitioner
from clinic.ui import errors
from clinic.ui.pages import saved

REFUSED = (refusals.NotForPatient, request_actions.BirthDateUnknown, request_actions.NotByPatient)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.ASSESSMENTS_EDIT)
def request_new(request: Request, pk: uuid.UUID) -> HttpResponse:
    """Choose what to ask. The response to the form shows the link, once."""
    patient = get_object_or_404(Patient.objects.select_related("user"), pk=pk)
    found = offered_to(sex=patient.gender, age=patient.age, country=request.clinic.country)
    offered = [offer for offer in found if offer.definition.answered_by == "patient"]
    if request.method != "POST":
        form = RequestForm(offered, initial={"id": uuid.uuid4(), "instrument": request.GET.get("instrument", "")})
        return _form_page(request, patient, form)
    form = RequestForm(offered, request.POST)
    if not form.is_valid():
        return _form_page(request, patient, form, status=422)
    ids = {offer.definition.id: offer.definition for offer in offered}
    definition = ids[form.cleaned_data["instrument"]]
    user = Practitioner.objects.active().filter(pk=request.actor.id).first() or patient.user
    try:
        issued = request_actions.create_request(
            by=request.actor,
            clinic=request.clinic,
            id=form.cleaned_data["id"] or uuid.uuid4(),
            patient=patient,
            user=user,
            definition=definition,
            language=form.language_of(definition),
            days=form.cleaned_data["days"],
        )
    except REFUSED as refusal:
        form.add_error(None, str(refusal))
        return _form_page(request, patient, form, status=422)
    except request_actions.RequestEnded:
        return errors.answer(request, 409, "conflict", "That link has ended meanwhile. Make a new one.")
    return link_page(request, patient, issued)


@require_POST
@requires(Permission.ASSESSMENTS_EDIT)
def request_revoke(request: Request, pk: uuid.UUID) -> HttpResponse:
    patient_request = get_object_or_404(AnswerRequest, pk=pk)
    request_actions.revoke_request(by=request.actor, id=pk)
    saved(request, "Link revoked. What was answered is kept.")
    return redirect("assessments:for_patient", patient_request.patient_id)


@require_POST
@requires(Permission.ASSESSMENTS_EDIT)
def request_renew(request: Request, pk: uuid.UUID) -> HttpResponse:
    """Make a new link for the same questions. The old one stops working."""
    patient_request = get_object_or_404(AnswerRequest.objects.select_related("patient"), pk=pk)
    try:
        new = request_actions.renew_request(by=request.actor, clinic=request.clinic, id=pk, new_id=new_id(request))
    except (*REFUSED, request_actions.RequestEnded) as refusal:
        message = str(refusal) or "That link has ended meanwhile. Make a new one."
        return errors.answer(request, 409, "conflict", message)
    return link_page(request, patient_request.patient, new)


def new_id(request: Request) -> uuid.UUID:
    """The id in the form, so that pressing twice creates one request."""
    try:
        return uuid.UUID(request.POST.get("new", ""))
    except ValueError:
        return uuid.uuid4()


def _form_page(request: Request, patient: Patient, form: RequestForm, *, status: int = 200) -> HttpResponse:
    context: dict[str, Any] = {"patient": patient, "form": form}
    return render(request, "answer/request_form.html", context, status=status)


def link_page(request: Request, patient: Patient, issued: request_actions.IssuedRequest) -> HttpResponse:
    """Show the link. No other page ever does."""
    link = request.build_absolute_uri(reverse("answer:link", args=[issued.token]))
    context = {"patient": patient, "patient_request": issued.request, "link": link}
    return render(request, "answer/request_made.html", context)
