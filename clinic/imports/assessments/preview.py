"""The first questionnaires of a file as they will be in the record, in words."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from clinic.assessments.of_patients import patients_by_key
from clinic.assessments.questionnaire.bringing import Brought
from clinic.assessments.record.results import person_now, score_responses
from clinic.imports.assessments.questionnaires import Questionnaire
from clinic.imports.models import ImportBatch
from clinic.patients.models import Patient
from clinic.text.dates import written
from clinic.text.numbers import number_shown

HEADINGS = ("Record number", "Patient", "Questionnaire", "Date given", "Score", "Band", "Practitioner")


def previewed(rows: Sequence[tuple[Questionnaire, Brought]]) -> list[dict[str, Any]]:
    """What is kept of questionnaires to be shown, each with whose it is."""
    return [
        {
            "row": row.number,
            "patient": str(brought.patient.pk),
            "labelled": list(zip(HEADINGS, _cells(brought), strict=True)),
        }
        for row, brought in rows
    ]


def _cells(brought: Brought) -> list[str]:
    patient, definition = brought.patient, brought.definition
    result = score_responses(definition, brought.answers, person_now(patient, brought.date), kept={})
    return [
        patient.record_number,
        patient.display_name,
        definition.title,
        written(brought.date),
        number_shown(result.total) if result.total is not None else result.summary,
        result.mark.word if result.mark is not None else "",
        brought.user.display_name if brought.user is not None else "",
    ]


def shown_patients(batch: ImportBatch) -> list[Patient]:
    """Whom the page of a file shows by name."""
    return list(patients_by_key({UUID(row["patient"]) for row in batch.found.get("preview", [])}).values())
