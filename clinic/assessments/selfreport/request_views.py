"""The pages on which a practitioner asks a patient to answer by a link."""

import re
import uuid
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clinic.access import Permission, Request, requires
from clinic.assessments.models import AnswerRequest
from clinic.assessments.of_patients import patient_or_404
from clinic.assessments.record import refusals
from clinic.assessments.selfreport import actions as request_actions
from clinic.assessments.selfreport.request_forms import RequestForm
from clinic.assessments.selfreport.shown_links import keep_link, qr_path, take_link
from clinic.audit.reading import note_record
from clinic.instruments.catalogue import find_version, offered_to
from clinic.instruments.texts.patient_titles import patient_title
from clinic.patients.models import Patient
from clinic.staff.models import Practitioner
from clinic.ui import errors
from clinic.ui.pages import saved

REFUSED = (refusals.NotForPatient, request_actions.NotByPatient)
# What stays together when it is written down.
LETTERS, DIGITS = re.compile(".{1,4}"), re.compile(".{1,3}")


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.ASSESSMENTS_EDIT)
def request_new(request: Request, pk: uuid.UUID) -> HttpResponse:
    """Choose what to ask. The page of the request shows the link, once."""
    patient = patient_or_404(pk)
    found = offered_to(sex=patient.clinical_sex, age=patient.age, country=request.clinic.country)
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
    return to_link(request, issued)


@require_safe
@requires(Permission.ASSESSMENTS_EDIT)
def request_detail(request: Request, pk: uuid.UUID) -> HttpResponse:
    """Show what became of a request; to whoever made its link, and once only, the link. No other page ever does."""
    rows = AnswerRequest.objects.select_related("patient__user", "assessment")
    patient_request = get_object_or_404(rows, pk=pk)
    note_record(request, patient_request)
    token = take_link(request, pk) if patient_request.open and request.method == "GET" else ""
    definition = find_version(patient_request.instrument, patient_request.instrument_version)
    code = "" if request_actions.asks_birth_date(patient_request.patient) else request_actions.answer_code(pk)
    context: dict[str, Any] = {
        "patient": patient_request.patient,
        "patient_request": patient_request,
        "code_groups": DIGITS.findall(code) if patient_request.open else [],
        "questionnaire_title": patient_title(definition, patient_request.language),
    }
    if token:
        link = request.build_absolute_uri(reverse("answer:link", args=[token]))
        side, path = qr_path(link)
        context |= {"link": link, "qr_side": side, "qr_path": path, "token_groups": LETTERS.findall(token)}
        context["link_start"] = link.removesuffix(f"{token}/")
    return render(request, "answer/request_detail.html", context)


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
    get_object_or_404(AnswerRequest, pk=pk)
    try:
        new = request_actions.renew_request(by=request.actor, clinic=request.clinic, id=pk, new_id=new_id(request))
    except (*REFUSED, request_actions.RequestEnded) as refusal:
        message = str(refusal) or "That link has ended meanwhile. Make a new one."
        return errors.answer(request, 409, "conflict", message)
    return to_link(request, new)


def new_id(request: Request) -> uuid.UUID:
    """The id in the form, so that pressing twice creates one request."""
    try:
        return uuid.UUID(request.POST.get("new", ""))
    except ValueError:
        return uuid.uuid4()


def _form_page(request: Request, patient: Patient, form: RequestForm, *, status: int = 200) -> HttpResponse:
    note_record(request, patient)
    asks_birth_date = request_actions.asks_birth_date(patient)
    offers = len(form.fields["instrument"].choices) > 1  # type: ignore[attr-defined]
    context: dict[str, Any] = {"patient": patient, "form": form, "asks_birth_date": asks_birth_date, "offers": offers}
    return render(request, "answer/request_form.html", context, status=status)


def to_link(request: Request, issued: request_actions.IssuedRequest) -> HttpResponse:
    """Go to the page that shows the link: loading that again makes no other one."""
    keep_link(request, issued)
    return redirect("answer:request", issued.request.pk)
