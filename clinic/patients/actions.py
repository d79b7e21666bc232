"""Writing patients: used by the pages and the API alike."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from clinic.audit.actions import By, difference, is_conflict, record, record_many, restore_values, snapshot
from clinic.audit.queries import last_change
from clinic.patients.latest_results import InstrumentResult, LatestResults, shares
from clinic.patients.matching.pairs import score_pairs
from clinic.patients.models import (
    IDENTIFYING,
    CareTeamMember,
    LatestResult,
    MergedPatient,
    Patient,
    ScoredInstrument,
    Severity,
    give_numbers,
)
from clinic.postgres.outages import broken_constraint
from clinic.tenancy.scope import everybody_seen, sees_everybody
from clinic.text.full_names import filed_family_name

OF_RESULT = ("score", "band", "severity", "change", "assessed_on", "recent_scores")


class NameTaken(Exception):
    """The practitioner, or nobody, has a patient of that name: `existing`, None for one whom who asks does not see."""

    def __init__(self, existing: Patient | None) -> None:
        super().__init__("This practitioner already has a patient of that name.")
        self.existing = existing


class RecordNumberTaken(Exception):
    """Another patient of the clinic has that record number."""


class Changed(Exception):
    """Somebody else changed the record since it was read; `current` is how it is now."""

    def __init__(self, current: Patient) -> None:
        super().__init__("Someone else changed this patient meanwhile.")
        self.current = current


@transaction.atomic
def create_patient(*, by: By, id: UUID | None = None, **fields: Any) -> Patient:
    """Register a patient; `fields` are those that people write, clean.

    A form sent twice carries the same `id` and makes one record: the second call returns the first one's.
    Without `record_number` the clinic's next one is given; without `family_name` the last word of the name files it.
    Whoever registers a patient of somebody else's and would not see them then is of their care team.
    Raises NameTaken and RecordNumberTaken.
    """
    patient = new_patient(id=id, **fields)
    if (existing := Patient.objects.filter(pk=patient.pk).first()) is not None:
        return existing
    given = bool(patient.record_number)
    if not given:
        give_numbers([patient])
    try:
        kept = _insert(patient)
    except RecordNumberTaken:  # by somebody who typed it meanwhile
        if given:
            raise
        give_numbers([patient])
        kept = _insert(patient)
    if kept is patient:
        record("patient.created", patient, by=by, changes=difference({}, snapshot(patient)))
        score_pairs(patient)
        patient.__dict__["results_read"] = []  # nobody has assessed them yet
        if not (sees_everybody() or Patient.objects.filter(pk=patient.pk).exists()):
            add_to_care_team(by=by, patient=patient, person_id=UUID(by.id), name=by.name)
    return kept


def new_patient(*, id: UUID | None = None, **fields: Any) -> Patient:
    """A patient as `create_patient` registers them; not written yet."""
    fields.setdefault("family_name", filed_family_name(fields["full_name"]))
    return Patient(pk=id or uuid4(), **fields)


def _insert(patient: Patient) -> Patient:
    """Save a new patient; the one of its id where somebody has just made that."""
    try:
        with transaction.atomic():
            patient.save(force_insert=True)
            refuse_merged_number(patient)
    except IntegrityError as error:
        if (existing := Patient.objects.filter(pk=patient.pk).first()) is not None:
            return existing
        raise refusal_of(error, patient) from error
    return patient


def refuse_merged_number(patient: Patient) -> None:
    """Raises RecordNumberTaken for the number of a merged record, which leads to another patient for good."""
    with everybody_seen():
        if MergedPatient.objects.numbered(patient.record_number).exclude(into=patient.pk).exists():
            raise RecordNumberTaken("A record that was merged into another has this record number.")


@transaction.atomic
def add_to_care_team(*, by: By, patient: Patient, person_id: UUID, name: str) -> None:
    """Let a colleague see a patient, where the clinic restricts that. Idempotent."""
    with everybody_seen():
        member, added = CareTeamMember.objects.get_or_create(patient=patient, person_id=person_id)
    if added:
        record("careteammember.added", member, by=by, changes={"person": [None, name]})


@transaction.atomic
def remove_from_care_team(*, by: By, patient: Patient, person_id: UUID, name: str) -> None:
    """Take a colleague from a patient's care team. Idempotent."""
    member = CareTeamMember.objects.filter(patient=patient, person_id=person_id).first()
    if member is not None:
        record("careteammember.removed", member, by=by, changes={"person": [name, None]})
        member.delete()


@transaction.atomic
def update_patient(*, by: By, id: UUID, version: int | None, **fields: Any) -> Patient:
    """Change `fields` of a patient that still has the `version` it was read with (None: whichever it has).

    Raises Patient.DoesNotExist, Changed, NameTaken and RecordNumberTaken. Without a difference nothing is written, and
    no version is refused: whoever sends a change again finds it made.
    """
    patient = Patient.objects.select_for_update(no_key=True).get(pk=id)
    before = snapshot(patient)
    for name, value in fields.items():
        setattr(patient, name, value)
    if is_conflict(version, patient.version, difference(before, snapshot(patient))):
        raise Changed(Patient.objects.get(pk=id))
    return _save_change(patient, before, by=by)


def _save_change(patient: Patient, before: dict[str, Any], *, by: By) -> Patient:
    """Save what differs from `before` as the next version, with its record in the trail."""
    changes = difference(before, snapshot(patient))
    if changes:
        patient.shares_number = patient.shares_number and "record_number" not in changes
        patient.version += 1
        try:
            with transaction.atomic():
                patient.save()
                refuse_merged_number(patient)
        except IntegrityError as error:
            raise refusal_of(error, patient) from error
        record("patient.changed", patient, by=by, changes=changes)
        if set(IDENTIFYING) & set(changes):
            score_pairs(patient)
    return patient


@transaction.atomic
def undo_patient_change(*, by: By, id: UUID, version: int) -> Patient:
    """Take back the change that led to `version`, if nothing came after it.

    Raises Patient.DoesNotExist, NameTaken, and Changed when the last thing that happened is not that change.
    """
    patient = Patient.objects.select_for_update(no_key=True).get(pk=id)
    event = last_change(id)
    if patient.version != version or event is None or event.action != "patient.changed":
        raise Changed(patient)
    before = snapshot(patient)
    restore_values(patient, event.changes)
    return _save_change(patient, before, by=by)


def archive_patient(*, by: By, id: UUID) -> Patient:
    """Take a patient off the lists; raises Patient.DoesNotExist. Idempotent."""
    return _set_archived(by=by, id=id, archived=True)


def restore_patient(*, by: By, id: UUID) -> Patient:
    """Put an archived patient back on the lists; raises Patient.DoesNotExist. Idempotent."""
    return _set_archived(by=by, id=id, archived=False)


@transaction.atomic
def _set_archived(*, by: By, id: UUID, archived: bool) -> Patient:
    patient = Patient.objects.select_for_update(no_key=True).get(pk=id)
    if (patient.archived_at is not None) != archived:
        patient.archived_at = timezone.now() if archived else None
        patient.version += 1
        patient.save(update_fields=["archived_at", "version", "updated_at"])
        record("patient.archived" if archived else "patient.restored", patient, by=by)
    return patient


class Archiving(NamedTuple):
    """What became of one of many patients, and the version it has now."""

    changed: bool
    version: int


@transaction.atomic
def set_many_archived(*, by: By, versions: Mapping[UUID, int | None], archived: bool) -> dict[UUID, Archiving]:
    """Archive or restore many patients, each with its record in the trail; what became of those that are there.

    `versions` maps ids to the version that a patient must still have, or to None. One that has another version, or
    is in that state already, stays as it is.
    """
    rows = Patient.objects.select_for_update(no_key=True).filter(pk__in=versions).order_by("pk")
    found, moving = {}, []
    for patient in rows.only("pk", "version", "archived_at"):
        expected = versions[patient.pk]
        changes = (patient.archived_at is not None) != archived and expected in (None, patient.version)
        found[patient.pk] = Archiving(changes, patient.version + changes)
        if changes:
            moving.append(patient)
    now = timezone.now()
    Patient.objects.filter(pk__in=[patient.pk for patient in moving]).update(
        archived_at=now if archived else None, version=F("version") + 1, updated_at=now
    )
    record_many("patient.archived" if archived else "patient.restored", moving, by=by)
    return found


@transaction.atomic
def lock_for_latest_results(*, patient_id: UUID) -> None:
    """Let nobody else work out this patient's latest results until the transaction ends; raises Patient.DoesNotExist.

    Take it before reading the assessments that the results sum up, or an older sum may be noted over a newer one. It
    is also the one lock of the patient's schedules.
    """
    Patient.objects.select_for_update(no_key=True).only("pk").get(pk=patient_id)


@transaction.atomic
def note_latest_results(*, by: By, patient_id: UUID, results: LatestResults) -> bool:
    """Keep `results`, worked out under `lock_for_latest_results`, for lists; says whether it was another.

    The patient's version stays, since nothing that a form shows was changed: whoever edits the patient meanwhile is
    not told of a conflict. The trail gets no record either: it has the assessment that this follows from, written by
    the same `by` in the same transaction, and the results can be worked out from it at any time.
    Raises Patient.DoesNotExist, and ValueError for a severity or a share outside its range.
    """
    each = results.results
    severities = {results.last_severity, *(result.severity for result in each)} - {None}
    scores = [*shares(results.recent_scores), *(share for result in each for share in shares(result.recent_scores))]
    if not severities <= set(Severity.values) or not all(0 <= share <= 1 for share in scores):
        raise ValueError("A severity is 0 to 4, and a share of a score's range 0 to 1.")
    patient, values = Patient.objects.get(pk=patient_id), results.of_patient()
    if changed := any(getattr(patient, name) != value for name, value in values.items()):
        Patient.objects.filter(pk=patient_id).update(**values)
    return _note_each(patient_id, results.results) or changed


def _note_each(patient_id: UUID, results: Sequence[InstrumentResult]) -> bool:
    """Keep one result of each instrument and no other; says whether any was another."""
    _note_titles({result.instrument: result.title for result in results})
    before = {row.instrument_id: row for row in LatestResult.objects.filter(patient=patient_id)}
    rows = [
        LatestResult(
            patient_id=patient_id, instrument_id=result.instrument, score=result.score, band=result.band,
            severity=result.severity, change=result.change, assessed_on=result.assessed_on,
            recent_scores=shares(result.recent_scores),
        )
        for result in results
    ]  # fmt: skip
    changed = [
        row
        for row in rows
        if (old := before.pop(row.instrument_id, None)) is None
        or any(getattr(old, name) != getattr(row, name) for name in OF_RESULT)
    ]
    LatestResult.objects.bulk_create(
        changed, update_conflicts=True, unique_fields=("patient", "instrument"), update_fields=OF_RESULT
    )
    if before:
        LatestResult.objects.filter(pk__in=[row.pk for row in before.values()]).delete()
    return bool(changed or before)


def _note_titles(titles: Mapping[str, str]) -> None:
    """Keep what instruments are called; who writes the same meanwhile is not waited for."""
    known = dict(ScoredInstrument.objects.filter(pk__in=titles).values_list("pk", "title"))
    new = [ScoredInstrument(id=id, title=titles[id]) for id in sorted(titles) if id not in known]
    ScoredInstrument.objects.bulk_create(new, ignore_conflicts=True)
    for id, title in known.items():
        if title != titles[id]:
            ScoredInstrument.objects.filter(pk=id).update(title=titles[id])


def refusal_of(error: IntegrityError, patient: Patient) -> Exception:
    """The refusal that an IntegrityError of saving `patient` stands for; raises the error itself when it is another."""
    constraint = broken_constraint(error)
    if constraint in ("patient_name_once_per_user", "patient_name_once_of_nobody"):
        return NameTaken(Patient.objects.named(patient.full_name).filter(user=patient.user_id).first())
    if "record_number" in constraint:
        return RecordNumberTaken("Another patient has this record number.")
    raise error
