"""The questionnaire form as a patient sees it, by a link or on a shared device: no score, no band, no identity."""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from django.conf.locale import LANG_INFO
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from clinic.access import Request
from clinic.assessments.models import Assessment
from clinic.assessments.models.alerts import Alert
from clinic.assessments.questionnaire import form as questionnaire_form
from clinic.assessments.record import refusals
from clinic.assessments.record.results import as_responses
from clinic.instruments.catalogue import urgent_text
from clinic.instruments.definitions import Definition
from clinic.instruments.items.parts import Answer
from clinic.instruments.questions import form_questions
from clinic.instruments.texts.patient_titles import patient_title
from clinic.ui.pages import keep_private

REFUSED = (refusals.ResponsesRefused, refusals.NothingAnswered, ValidationError)
NOTHING = "Answer at least one question first."
CHANGED = "You answered these questions in another window too. Your answers on this page are still here."


def stored_responses(assessment: Assessment | None) -> dict[str, Answer]:
    return as_responses(assessment.answers) if assessment is not None else {}


def readable(
    request: Request, definition: Definition, sex: str, assessment: Assessment | None
) -> questionnaire_form.Responses:
    """The posted responses; raises ValidationError if one is not a number."""
    posted = questionnaire_form.read_form(
        definition, questionnaire_form.drawn_items(definition, sex, stored_responses(assessment)), request.POST
    )
    if posted.errors:
        raise ValidationError("Some answers could not be read.")
    return posted.responses


def posted_whole(
    request: Request, definition: Definition, sex: str, assessment: Assessment | None
) -> questionnaire_form.Whole:
    """How much of what counts the posted form answers."""
    items = questionnaire_form.drawn_items(definition, sex, stored_responses(assessment))
    posted = questionnaire_form.read_form(definition, items, request.POST)
    return questionnaire_form.how_whole(definition, sex, posted.responses)


def refusal_text(refusal: Exception) -> str:
    if isinstance(refusal, ValidationError):
        return " ".join(refusal.messages)
    return NOTHING if isinstance(refusal, refusals.NothingAnswered) else str(refusal)


def urgent_for(assessment: Assessment | None) -> str:
    """The text that says whom to turn to at once, if a response raised an alert; else empty."""
    if assessment is None or not Alert.objects.filter(assessment=assessment).exists():
        return ""
    return urgent_text()


def fragment(
    request: Request, definition: Definition, sex: str, assessment: Assessment | None, *, status: int = 200, **more: Any
) -> HttpResponse:
    """Render what the page shows after saving: progress, problems and the urgent text."""
    responses = stored_responses(assessment)
    context = {
        "whole": questionnaire_form.how_whole(definition, sex, responses),
        "version": assessment.version if assessment is not None else "",
        "urgent": urgent_for(assessment),
        "now": timezone.localtime(),
        **more,
    }
    return keep_private(render(request, "answer/_kept.html", context, status=status))


def next_page(request: Request) -> str:
    """What the page after saving says, as its query: which questions are open, or that the answers are saved."""
    return "open" if request.POST.get("do") == "complete" else "saved"


def page(
    request: Request,
    definition: Definition,
    sex: str,
    assessment: Assessment | None,
    *,
    language: str,
    refusal: Exception | None = None,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    """Render the form with the stored responses, or with what was posted and could not be saved.

    Its address says whether to ask to send it although questions are open, or that the answers are saved.
    """
    responses: Mapping[str, Answer | None] = stored_responses(assessment)
    items = questionnaire_form.drawn_items(definition, sex, responses)
    typed: dict[str, list[str]] = {}
    problems: dict[str, str] = {}
    if status != 200:
        form = questionnaire_form.read_form(definition, items, request.POST)
        problems = {each.item: each.message for each in getattr(refusal, "refusals", ())} | form.errors
        responses, typed = form.responses, form.typed
    translation = definition.translations.get(language)
    whole = questionnaire_form.how_whole(definition, sex, responses)
    asks = status == 200 and "open" in request.GET and whole.in_part
    questions = form_questions(definition, items, responses=responses, language=language, typed=typed, errors=problems)
    context = {
        "whole": whole,
        "questionnaire_title": patient_title(definition, language),
        "definition": definition,
        "instruction": translation.instruction if translation else definition.instruction,
        "questions": questions,
        "open_questions": [question for question in questions if asks and question.code in whole.open],
        "says_saved": status == 200 and "saved" in request.GET,
        "has_answers": bool(responses),
        "language": language,
        "direction": "rtl" if LANG_INFO.get(language, {}).get("bidi") else "ltr",
        "page": request.POST.get("page") or uuid4(),
        "version": assessment.version if assessment is not None else "",
        "urgent": urgent_for(assessment),
        "problem": refusal_text(refusal) if refusal is not None else "",
        **more,
    }
    return keep_private(render(request, "answer/questionnaire.html", context, status=status))
