"""Many completed questionnaires at once: each as if it were completed here, but for alerts of old answers."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from clinic.assessments.alerts.actions import raise_alerts
from clinic.assessments.of_patients import lock_for_latest_results
from clinic.assessments.questionnaire.actions import AssessmentState, Responses, record_assessment
from clinic.assessments.record.incoming import note_incoming
from clinic.assessments.record.latest_results import keep_latest_results
from clinic.audit.actions import By, record
from clinic.instruments.definitions import Definition
from clinic.instruments.items.answers import as_stored
from clinic.patients.models import Patient
from clinic.staff.models import Practitioner

RECENT_DAYS = 14  # as far back as the questions of most instruments go


@dataclass(frozen=True)
class Brought:
    """A completed questionnaire that is brought in, under the id that it is to have.

    `answered_by` is in words who answered, where the file says; the trail keeps it.
    """

    id: UUID
    definition: Definition
    patient: Patient
    user: Practitioner | None
    date: date
    answers: Responses
    answered_by: str = ""


def lock_patients(keys: Iterable[UUID]) -> None:
    """Let nobody else complete anything of these patients until the transaction ends; in one order for everybody."""
    for key in sorted(set(keys)):
        lock_for_latest_results(patient_id=key)


@transaction.atomic
def bring_in(*, by: By, rows: Sequence[Brought]) -> list[AssessmentState]:
    """Record completed assessments and what follows from them, the latest results once for each patient.

    Alerts are raised by answers of the last days alone: nobody can do anything about an older one by now. Raises
    what `record_assessment` raises.
    """
    lock_patients(row.patient.pk for row in rows)
    since = timezone.localdate() - timedelta(days=RECENT_DAYS)
    states = [_recorded(row, since, by=by) for row in rows]
    for key in sorted({row.patient.pk for row in rows}):
        keep_latest_results(key, by=by)
    return states


def _recorded(row: Brought, since: date, *, by: By) -> AssessmentState:
    answers = as_stored(row.definition.by_code, row.answers)
    state = record_assessment(
        by=by, id=row.id, definition=row.definition, patient=row.patient, user=row.user, date=row.date,
        answers=answers, complete=True,
    )  # fmt: skip
    if state.existed:
        return state
    if row.answered_by:
        record("assessment.answered_by", state.assessment, by=by, changes={"answered_by": [None, row.answered_by]})
    if row.date >= since:
        raise_alerts(state.assessment, row.definition, answers, state.result, by=by)
    note_incoming(state.assessment, by=by)
    return state
