"""The latest results of patients as pages, files and JSON show them: read with the patients, by the same statement."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db import models
from django.db.models.expressions import RawSQL

from clinic.text.numbers import number_shown, signed

if TYPE_CHECKING:
    from clinic.patients.models.patient import Patient

# One JSON list for each patient. As records that Django reads behind the patients they took a third of a list's CPU.
RESULTS = """(
    SELECT jsonb_agg(
        jsonb_build_array(r.instrument_id, i.title, r.score::text, r.band, r.severity, r.change::text, r.assessed_on,
                          r.recent_scores, r.instrument_id = %s)
        ORDER BY r.severity DESC NULLS LAST, r.assessed_on DESC, r.instrument_id
    )
    FROM patients_latestresult r JOIN patients_scoredinstrument i ON i.id = r.instrument_id
    WHERE r.patient_id = patients_patient.id
)"""


class Severity(models.IntegerChoices):
    """The one scale on which the bands of all instruments lie; `docs/instruments.md` says what each is."""

    MINIMAL = 0, "Minimal"
    MILD = 1, "Mild"
    MODERATE = 2, "Moderate"
    HIGH = 3, "Moderately severe"
    SEVERE = 4, "Severe"


class ShownResult(NamedTuple):
    """The latest result of one instrument, see LatestResult. `is_chosen` says that the list is of its instrument."""

    instrument: str
    title: str
    score: Decimal
    band: str
    severity: int | None
    change: Decimal | None
    assessed_on: date
    recent_scores: Sequence[float]
    is_chosen: bool = False

    @property
    def score_text(self) -> str:
        """The score without needless decimals."""
        return number_shown(self.score)

    @property
    def change_text(self) -> str:
        """The change with its sign; empty where there is none."""
        return signed(self.change) if self.change else ""

    @property
    def severity_label(self) -> str:
        return "" if self.severity is None else str(Severity(self.severity).label)


def shown(rows: Sequence[Sequence[Any]] | None) -> list[ShownResult]:
    """The results in the JSON that RESULTS selects."""
    return [
        ShownResult(
            instrument, title, Decimal(score), band, severity, None if change is None else Decimal(change),
            date.fromisoformat(day), recent, is_chosen,
        )
        for instrument, title, score, band, severity, change, day, recent, is_chosen in rows or ()
    ]  # fmt: skip


def with_latest_results(patients: "models.QuerySet[Patient]", chosen: str = "") -> "models.QuerySet[Patient]":
    """The patients with their latest results; those of the instrument `chosen` are marked."""
    return patients.annotate(results_read=RawSQL(RESULTS, (chosen,), output_field=models.JSONField()))  # noqa: S611
