"""What comes in while no clinician is there waits until somebody looks at it, unless the clinic's rule lets it pass."""

from typing import Any

from django.utils import timezone

from clinic.access import Actor
from clinic.assessments.models import Alert, Assessment, Review
from clinic.assessments.models.alerts import Channel, channel_of
from clinic.assessments.models.reviews import RULE
from clinic.audit.actions import By, record
from clinic.staff.clinic_settings.actions import own_settings

THE_RULE = Actor(RULE, "the clinic’s rule")


def note_incoming(assessment: Assessment, *, by: By) -> None:
    """Have what a patient or a program wrote wait for a review, in the transaction of the writing.

    What was reviewed before it was answered further waits again. What staff write waits for nobody. Comes after the
    alerts that it raised.
    """
    channel = channel_of(by.id, assessment.pk)
    if channel == Channel.STAFF:
        return
    now, passes = timezone.now(), _passes(assessment)
    reviewed: dict[str, Any] = {"reviewed_at": now, "reviewed_by_id": THE_RULE.id, "reviewed_by_name": THE_RULE.name}
    Review.objects.bulk_create(
        [Review(assessment=assessment, channel=channel, came_at=now, **(reviewed if passes else {}))],
        update_conflicts=True,
        unique_fields=["assessment"],
        update_fields=["channel", "came_at", "reviewed_at", "reviewed_by_id", "reviewed_by_name", "note"],
    )
    if passes:
        record("assessment.reviewed", assessment, by=THE_RULE, changes={})


def _passes(assessment: Assessment) -> bool:
    """Whether the clinic lets a result pass: complete, mild, without an alert, in no higher band than the one before.

    What has no severity is never mild.
    """
    if not assessment.made or assessment.severity is None or assessment.severity >= own_settings().review_from:
        return False
    if Alert.objects.filter(assessment=assessment).exists():
        return False
    same = Assessment.objects.active().made().following(assessment.instrument).filter(patient=assessment.patient_id)
    last = same.exclude(pk=assessment.pk).filter(date__lte=assessment.date).order_by("-date", "-listed_at", "-id")
    before = last.values_list("severity", flat=True).first()
    return before is None or before >= assessment.severity
