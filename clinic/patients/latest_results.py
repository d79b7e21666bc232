"""What the latest assessments of a patient say, kept for lists, which sort and filter by it.

Patients know nothing of assessments. Whoever records those works out LatestResults, which `actions.note_latest_results`
keeps.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from typing import Any

MOST_SCORES = 12


@dataclass(frozen=True)
class InstrumentResult:
    """The latest result of one instrument. `title` is what the instrument is called now; `change` is from the last one.

    `severity` runs from 0 to 4, `recent_scores` are shares of the instrument's range, 0 to 1, the oldest first.
    """

    instrument: str
    title: str
    score: Decimal
    assessed_on: date
    band: str = ""
    severity: int | None = None
    change: Decimal | None = None
    recent_scores: Sequence[float] = ()


@dataclass(frozen=True)
class LatestResults:
    """The `last_` ones are of the instrument that the patient was scored by last; `results` has one of each."""

    last_instrument: str = ""
    last_score: Decimal | None = None
    last_band: str = ""
    last_severity: int | None = None
    last_change: Decimal | None = None
    last_assessed_on: date | None = None
    recent_scores: Sequence[float] = ()
    next_due_on: date | None = None
    open_alerts: int = 0
    results: Sequence[InstrumentResult] = ()

    @property
    def worst_severity(self) -> int | None:
        """The worst of all instruments; None where none calls its result an illness."""
        return max((each.severity for each in self.results if each.severity is not None), default=None)

    def of_patient(self) -> dict[str, Any]:
        """What the patient's row keeps, by its fields."""
        kept = {each.name: getattr(self, each.name) for each in fields(self) if each.name != "results"}
        return kept | {"recent_scores": shares(self.recent_scores), "worst_severity": self.worst_severity}


def shares(scores: Sequence[float]) -> list[float]:
    return [round(float(share), 3) for share in scores][-MOST_SCORES:]
