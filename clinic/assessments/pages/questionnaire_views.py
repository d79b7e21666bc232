"""The pages on which an instrument is answered: one screen, and the server saves every response at once."""

import uuid
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from clinic.access import Permission, Request, requires
from clinic.assessments.models import Assessment, Schedule
from clinic.assessments.pages.forms import patient_of
from clinic.assessments.pages.pages import detail_page
from clinic.assessments.pages.questionnaire_page import form_items, open_alerts, questionnaire_page, refusal_text
from clinic.assessments.questionnaire import form as questionnaire_form
from clinic.assessments.questionnaire.actions import (
    AssessmentState,
    amend_assessment,
    cancel_assessment,
    change_responses,
    start_assessment,
)
from clinic.assessments.record import refusals
from clinic.assessments.record.actions import Changed
from clinic.assessments.record.dates import check_assessment_date
from clinic.assessments.selfreport.shared_device import lock_device
from clinic.instruments.catalogue import find, find_version
from clinic.instruments.definitions import ENGLISH, Definition
from clinic.patients.models import Patient
from clinic.staff.models import Practitioner
from clinic.text.dates import parse_date
from clinic.ui import errors
from clinic.ui.pages import posted_page, posted_version, saved

OF_ANOTHER = "This form is of another patient or another questionnaire. Nothing was saved."
REFUSED = (
    refusals.ResponsesRefused,
    refusals.NotForPatient,
    refusals.NothingAnswered,
    refusals.ReasonMissing,
    ValidationError,
)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.ASSESSMENTS_EDIT)
def questionnaire_new(request: Request, patient: Patient, instrument: str) -> HttpResponse:
    """Show an empty form. The first response, or a button, starts the assessment under the form's id."""
    definition = find(instrument)
    if definition is None:
        raise Http404
    if request.method == "POST":
        known = Assessment.objects.filter(pk=_key(request)).first()
        if known is not None and (known.patient_id, known.instrument) != (patient.pk, definition.id):
            return errors.answer(request, 409, "conflict", OF_ANOTHER)
        return questionnaire_answer(request, _key(request), patient=patient)
    try:
        refusals.check_patient(definition, patient, timezone.localdate())
    except refusals.NotForPatient as refusal:
        return errors.answer(request, 409, "not_for_patient", str(refusal))
    return questionnaire_page(request, definition, patient, key=uuid.uuid4())


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.ASSESSMENTS_EDIT)
def questionnaire_answer(request: Request, pk: UUID, patient: Patient | None = None) -> HttpResponse:
    """Continue an assessment. The button says whether to complete it, to share the device or to go on later.

    To complete it while items are open saves it and asks for the button that finishes it so. The responses are kept
    and their alerts raised, whether or not somebody presses that one.
    """
    assessment = Assessment.objects.select_related("patient__user").filter(pk=pk).first()
    if assessment is None and (request.method != "POST" or patient is None):
        raise Http404
    if is_of_another(request, assessment):
        return errors.answer(request, 409, "conflict", OF_ANOTHER)
    definition, patient = _what(request, assessment, patient)
    if assessment is not None and (assessment.made or not assessment.instrument):
        return redirect("assessments:detail", pk)
    if request.method != "POST":
        asks = "open" in request.GET
        return questionnaire_page(request, definition, patient, assessment=assessment, asks_about_open=asks)
    whole = _whole(request, definition, patient, assessment)
    complete = whole.completed_by(request.POST.get("do", ""))
    try:
        state = _keep(request, pk, definition, patient, complete=complete)
    except Changed as changed:
        return questionnaire_page(request, definition, patient, assessment=changed.current, posted=True, status=409)
    except (*REFUSED, refusals.NotOpen) as refusal:
        return questionnaire_page(
            request, definition, patient, key=pk, assessment=assessment, posted=True, refusal=refusal, status=422
        )
    if request.POST.get("do") == "complete" and not complete:
        return redirect(f"{reverse('assessments:answer', args=[pk])}?open")
    if request.POST.get("do") == "share" and definition.answered_by == "patient":
        lock_device(request, by=request.actor, id=pk)
        return redirect("answer:device")
    saved(request, _completed(state.assessment, definition) if complete else "Answers saved. Go on whenever you like.")
    return redirect("assessments:detail", pk)


@require_POST
@requires(Permission.ASSESSMENTS_EDIT)
def questionnaire_save(request: Request, pk: UUID) -> HttpResponse:
    """Save what is chosen so far and return the result. The page asks for this after every response."""
    assessment = Assessment.objects.select_related("patient__user").filter(pk=pk).first()
    patient = None if assessment is not None else patient_of(request.POST.get("patient", ""))
    if assessment is None and patient is None:
        raise Http404
    if is_of_another(request, assessment):
        return _fragment(request, 409, problem=OF_ANOTHER)
    definition, patient = _what(request, assessment, patient)
    try:
        kept = _keep(request, pk, definition, patient, complete=False)
    except Changed:
        return _fragment(request, 409, problem="This assessment was changed in another window.", changed=True)
    except (*REFUSED, refusals.NotOpen) as refusal:
        return _fragment(request, 422, problem=refusal_text(refusal))
    return _fragment(
        request,
        200,
        result=kept.result,
        version=kept.assessment.version,
        alerts=open_alerts(request, kept.assessment),
        definition=definition,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.ASSESSMENTS_EDIT)
def questionnaire_amend(request: Request, pk: UUID) -> HttpResponse:
    """Correct a completed assessment. It needs a reason, and the original is kept."""
    assessment = get_object_or_404(Assessment.objects.select_related("patient__user").exclude(instrument=""), pk=pk)
    definition = find_version(assessment.instrument, assessment.instrument_version)
    page = partial(questionnaire_page, request, definition, assessment.patient, amending=True)
    if not assessment.made:
        return redirect("assessments:answer", pk)
    if is_of_another(request, assessment):
        return errors.answer(request, 409, "conflict", OF_ANOTHER)
    if request.method != "POST":
        return page(assessment=assessment)
    try:
        amend_assessment(
            by=request.actor,
            id=pk,
            reason=request.POST.get("reason", ""),
            version=posted_version(request),
            answers=_readable(request, definition, assessment.patient, assessment),
            replace=True,
            date=_day(request),
        )
    except Changed as changed:
        return page(assessment=changed.current, posted=True, status=409)
    except (*REFUSED, refusals.NotOpen) as refusal:
        return page(assessment=assessment, posted=True, refusal=refusal, status=422)
    saved(request, "Assessment amended. The original is kept.")
    return redirect("assessments:detail", pk)


@require_POST
@requires(Permission.ASSESSMENTS_EDIT)
def questionnaire_cancel(request: Request, pk: UUID) -> HttpResponse:
    """Cancel an assessment with a reason. Its responses are kept."""
    rows = Assessment.objects.select_related("patient__user", "user").exclude(instrument="")
    assessment = get_object_or_404(rows, pk=pk)
    reason = request.POST.get("reason", "")
    try:
        cancel_assessment(by=request.actor, id=pk, reason=reason, version=posted_version(request))
    except Changed as changed:
        problem = "Somebody answered this meanwhile, and it was not cancelled. What there is now is shown here."
        return detail_page(request, changed.current, status=409, cancel_error=problem, cancel_reason=reason)
    except refusals.ReasonMissing as refusal:
        return detail_page(request, assessment, status=422, cancel_error=str(refusal), cancel_reason=reason)
    except refusals.NotOpen as refusal:
        return errors.answer(request, 409, "conflict", str(refusal))
    saved(request, "Assessment cancelled. What was answered is kept.")
    return redirect("assessments:detail", pk)


def _key(request: Request) -> UUID:
    try:
        return UUID(request.POST.get("id", ""))
    except ValueError as error:
        raise Http404 from error


def is_of_another(request: Request, assessment: Assessment | None) -> bool:
    """Whether the form that was posted is of another patient or instrument than the assessment, as in a stale tab."""
    of = {} if assessment is None else {"patient": str(assessment.patient_id), "instrument": assessment.instrument}
    return any(request.POST.get(name, value) != value for name, value in of.items())


def _what(request: Request, assessment: Assessment | None, patient: Patient | None) -> tuple[Definition, Patient]:
    """The instrument and the patient: of the assessment if there is one, else as the form names them."""
    if assessment is not None:
        if not assessment.instrument:
            raise Http404
        return find_version(assessment.instrument, assessment.instrument_version), assessment.patient
    definition = find(request.POST.get("instrument", ""))
    if definition is None or patient is None:
        raise Http404
    return definition, patient


def _day(request: Request) -> date:
    return check_assessment_date(parse_date(request.POST.get("date", "")))


def _whole(
    request: Request, definition: Definition, patient: Patient, assessment: Assessment | None
) -> questionnaire_form.Whole:
    posted = questionnaire_form.read_form(definition, form_items(definition, patient, assessment), request.POST)
    return questionnaire_form.how_whole(definition, patient.clinical_sex, posted.responses)


def _completed(assessment: Assessment, definition: Definition) -> str:
    """What to say about a completed assessment, and about a schedule that it leaves due."""
    if assessment.score is not None or definition.score_range is None:
        return "Assessment completed."
    rows = Schedule.objects.active().filter(patient=assessment.patient_id, instrument=assessment.instrument)
    due = " Its schedule stays due." if rows.exclude(unscored_on=None).exists() else ""
    return f"Assessment completed without a score.{due}"


def _readable(
    request: Request, definition: Definition, patient: Patient, assessment: Assessment | None
) -> questionnaire_form.Responses:
    """The posted responses; raises ValidationError if one is not a number."""
    posted = questionnaire_form.read_form(definition, form_items(definition, patient, assessment), request.POST)
    if posted.errors:
        raise ValidationError("Some answers could not be read.")
    return posted.responses


def _keep(request: Request, key: UUID, definition: Definition, patient: Patient, *, complete: bool) -> AssessmentState:
    """Save the posted responses; without an assessment start one. Raises what is in REFUSED, Changed and NotOpen."""
    assessment = Assessment.objects.filter(pk=key).first()
    posted: dict[str, Any] = {
        "answers": _readable(request, definition, patient, assessment),
        "date": _day(request),
        "language": request.POST.get("language") if request.POST.get("language") in definition.languages else "",
        "complete": complete,
        "page": posted_page(request),
    }
    if assessment is None:
        started = _start(request, key, definition, patient, posted)
        if not started.existed:
            return started
    # A form that was opened before the assessment began knows no version: its own copy wrote, or somebody else did.
    version = posted_version(request)
    anything = request.POST.get("mine") or not (version or posted["page"])
    return change_responses(by=request.actor, id=key, version=None if anything else version, replace=True, **posted)


def _start(
    request: Request, key: UUID, definition: Definition, patient: Patient, posted: dict[str, Any]
) -> AssessmentState:
    """Start the assessment of the form's id; raises Http404 where that is another patient's or instrument's."""
    started = start_assessment(
        by=request.actor,
        definition=definition,
        patient=patient,
        id=key,
        user=Practitioner.objects.active().filter(pk=request.actor.id).first() or patient.user,
        **{**posted, "language": posted["language"] or ENGLISH},
    )
    if (started.assessment.patient_id, started.assessment.instrument) != (patient.pk, definition.id):
        raise Http404
    return started


def _fragment(request: Request, status: int, **context: Any) -> HttpResponse:
    now = timezone.localtime()
    return render(request, "assessments/_result.html", {"now": now, "status": status, **context}, status=status)
