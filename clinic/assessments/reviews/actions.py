"""Saying that somebody has looked at what came in, and taking that back."""

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from clinic.assessments.models import Review
from clinic.audit.actions import By, record


class AnsweredSince(Exception):
    """More was answered than whoever reviews has seen."""


class ReviewedBySomebodyElse(Exception):
    """A review is taken back by whoever did it; the clinic's rule, by anybody."""


@transaction.atomic
def mark_reviewed(*, by: By, id: UUID, version: int, note: str = "") -> Review:
    """Say that `by` has looked at this version of the assessment, with a word if they like.

    What is reviewed already stays as it is. Raises Review.DoesNotExist and AnsweredSince.
    """
    review = _locked(id)
    if not review.waits:
        return review
    if review.assessment.version != version:
        raise AnsweredSince
    review.reviewed_at, review.note = timezone.now(), note.strip()
    review.reviewed_by_id, review.reviewed_by_name = by.id, by.name
    review.save()
    record("assessment.reviewed", review.assessment, by=by, changes={"note": ["", review.note]})
    return review


@transaction.atomic
def take_back_review(*, by: By, id: UUID) -> Review:
    """Have it wait again. Raises Review.DoesNotExist and ReviewedBySomebodyElse."""
    review = _locked(id)
    if review.waits:
        return review
    if not review.is_by_rule and review.reviewed_by_id != by.id:
        raise ReviewedBySomebodyElse
    before, review.note = review.note, ""
    review.reviewed_at, review.reviewed_by_id, review.reviewed_by_name = None, "", ""
    review.save()
    record("assessment.review_taken_back", review.assessment, by=by, changes={"note": [before, ""]})
    return review


def _locked(id: UUID) -> Review:
    rows = Review.objects.select_for_update(of=("self",)).select_related("assessment__patient__user")
    return rows.get(pk=id)
