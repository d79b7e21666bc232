"""Start, save, complete, amend and cancel an assessment with an instrument. Pages and API use the same actions.

Such an assessment is planned, in progress, completed and perhaps amended; or it is cancelled before it is completed. It
may be completed with items unanswered: then it has no score, only the range in which the total lies.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.utils import timezone

from clinic.assessments.alerts.actions import raise_alerts
from clinic.assessments.models import Assessment, AssessmentRevision, AssessmentStatus
from clinic.assessments.models.alerts import Alert
from clinic.assessments.record import refusals
from clinic.assessments.record.actions import Changed, insert_named
from clinic.assessments.record.incoming import note_incoming
from clinic.assessments.record.latest_results import keep_latest_results
from clinic.assessments.record.results import (
    Person,
    as_responses,
    note_result,
    person_now,
    person_then,
    score_responses,
)
from clinic.audit.actions import By, difference, is_conflict, record, snapshot
from clinic.instruments.catalogue import find_version
from clinic.instruments.definitions import ENGLISH, Definition
from clinic.instruments.items.answers import as_stored
from clinic.instruments.items.parts import Answer, Number
from clinic.instruments.scoring import Result
from clinic.patients.models import Patient
from clinic.text.dates import short
from clinic.ui.declared import editable_fields

# The fields that the trail and a revision hold; `results` can be worked out again.
FIELDS = (*(name for name in editable_fields(Assessment) if name not in ("questions", "results")), "sex", "age")

Responses = Mapping[str, Answer | None]


@dataclass(frozen=True)
class AssessmentState:
    """An assessment after an action, with its result and the alerts that the action raised.

    `existed` says that it was there already where it was to be started, and is as it was.
    """

    assessment: Assessment
    result: Result
    raised: list[Alert] = field(default_factory=list)
    existed: bool = False


@transaction.atomic
def start_assessment(
    *, by: By, definition: Definition, answers: Responses | None = None, **fields: Any
) -> AssessmentState:
    """Record a new assessment by the `fields` of `record_assessment`, and what follows. Raises what that raises."""
    answers = as_stored(definition.by_code, answers or {})
    state = record_assessment(by=by, definition=definition, answers=answers, **fields)
    if state.existed:
        return state
    raised = raise_alerts(state.assessment, definition, answers, state.result, by=by)
    return _settled(AssessmentState(state.assessment, state.result, raised), by)


@transaction.atomic
def record_assessment(
    *,
    by: By,
    definition: Definition,
    patient: Patient,
    date: date,
    answers: Responses,
    id: UUID | None = None,
    complete: bool = False,
    score: Number | None = None,
    page: UUID | None = None,
    **fields: Any,
) -> AssessmentState:
    """Record a new assessment, planned without an answer, in progress with one, completed with `complete`.

    What follows from it is left to the caller: alerts, a review, the latest results.

    `fields` must hold the user, and may hold name, type and language. Two calls with one `id` record one assessment,
    and the second says that it existed. A `score` is only compared; `page` is the copy of the form that was answered.
    Raises NameTaken and what `refusals` holds.
    """
    id = id or uuid4()
    if (existing := Assessment.objects.select_related("patient").filter(pk=id).first()) is not None:
        return _as_it_is(existing)
    refusals.check_patient(definition, patient, date)
    refusals.check_practitioner(fields["user"])
    assessment = Assessment(
        pk=id, patient=patient, date=date, instrument=definition.id, instrument_version=definition.version,
        status=AssessmentStatus.PLANNED, page=page, page_version=1 if page else None,
        **{"type": definition.type, "language": ENGLISH, **fields},
    )  # fmt: skip
    person = person_now(patient, date)
    result = _answer(assessment, definition, answers, person, complete=complete, score=score)
    found = insert_named(assessment, base=f"{definition.title} · {short(date)}")
    if found is not assessment:
        return _as_it_is(found)
    record("assessment.created", assessment, by=by, changes=difference({}, snapshot(assessment, FIELDS)))
    return AssessmentState(assessment, result)


def save_responses(
    *, by: By, id: UUID, answers: Responses, version: int | None = None, replace: bool = False
) -> AssessmentState:
    """Save a draft. `answers` replaces the responses to these items, or all with `replace`; None removes one.

    The same responses again write nothing. Raises Assessment.DoesNotExist, Changed and what `refusals` holds.
    """
    return change_responses(by=by, id=id, version=version, answers=answers, replace=replace)


def complete_assessment(
    *, by: By, id: UUID, version: int | None = None, score: Number | None = None
) -> AssessmentState:
    """Complete an assessment. A completed one stays as it is. Raises as `save_responses`."""
    return change_responses(by=by, id=id, version=version, complete=True, score=score)


def amend_assessment(*, by: By, id: UUID, reason: str, version: int | None = None, **changes: Any) -> AssessmentState:
    """Change `answers` or `date` of a completed assessment and keep the original. Raises as `save_responses`."""
    return change_responses(by=by, id=id, version=version, reason=reason, **changes)


@transaction.atomic
def change_responses(
    *,
    by: By,
    id: UUID,
    version: int | None = None,
    answers: Responses | None = None,
    replace: bool = False,
    date: date | None = None,
    language: str = "",
    complete: bool = False,
    score: Number | None = None,
    reason: str = "",
    page: UUID | None = None,
) -> AssessmentState:
    """Do what saving, completing and amending have in common. Without a difference nothing is written.

    `version` is the one that the caller read. A stranger's is refused; `page`, a copy of the form, that wrote last may
    write again with any, and so may whoever sends what is there already.
    """
    assessment = Assessment.objects.select_for_update(of=("self",)).select_related("patient").get(pk=id)
    version = None if _wrote_last(assessment, page) else version
    definition, before = _changeable(assessment), snapshot(assessment, FIELDS)
    was_made, kept = assessment.made, as_responses(assessment.answers)
    if date is not None:
        refusals.check_patient(definition, assessment.patient, date)
        assessment.date = date
    assessment.language = language or assessment.language
    wanted = kept if answers is None else {**({} if replace else kept), **as_stored(definition.by_code, answers)}
    person = _person(assessment, before, wanted, reason)
    result = _answer(assessment, definition, wanted, person, complete=complete, score=score)
    changes = difference(before, snapshot(assessment, FIELDS))
    if is_conflict(version, assessment.version, changes):
        raise Changed(Assessment.objects.select_related("patient").get(pk=id))
    if not changes:
        return AssessmentState(assessment, result)
    if was_made:
        _keep_original(assessment, before, reason=reason, by=by)
        changes = {**changes, "status": [before["status"], assessment.status], "reason": [None, reason.strip()]}
    assessment.version += 1
    assessment.page, assessment.page_version = page, assessment.version if page else None
    assessment.save()
    record(_event(was_made, assessment), assessment, by=by, changes=changes)
    return _settled(
        AssessmentState(assessment, result, raise_alerts(assessment, definition, wanted, result, by=by)), by
    )


@transaction.atomic
def cancel_assessment(*, by: By, id: UUID, reason: str, version: int) -> Assessment:
    """Cancel an assessment that was not completed and still has this version. Its answers stay.

    A cancelled assessment stays as it is. Raises Assessment.DoesNotExist, Changed, ReasonMissing, and NotOpen for a
    completed one.
    """
    assessment = Assessment.objects.select_for_update().get(pk=id)
    if assessment.status == AssessmentStatus.CANCELLED:
        return assessment
    if version != assessment.version:
        raise Changed(assessment)
    if not assessment.instrument or assessment.made:
        raise refusals.NotOpen("Only an assessment that was not completed can be cancelled.")
    reason = refusals.checked_reason(reason)
    before = assessment.status
    assessment.status = AssessmentStatus.CANCELLED
    assessment.version += 1
    assessment.save()
    changes = {"status": [before, assessment.status], "reason": [None, reason]}
    record("assessment.cancelled", assessment, by=by, changes=changes)
    return assessment


def result_of(assessment: Assessment) -> Result:
    """The result of an assessment by its own version. A completed one is scored by the sex and age of its scoring."""
    made = assessment.made
    return _result(assessment, person_then(assessment) if made else person_now(assessment.patient, assessment.date))


def result_by_record(assessment: Assessment) -> Result:
    """The result by the sex and age in the patient's record now. An amendment is scored by these."""
    return _result(assessment, person_now(assessment.patient, assessment.date))


def _result(assessment: Assessment, person: Person) -> Result:
    definition = find_version(assessment.instrument, assessment.instrument_version)
    answers = as_responses(assessment.answers)
    return score_responses(definition, answers, person, kept=answers)


def _settled(state: AssessmentState, by: By) -> AssessmentState:
    """Update the latest results if the assessment is completed or raised an alert. A draft changes nothing else.

    What a patient or a program answered waits for a review.
    """
    if state.assessment.answers or state.assessment.made:
        note_incoming(state.assessment, by=by)
    if state.assessment.made or state.raised:
        keep_latest_results(state.assessment.patient_id, by=by)
    return state


def _as_it_is(assessment: Assessment) -> AssessmentState:
    result = result_of(assessment) if assessment.instrument else Result()
    return AssessmentState(assessment, result, existed=True)


def _wrote_last(assessment: Assessment, page: UUID | None) -> bool:
    """Whether this copy of the form wrote what is there: it may have lost the answer, and is no stranger to itself."""
    return page is not None and (page, assessment.version) == (assessment.page, assessment.page_version)


def _changeable(assessment: Assessment) -> Definition:
    """The definition of an assessment that may be changed; raises NotOpen for any other."""
    if not assessment.instrument:
        raise refusals.NotOpen("This assessment follows no instrument.")
    if assessment.status == AssessmentStatus.CANCELLED:
        raise refusals.NotOpen("This assessment was cancelled.")
    return find_version(assessment.instrument, assessment.instrument_version)


def _person(assessment: Assessment, before: dict[str, Any], wanted: Responses, reason: str) -> Person:
    """The sex and age to score by: the record's, but the stored ones for a completed assessment without a change."""
    given = {code: value for code, value in wanted.items() if value is not None}
    same = given == as_responses(assessment.answers) and not difference(before, snapshot(assessment, FIELDS))
    if assessment.made and same and not reason.strip():
        return person_then(assessment)
    return person_now(assessment.patient, assessment.date)


def _answer(
    assessment: Assessment,
    definition: Definition,
    answers: Responses,
    person: Person,
    *,
    complete: bool,
    score: Number | None,
) -> Result:
    """Set responses, score and status on the assessment, without saving it."""
    result = score_responses(definition, answers, person, kept=as_responses(assessment.answers))
    refusals.check_result(definition, result, score=score, complete=complete)
    note_result(assessment, answers, result, person)
    if complete and not assessment.made:
        assessment.status, assessment.completed_at = AssessmentStatus.COMPLETED, timezone.now()
    elif assessment.status == AssessmentStatus.PLANNED and assessment.answers:
        assessment.status = AssessmentStatus.IN_PROGRESS
    return result


def _keep_original(assessment: Assessment, before: dict[str, Any], *, reason: str, by: By) -> None:
    AssessmentRevision.objects.create(
        assessment=assessment,
        by_id=by.id,
        by_name=by.name,
        reason=refusals.checked_reason(reason),
        before=before,
    )
    assessment.status = AssessmentStatus.AMENDED


def _event(was_made: bool, assessment: Assessment) -> str:
    if was_made:
        return "assessment.amended"
    return "assessment.completed" if assessment.made else "assessment.answered"
