"""The actions that write assessments. Pages and API use the same ones."""

from collections.abc import Collection
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.utils import timezone

from clinic.assessments.models import OF_INSTRUMENT, Assessment, AssessmentType
from clinic.assessments.record.incoming import note_incoming
from clinic.assessments.record.latest_results import keep_latest_results
from clinic.audit.actions import By, difference, is_conflict, record, restore_values, snapshot
from clinic.audit.queries import last_change
from clinic.postgres.outages import broken_constraint
from clinic.text.dates import short
from clinic.ui.declared import editable_fields

# The fields that people write of any assessment, and those of them that an instrument decides.
FIELDS = tuple(name for name in editable_fields(Assessment) if name not in OF_INSTRUMENT)
LONGEST_NAME = 200
FOLLOWING = {"patient", "date", "questions", "score"}


class FollowsInstrument(Exception):
    """The instrument decides the field that was to be changed."""


class NameTaken(Exception):
    """The patient already has an assessment of that name, `existing`. The name `proposal` is free."""

    def __init__(self, existing: Assessment, proposal: str) -> None:
        super().__init__("This patient already has an assessment of that name.")
        self.existing = existing
        self.proposal = proposal


class Changed(Exception):
    """Somebody else changed the record after it was read. `current` is the record now."""

    def __init__(self, current: Assessment) -> None:
        super().__init__("Someone else changed this assessment meanwhile.")
        self.current = current


def proposed_name(*, patient_id: UUID, type: str, day: date, base: str = "") -> str:
    """A free name for the patient's next assessment: "Mental health · 1 Mar 2026", then the same with " (2)"."""
    base = base or f"{AssessmentType(type).label} · {short(day)}"
    taken = Assessment.objects.filter(patient=patient_id, name__startswith=base).values_list("name", flat=True)
    return free_name(base, set(taken))


def free_name(base: str, taken: Collection[str]) -> str:
    """The name itself, or with " (2)" and on behind it where it is taken; a long one makes room for that."""
    name, count = base, 1
    while name in taken:
        count += 1
        mark = f" ({count})"
        name = f"{base[: LONGEST_NAME - len(mark)]}{mark}"
    return name


@transaction.atomic
def create_assessment(*, by: By, id: UUID | None = None, **fields: Any) -> Assessment:
    """Record an assessment. `fields` are clean values of FIELDS; without `name` it gets a free one.

    A form sent twice has the same `id` and records one assessment. Raises NameTaken.
    """
    id = id or uuid4()
    if (existing := Assessment.objects.filter(pk=id).first()) is not None:
        return existing
    assessment = Assessment(pk=id, **fields)
    if (found := insert_named(assessment)) is assessment:
        record("assessment.created", assessment, by=by, changes=difference({}, snapshot(assessment, FIELDS)))
        note_incoming(assessment, by=by)
    return found


def insert_named(assessment: Assessment, *, base: str = "") -> Assessment:
    """Insert the assessment, under a free name if it has none. If its id exists, return that assessment instead.

    Raises NameTaken.
    """
    if not assessment.name:
        assessment.name = proposed_name(
            patient_id=assessment.patient_id, type=assessment.type, day=assessment.date, base=base
        )
    try:
        with transaction.atomic():
            assessment.save(force_insert=True)
    except IntegrityError as error:
        if (existing := Assessment.objects.filter(pk=assessment.pk).first()) is not None:
            return existing
        raise _taken(error, assessment) from error
    return assessment


@transaction.atomic
def update_assessment(*, by: By, id: UUID, version: int | None, **fields: Any) -> Assessment:
    """Change `fields` of an assessment that still has the `version` it was read with (None: any version).

    The fields in FOLLOWING of an assessment with an instrument change through `questionnaire.actions`. Raises
    Assessment.DoesNotExist, Changed, FollowsInstrument and NameTaken. Without a difference nothing is written, and no
    version is refused: whoever sends a change again finds it made.
    """
    assessment = Assessment.objects.select_for_update().get(pk=id)
    before = snapshot(assessment, FIELDS)
    for name, value in fields.items():
        setattr(assessment, name, value)
    changes = difference(before, snapshot(assessment, FIELDS))
    if is_conflict(version, assessment.version, changes):
        raise Changed(Assessment.objects.get(pk=id))
    if assessment.instrument and set(changes) & FOLLOWING:
        raise FollowsInstrument("Patient, date, questions and score of an assessment follow its instrument.")
    return _save_change(assessment, before, by=by)


def _save_change(assessment: Assessment, before: dict[str, Any], *, by: By) -> Assessment:
    """Save the differences from `before` as the next version, with an event in the trail."""
    changes = difference(before, snapshot(assessment, FIELDS))
    if changes:
        assessment.version += 1
        try:
            with transaction.atomic():
                assessment.save()
        except IntegrityError as error:
            raise _taken(error, assessment) from error
        record("assessment.changed", assessment, by=by, changes=changes)
    return assessment


@transaction.atomic
def undo_assessment_change(*, by: By, id: UUID, version: int) -> Assessment:
    """Undo the change that led to `version`, if nothing came after it.

    Raises Assessment.DoesNotExist, NameTaken, and Changed if something came after it.
    """
    assessment = Assessment.objects.select_for_update().get(pk=id)
    event = last_change(id)
    if assessment.version != version or event is None or event.action != "assessment.changed":
        raise Changed(assessment)
    before = snapshot(assessment, FIELDS)
    restore_values(assessment, event.changes)
    return _save_change(assessment, before, by=by)


def archive_assessment(*, by: By, id: UUID) -> Assessment:
    """Take an assessment off the lists; raises Assessment.DoesNotExist. Idempotent."""
    return _set_archived(by=by, id=id, archived=True)


def restore_assessment(*, by: By, id: UUID) -> Assessment:
    """Put an archived assessment back on the lists; raises Assessment.DoesNotExist. Idempotent."""
    return _set_archived(by=by, id=id, archived=False)


@transaction.atomic
def _set_archived(*, by: By, id: UUID, archived: bool) -> Assessment:
    assessment = Assessment.objects.select_for_update().get(pk=id)
    if (assessment.archived_at is not None) != archived:
        assessment.archived_at = timezone.now() if archived else None
        assessment.version += 1
        assessment.save(update_fields=["archived_at", "version", "updated_at"])
        record("assessment.archived" if archived else "assessment.restored", assessment, by=by)
        if assessment.instrument:
            keep_latest_results(assessment.patient_id, by=by)
    return assessment


def _taken(error: IntegrityError, assessment: Assessment) -> Exception:
    """NameTaken, if the IntegrityError says that the name is taken; raises any other error itself."""
    constraint = broken_constraint(error)
    if constraint != "assessment_name_once_per_patient":
        raise error
    existing = Assessment.objects.get(patient=assessment.patient_id, name=assessment.name)
    proposal = proposed_name(
        patient_id=assessment.patient_id, type=assessment.type, day=assessment.date, base=assessment.name
    )
    return NameTaken(existing, proposal)
