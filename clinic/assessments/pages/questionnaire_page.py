"""The questionnaire form on the practitioner's screen. Several views return it."""

from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from clinic.access import Permission, Request
from clinic.assessments.models import Assessment
from clinic.assessments.models.alerts import Alert
from clinic.assessments.questionnaire import form as questionnaire_form
from clinic.assessments.questionnaire.actions import result_by_record, result_of
from clinic.assessments.record.results import as_responses, scored_by
from clinic.assessments.selfreport.request_forms import patients_languages
from clinic.audit.reading import note_record
from clinic.instruments.definitions import ENGLISH, Definition
from clinic.instruments.items.parts import Answer, Item
from clinic.instruments.questions import Question, form_questions
from clinic.instruments.scoring import Result
from clinic.patients.models import Patient
from clinic.text.dates import written


def questionnaire_page(
    request: Request,
    definition: Definition,
    patient: Patient,
    *,
    key: UUID | None = None,
    assessment: Assessment | None = None,
    posted: bool = False,
    amending: bool = False,
    asks_about_open: bool = False,
    refusal: Exception | None = None,
    status: int = 200,
) -> HttpResponse:
    """Render the form with the stored responses, or with what was posted and could not be saved.

    With `asks_about_open` it asks whether to finish although items are open.
    """
    note_record(request, assessment or patient)
    whole = questionnaire_form.how_whole(definition, patient.clinical_sex, _stored_responses(assessment))
    asked_about = whole.open if asks_about_open and whole.in_part else ()
    questions = _questions(request, definition, patient, assessment, refusal, posted=posted)
    context = {
        "definition": definition,
        "patient": patient,
        "assessment": assessment,
        "key": assessment.pk if assessment is not None else key,
        "questions": questions,
        "whole": whole,
        "open_questions": [question for question in questions if question.code in asked_about],
        "date": request.POST.get("date", "")
        if posted
        else written(assessment.date if assessment else timezone.localdate()),
        "version": assessment.version if assessment is not None else "",
        "reason": request.POST.get("reason", ""),
        "begun": _begun(definition, patient) if assessment is None and not posted else None,
        "result": _result(definition, patient, assessment),
        "alerts": open_alerts(request, assessment),
        "amending": amending,
        "scored_by": scored_by(assessment) if amending and assessment is not None else "",
        "by_record": result_by_record(assessment) if amending and assessment is not None else None,
        "languages": [] if amending else patients_languages(definition),
        "language": request.POST.get("language") or (assessment.language if assessment is not None else ENGLISH),
        "conflict": status == 409,
        "problem": refusal_text(refusal) if refusal is not None else "",
        "back": _back(assessment, patient),
    }
    return render(request, "assessments/questionnaire.html", context, status=status)


def _begun(definition: Definition, patient: Patient) -> Assessment | None:
    """The newest one of the instrument that is not finished, so that nobody begins a second without knowing."""
    rows = Assessment.objects.active().open().following(definition.id).filter(patient=patient)
    return rows.order_by("-date", "-listed_at", "-id").first()


def _result(definition: Definition, patient: Patient, assessment: Assessment | None) -> Result:
    """What there is so far; of an empty form how many items it asks."""
    return (
        result_of(assessment)
        if assessment is not None
        else Result(asked=len(definition.counted(patient.clinical_sex, {})))
    )


def _questions(
    request: Request,
    definition: Definition,
    patient: Patient,
    assessment: Assessment | None,
    refusal: Exception | None,
    *,
    posted: bool,
) -> list[Question]:
    items, kept = form_items(definition, patient, assessment), _stored_responses(assessment)
    if not posted:
        return form_questions(definition, items, responses=kept)
    form = questionnaire_form.read_form(definition, items, request.POST)
    problems = {each.item: each.message for each in getattr(refusal, "refusals", ())} | form.errors
    return form_questions(definition, items, responses=form.responses, typed=form.typed, errors=problems)


def form_items(definition: Definition, patient: Patient, assessment: Assessment | None) -> tuple[Item, ...]:
    """The items on the form: those that the patient is asked, and those that have a response already."""
    return questionnaire_form.drawn_items(definition, patient.clinical_sex, _stored_responses(assessment))


def _stored_responses(assessment: Assessment | None) -> dict[str, Answer]:
    return as_responses(assessment.answers) if assessment is not None else {}


def _back(assessment: Assessment | None, patient: Patient) -> str:
    if assessment is not None:
        return reverse("assessments:detail", args=[assessment.pk])
    return reverse("assessments:for_patient", args=[patient.pk])


def open_alerts(request: Request, assessment: Assessment | None) -> list[Alert]:
    """The open alerts of an assessment, for who may see alerts."""
    if assessment is None or Permission.ALERTS_VIEW not in request.permissions:
        return []
    return list(Alert.objects.open().filter(assessment=assessment.pk))


def refusal_text(refusal: Exception) -> str:
    return " ".join(refusal.messages) if isinstance(refusal, ValidationError) else str(refusal)
