"""The page of one assessment. Several views return it."""

from typing import Any, NamedTuple
from uuid import uuid4

from django.http import HttpResponse
from django.shortcuts import render

from clinic.access import Permission, Request
from clinic.assessments.alerts.cards import cards_of
from clinic.assessments.models import Assessment, AssessmentRevision, Review
from clinic.assessments.pages.beside import answered, beside
from clinic.assessments.record.results import ResponseRow, rows_of, scored_by
from clinic.assessments.selfreport.reopening import finished_request
from clinic.audit.reading import note_record
from clinic.instruments.catalogue import find_version, follow_up
from clinic.instruments.definitions import Definition
from clinic.instruments.scoring import POSITIVE
from clinic.ui.pages import undo_of


class Revision(NamedTuple):
    """An assessment before it was amended or opened again, with its responses in words."""

    at: Any
    by_name: str
    reason: str
    before: dict[str, Any]
    rows: list[ResponseRow]


def detail_page(request: Request, assessment: Assessment, *, status: int = 200, **context: Any) -> HttpResponse:
    """Render an assessment. `context` holds the refusal of an action and what was typed for it."""
    note_record(request, assessment)
    shown: dict[str, Any] = {
        "assessment": assessment,
        "patient": assessment.patient,
        "undo": undo_of("assessments:undo", assessment),
        "review": _review(assessment),
    }
    if assessment.instrument:
        editor = Permission.ASSESSMENTS_EDIT in request.permissions
        definition = find_version(assessment.instrument, assessment.instrument_version)
        card, found = cards_of([assessment.patient], assessment)[0], beside(assessment)
        raised = {line.alert.rule for question in card.questions for line in question.lines}
        may_see_alerts = Permission.ALERTS_VIEW in request.permissions
        shown |= {
            "definition": definition,
            "beside": found,
            "answered": answered(assessment, definition, found.before, raised if may_see_alerts else ()),
            "scored_by": scored_by(assessment) if assessment.made else "",
            "card": card,
            "revisions": revisions(assessment),
            "follow_up": _follow_up(assessment) if editor and assessment.made else None,
            "may_reopen": editor and finished_request(assessment) is not None,
            "new_request": uuid4(),
            "may_cancel": editor and not assessment.made and assessment.status != "cancelled",
        }
    return render(request, "assessments/assessment_detail.html", shown | context, status=status)


def _review(assessment: Assessment) -> Review | None:
    """What came in without a clinician, with whoever looked at it; None for what staff wrote down."""
    review = Review.objects.filter(pk=assessment.pk).first()
    if review is not None:
        review.assessment = assessment
    return review


def _follow_up(assessment: Assessment) -> Definition | None:
    """What the patient is asked next, after a positive screen."""
    if assessment.cutoff != POSITIVE or assessment.archived_at is not None:
        return None
    definition = find_version(assessment.instrument, assessment.instrument_version)
    return follow_up(definition, sex=assessment.patient.clinical_sex, age=assessment.patient.age)


def revisions(assessment: Assessment) -> list[Revision]:
    """The assessment before it was amended or opened again, newest first."""
    definition = find_version(assessment.instrument, assessment.instrument_version)
    rows = AssessmentRevision.objects.filter(assessment=assessment).order_by("-id")
    return [Revision(row.at, row.by_name, row.reason, row.before, _rows_before(definition, row.before)) for row in rows]


def _rows_before(definition: Definition, before: dict[str, Any]) -> list[ResponseRow]:
    """The responses before an amendment. Amendments of earlier releases have no sex and age."""
    return rows_of(definition, before["answers"], before.get("sex", ""), before.get("age"))
