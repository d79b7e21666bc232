"""Latest results of patients, as whoever records assessments hands them over."""

from dataclasses import fields
from datetime import date
from decimal import Decimal
from typing import Any

from clinic.patients import actions
from clinic.patients.latest_results import InstrumentResult, LatestResults
from clinic.patients.models import Patient
from tests.world import Writer

TITLES = {"phq-9": "PHQ-9", "gad-7": "GAD-7", "gds-15": "GDS-15", "gcs": "GCS", "own-mood": "Mood & <more>"}
LAST = {"score": "last_score", "band": "last_band", "severity": "last_severity", "change": "last_change",
        "assessed_on": "last_assessed_on", "recent_scores": "recent_scores"}  # fmt: skip


def result(instrument: str, score: Any, severity: int | None = None, **values: Any) -> InstrumentResult:
    """The latest result of one instrument."""
    given = {"assessed_on": date(2026, 3, 1), "band": "", **values}
    return InstrumentResult(
        instrument=instrument, title=TITLES[instrument], score=Decimal(score), severity=severity, **given
    )


def summed_up(*results: InstrumentResult, **values: Any) -> LatestResults:
    """Results of several instruments, the last one the newest."""
    last = {LAST[each.name]: getattr(results[-1], each.name) for each in fields(InstrumentResult) if each.name in LAST}
    return LatestResults(last_instrument=results[-1].instrument, results=results, **last, **values)


def note_results(patient: Patient, *results: InstrumentResult, **values: Any) -> None:
    """Keep them, the last one as the newest; without any, nothing but `values`."""
    found = summed_up(*results, **values) if results else LatestResults(**values)
    actions.note_latest_results(by=Writer(), patient_id=patient.pk, results=found)
