"""The sheet of a sitting on the practitioner's screen, which several views answer with."""

from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from clinic.access import Request
from clinic.assessments.models import Assessment
from clinic.assessments.models.risk import RiskAlert
from clinic.assessments.questionnaire import sheets
from clinic.assessments.questionnaire.answering import result_by_record, result_of
from clinic.assessments.record.results import as_answers, scored_by
from clinic.assessments.selfreport.request_forms import patients_languages
from clinic.instruments.definitions import ENGLISH, Definition, Item, Number
from clinic.instruments.scoring import Result
from clinic.patients.models import Patient
from clinic.text.dates import written


def sheet_page(
    request: Request,
    definition: Definition,
    patient: Patient,
    *,
    key: UUID | None = None,
    sitting: Assessment | None = None,
    posted: bool = False,
    amending: bool = False,
    refusal: Exception | None = None,
    status: int = 200,
) -> HttpResponse:
    """The sheet with what is kept, or with what was posted where that could not be kept."""
    context = {
        "definition": definition,
        "patient": patient,
        "sitting": sitting,
        "key": sitting.pk if sitting is not None else key,
        "questions": _questions(request, definition, patient, sitting, refusal, posted=posted),
        "date": request.POST.get("date", "") if posted else written(sitting.date if sitting else timezone.localdate()),
        "version": sitting.version if sitting is not None else "",
        "reason": request.POST.get("reason", ""),
        "result": result_of(sitting) if sitting is not None else Result(asked=len(definition.counted(patient.gender))),
        "alerts": open_alerts(sitting) if sitting is not None else [],
        "amending": amending,
        "scored_by": scored_by(sitting) if amending and sitting is not None else "",
        "by_record": result_by_record(sitting) if amending and sitting is not None else None,
        "languages": [] if amending else patients_languages(definition),
        "language": request.POST.get("language") or (sitting.language if sitting is not None else ENGLISH),
        "conflict": status == 409,
        "problem": said(refusal) if refusal is not None else "",
        "back": _back(sitting, patient),
    }
    return render(request, "assessments/sitting.html", context, status=status)


def _questions(
    request: Request,
    definition: Definition,
    patient: Patient,
    sitting: Assessment | None,
    refusal: Exception | None,
    *,
    posted: bool,
) -> list[sheets.Question]:
    items, kept = drawn(definition, patient, sitting), _kept(sitting)
    if not posted:
        return sheets.questions(definition, items, answers=kept)
    form = sheets.read(items, request.POST.dict())
    problems = {each.item: each.message for each in getattr(refusal, "refusals", ())} | form.errors
    return sheets.questions(definition, items, answers=form.answers, typed=form.typed, errors=problems)


def drawn(definition: Definition, patient: Patient, sitting: Assessment | None) -> tuple[Item, ...]:
    """The items of the sheet: those that the patient is asked, and those that are answered already."""
    return sheets.drawn_items(definition, patient.gender, _kept(sitting))


def _kept(sitting: Assessment | None) -> dict[str, Number]:
    return as_answers(sitting.answers) if sitting is not None else {}


def _back(sitting: Assessment | None, patient: Patient) -> str:
    if sitting is not None:
        return reverse("assessments:detail", args=[sitting.pk])
    return reverse("assessments:for_patient", args=[patient.pk])


def open_alerts(sitting: Assessment) -> list[RiskAlert]:
    return list(RiskAlert.objects.open().filter(assessment=sitting.pk))


def said(refusal: Exception) -> str:
    return " ".join(refusal.messages) if isinstance(refusal, ValidationError) else str(refusal)
