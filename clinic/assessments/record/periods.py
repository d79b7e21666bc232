"""The periods in which change is measured: a patient's episodes of treatment.

The baseline of a period is the first total of the instrument in it. A total outside every period has no baseline, and
nothing is said of change. Somebody who never had an episode has one period without limits, so that the first total of
all is the baseline.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from clinic.assessments.models import Assessment, AssessmentQuerySet, Episode


@dataclass(frozen=True)
class Period:
    """Days with both ends included; None where there is no limit."""

    start: date | None = None
    end: date | None = None

    def holds(self, day: date) -> bool:
        return (self.start is None or self.start <= day) and (self.end is None or day <= self.end)


def periods_of(patient_id: UUID) -> list[Period]:
    """The patient's episodes, the first one first."""
    rows = Episode.objects.filter(patient=patient_id).order_by("started_on")
    return [Period(*days) for days in rows.values_list("started_on", "ended_on")] or [Period()]


def period_of(day: date, periods: Sequence[Period]) -> Period | None:
    """The period that the day is in, if any."""
    return next((period for period in periods if period.holds(day)), None)


def scored_in(patient_id: UUID, period: Period) -> AssessmentQuerySet:
    """The patient's scored assessments in the period, of any instrument, oldest first.

    Archived, cancelled, unfinished and unscored ones do not count; an amended one does as it is now.
    """
    rows = Assessment.objects.active().made().filter(patient=patient_id).exclude(instrument="").exclude(score=None)
    if period.start is not None:
        rows = rows.filter(date__gte=period.start)
    if period.end is not None:
        rows = rows.filter(date__lte=period.end)
    return rows.order_by("date", "completed_at", "id")
