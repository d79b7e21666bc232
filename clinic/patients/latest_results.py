"""What the latest assessments of a patient say, kept on the patient so that lists sort and filter by it.

Patients know nothing of assessments. Whoever records those works out LatestResults, which `actions.note_latest_results`
keeps.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

MOST_SCORES = 12


@dataclass(frozen=True)
class LatestResults:
    """`severity` runs from 0 to 4, `recent_scores` are shares of the instrument's range, 0 to 1, the oldest first."""

    last_instrument: str = ""
    last_score: Decimal | None = None
    last_band: str = ""
    last_severity: int | None = None
    last_change: Decimal | None = None
    last_assessed_on: date | None = None
    recent_scores: Sequence[float] = ()
    next_due_on: date | None = None
    open_alerts: int = 0
