"""The latest results of a patient: of each scored instrument, what is due and the open alerts, as lists show them.

The patient's row, a row for each instrument and the schedules hold them. They are updated whenever an assessment is
completed, amended, opened again, archived or restored, an alert is raised or acknowledged, or a schedule or an episode
changes. A lock of the patient makes sure that the newest sum stays. Courses are kept with them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.db.models import Window
from django.db.models.functions import RowNumber

from clinic.assessments.models import Assessment, Schedule
from clinic.assessments.models.alerts import Alert
from clinic.assessments.models.schedules import Last, next_due
from clinic.assessments.of_patients import lock_for_latest_results, note_latest_results
from clinic.assessments.record.courses import keep_courses
from clinic.assessments.record.periods import Period, period_of, periods_of, scored_in
from clinic.audit.actions import By
from clinic.instruments.catalogue import find_version, newest_of, title_of
from clinic.instruments.definitions import Definition
from clinic.patients.latest_results import MOST_SCORES, InstrumentResult, LatestResults

NEWEST = ("-date", "-completed_at", "-id")
SUMMED_UP = ("instrument", "instrument_version", "date", "score", "band", "severity")


@dataclass(frozen=True)
class ScoredAssessment:
    """One assessment with a score, and the range that its instrument can reach."""

    instrument: str
    day: date
    score: Decimal
    band: str
    severity: int | None
    low: Decimal
    high: Decimal

    @property
    def share(self) -> float:
        """The place of the score in the instrument's range, from 0 to 1, to four places."""
        span = self.high - self.low
        return float(round((self.score - self.low) / span, 4)) if span else 0.0


def latest_results(
    assessments: Sequence[ScoredAssessment], *, open_alerts: int, next_due_on: date | None = None
) -> LatestResults:
    """Sum up scored assessments, oldest first, of any instruments: each of these, and the one of the last."""
    same: dict[str, list[ScoredAssessment]] = {}
    for assessment in assessments:
        same.setdefault(assessment.instrument, []).append(assessment)
    if not same:
        return LatestResults(open_alerts=open_alerts, next_due_on=next_due_on)
    results = {instrument: _result(scored) for instrument, scored in same.items()}
    last = results[assessments[-1].instrument]
    return LatestResults(
        last_instrument=last.instrument,
        last_score=last.score,
        last_band=last.band,
        last_severity=last.severity,
        last_change=last.change,
        last_assessed_on=last.assessed_on,
        recent_scores=last.recent_scores,
        open_alerts=open_alerts,
        next_due_on=next_due_on,
        results=[results[instrument] for instrument in sorted(results)],
    )


def _result(scored: Sequence[ScoredAssessment]) -> InstrumentResult:
    """The latest of one instrument's scores, oldest first."""
    last = scored[-1]
    return InstrumentResult(
        instrument=last.instrument,
        title=title_of(last.instrument),
        score=last.score,
        assessed_on=last.day,
        band=last.band,
        severity=last.severity,
        change=last.score - scored[-2].score if len(scored) > 1 else None,
        recent_scores=[assessment.share for assessment in scored[-MOST_SCORES:]],
    )


def latest_results_of(patient_id: UUID, *, next_due_on: date | None = None) -> LatestResults:
    """Sum up the patient's assessments. Archived, cancelled, unfinished and incomplete ones do not count.

    The database gives the newest few of each instrument: somebody may have thousands.
    """
    completed = Assessment.objects.active().made().filter(patient=patient_id).exclude(score=None).exclude(instrument="")
    place = Window(RowNumber(), partition_by="instrument", order_by=NEWEST)
    newest = completed.annotate(place=place).filter(place__lte=MOST_SCORES)
    rows = list(newest.only(*SUMMED_UP).order_by(*NEWEST))
    ranges = {key: find_version(*key) for key in {(row.instrument, row.instrument_version) for row in rows}}
    scored = [_scored(row, ranges[row.instrument, row.instrument_version]) for row in reversed(rows)]
    alerts = Alert.objects.open().filter(patient=patient_id).count()
    return latest_results(scored, open_alerts=alerts, next_due_on=next_due_on)


@transaction.atomic
def keep_latest_results(patient_id: UUID, *, by: By) -> None:
    """Work out the patient's latest results, courses and due dates again, and store them."""
    lock_for_latest_results(patient_id=patient_id)
    keep_courses([patient_id])
    schedules = list(Schedule.objects.active().filter(patient=patient_id))
    periods = periods_of(patient_id) if schedules else []
    days = [_keep_due(schedule, periods) for schedule in schedules]
    note_latest_results(
        by=by, patient_id=patient_id, results=latest_results_of(patient_id, next_due_on=min(days, default=None))
    )


def _keep_due(schedule: Schedule, periods: Sequence[Period]) -> date:
    """Only an assessment with a score counts as done, where the instrument has scores at all."""
    completed = Assessment.objects.active().made().filter(patient=schedule.patient_id).following(schedule.instrument)
    newest = completed.order_by(*NEWEST)
    has_scores = newest_of(schedule.instrument).score_range is not None
    answered, row = newest.first(), (newest.exclude(score=None) if has_scores else newest).first()
    last = Last(row.date, row.score, _baseline(row, periods)) if row is not None else None
    later = answered is not None and answered != row and answered.date >= schedule.starts_on
    schedule.unscored_on = answered.date if answered is not None and later else None
    change = definition_of_last(row, schedule.instrument).change
    schedule.last_done_on, schedule.next_due_on = (
        last.day if last is not None else None,
        next_due(schedule, last, change),
    )
    schedule.save(update_fields=["last_done_on", "next_due_on", "unscored_on"])
    return schedule.next_due_on


def _baseline(row: Assessment, periods: Sequence[Period]) -> Decimal | None:
    """The first total of its instrument in the period of the assessment; None outside every period."""
    if (period := period_of(row.date, periods)) is None:
        return None
    scored = scored_in(row.patient_id, period).following(row.instrument)
    return scored.values_list("score", flat=True).first()


def definition_of_last(row: Assessment | None, instrument: str) -> Definition:
    """The definition of the last assessment; without one the newest version of the instrument."""
    if row is not None:
        return find_version(row.instrument, row.instrument_version)
    return newest_of(instrument)


def _scored(row: Assessment, definition: Definition) -> ScoredAssessment:
    return ScoredAssessment(
        instrument=row.instrument,
        day=row.date,
        score=row.score or Decimal(0),
        band=row.band,
        severity=row.severity,
        low=Decimal(definition.low),
        high=Decimal(definition.high),
    )
