"""Open a completed assessment again, so that answering goes on where it stopped."""

from uuid import UUID

from django.db import transaction

from clinic.assessments.models import Assessment, AssessmentRevision, AssessmentStatus
from clinic.assessments.questionnaire.actions import FIELDS
from clinic.assessments.record import refusals
from clinic.assessments.record.actions import Changed
from clinic.assessments.record.latest_results import keep_latest_results
from clinic.audit.actions import By, difference, record, snapshot


@transaction.atomic
def reopen_assessment(*, by: By, id: UUID, version: int, reason: str) -> Assessment:
    """Put a completed assessment that still has this version back in progress, with its answers.

    Its completion is kept as a revision, and its alerts stay. Raises Assessment.DoesNotExist, Changed, ReasonMissing,
    and NotOpen for one that is archived, amended, cancelled or not completed.
    """
    assessment = Assessment.objects.select_for_update().get(pk=id)
    if version != assessment.version:
        raise Changed(assessment)
    reason = refusals.checked_reason(reason)
    if assessment.status != AssessmentStatus.COMPLETED or not assessment.instrument or assessment.archived_at:
        raise refusals.NotOpen("Only a completed assessment that was not amended can be opened again.")
    before, completed_at = snapshot(assessment, FIELDS), assessment.completed_at
    AssessmentRevision.objects.create(
        assessment=assessment, by_id=by.id, by_name=by.name, reason=reason,
        before={**before, "completed_at": completed_at and completed_at.isoformat()},
    )  # fmt: skip
    assessment.status, assessment.completed_at = AssessmentStatus.IN_PROGRESS, None
    assessment.version += 1
    assessment.save()
    changes = {**difference(before, snapshot(assessment, FIELDS)), "reason": [None, reason]}
    record("assessment.reopened", assessment, by=by, changes=changes)
    keep_latest_results(assessment.patient_id, by=by)
    return assessment
