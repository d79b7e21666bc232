"""How a patient stands by their last scored instrument, as the patient lists show and sort it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from uuid import UUID

from clinic.assessments.catalogue import find_version
from clinic.assessments.models import Assessment
from clinic.assessments.risk import RiskAlert

MOST_RECENT = 12


@dataclass(frozen=True)
class Scored:
    """One sitting that has a score, with the range that its instrument can reach."""

    instrument: str
    day: date
    score: Decimal
    band: str
    severity: int | None
    low: Decimal
    high: Decimal

    @property
    def share(self) -> float:
        """Where the score lies in the instrument's range, from 0 to 1, to four places."""
        span = self.high - self.low
        return float(round((self.score - self.low) / span, 4)) if span else 0.0


@dataclass(frozen=True)
class Standing:
    """The values that a patient's row keeps; `last_change` is against the sitting before, None for the first."""

    last_instrument: str = ""
    last_score: Decimal | None = None
    last_band: str = ""
    last_severity: int | None = None
    last_change: Decimal | None = None
    last_assessed_on: date | None = None
    recent_scores: list[float] = field(default_factory=list)
    open_alerts: int = 0


def standing(sittings: Sequence[Scored], *, open_alerts: int) -> Standing:
    """The standing by scored sittings of any instruments, oldest first: that of the last one's instrument."""
    if not sittings:
        return Standing(open_alerts=open_alerts)
    last = sittings[-1]
    same = [sitting for sitting in sittings if sitting.instrument == last.instrument]
    return Standing(
        last_instrument=last.instrument,
        last_score=last.score,
        last_band=last.band,
        last_severity=last.severity,
        last_change=last.score - same[-2].score if len(same) > 1 else None,
        last_assessed_on=last.day,
        recent_scores=[sitting.share for sitting in same[-MOST_RECENT:]],
        open_alerts=open_alerts,
    )


def standing_of(patient_id: UUID) -> Standing:
    """How the patient stands now. Archived, cancelled, unfinished and incomplete sittings do not count."""
    made = Assessment.objects.active().made().filter(patient=patient_id).exclude(score=None)
    last = made.exclude(instrument="").order_by("-date", "-completed_at", "-id").values_list("instrument", flat=True)
    rows: list[Assessment] = []
    if instrument := last.first():
        rows = list(made.following(instrument).order_by("-date", "-completed_at", "-id")[:MOST_RECENT])
    alerts = RiskAlert.objects.open().filter(patient=patient_id).count()
    return standing([_scored(row) for row in reversed(rows)], open_alerts=alerts)


def _scored(row: Assessment) -> Scored:
    definition = find_version(row.instrument, row.instrument_version)
    return Scored(
        instrument=row.instrument,
        day=row.date,
        score=row.score or Decimal(0),
        band=row.band,
        severity=row.severity,
        low=Decimal(definition.low),
        high=Decimal(definition.high),
    )
