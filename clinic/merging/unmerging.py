"""Taking a merged record out again: what the merge did is undone, what was done since stays."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from clinic.assessments.record.actions import free_name
from clinic.assessments.record.latest_results import keep_latest_results
from clinic.audit.actions import By, difference, record, snapshot
from clinic.merging.actions import move, moves, save_next_version
from clinic.merging.journal import Journal, is_as_merged, value_before
from clinic.merging.locks import Gone, lock_patients, take_turn
from clinic.merging.models import EntryKind
from clinic.merging.pairs import refusals_back
from clinic.merging.returning import Returning, returning, written_later
from clinic.merging.tables import ASSESSMENTS, CARE_TEAM, MERGED, PATIENTS, SCHEDULES, TABLES
from clinic.merging.taken import rename_assessments
from clinic.merging.values.sets import given_back
from clinic.patients.actions import Changed, NameTaken, refusal_of
from clinic.patients.models import MergedPatient, Patient
from clinic.tenancy.rows import column_value, from_row, put_back, read_value, row_of
from clinic.tenancy.scope import everybody_seen

OF_NAME = ("full_name", "family_name", "user_id")  # what the rule of unique names may keep as it is


@dataclass
class Parted:
    """Both records as they are now, and how many rows went back, by what people call them."""

    other: Patient
    holder: Patient
    counts: dict[str, int] = field(default_factory=dict)
    name_stays: bool = False


@transaction.atomic
def unmerge_patient(*, by: By, other_id: UUID, version: int, user_id: UUID | None = None) -> Parted:
    """Take a merged record out of the patient who has it now, and who still has `version`.

    It comes back as it was, to `user_id` where its own practitioner has a patient of its name by now. Raises Gone,
    Changed, NameTaken, and RecordNumberTaken where somebody gave its number to the other; then nothing was written.
    """
    take_turn()
    with everybody_seen():
        gone = MergedPatient.objects.filter(pk=other_id).first()
        if gone is None:
            raise Gone
        holder = lock_patients(gone.into_id, whose_rows=gone.into_id)[gone.into_id]
        if holder.version != version:
            raise Changed(holder)
        journal, found = Journal(), returning(gone)
        before = snapshot(holder)
        name_stays = not _give_values_back(found, holder, journal)
        other = _put_patient_back(found, user_id, journal)
        counts = {table.noun: _rows_back(found, table, journal, by=by) for table in TABLES if moves(table)}
        _take_added(found, journal)
        changes = {**difference(before, snapshot(holder)), "unmerged": [str(other_id), None]}
        record("patient.unmerged", holder, by=by, changes=changes)
        record("patient.unmerged", other, by=by, changes={"into": [str(holder.pk), None]})
        for key in (holder.pk, other_id):
            keep_latest_results(key, by=by)
        refusals_back(found.merge, holder.pk, other_id)
        journal.write(by=by, survivor_id=holder.pk, other_id=other_id, undoes=found.merge.merge)
        there = Patient.objects.select_related("user").in_bulk([holder.pk, other_id])
        return Parted(there[other_id], there[holder.pk], counts, name_stays)


def _give_values_back(found: Returning, holder: Patient, journal: Journal) -> bool:
    """Give the survivor of the merge what it had, where nobody changed it since; whether all of that went back.

    The survivor may have been merged itself: then its details are those that came with it. Its name stays where
    another patient has the one from before by now.
    """
    survivor = found.merge.merge.survivor_id
    if survivor == holder.pk:
        back = _values_back(found, row_of(holder), journal)
        kept = {column: getattr(holder, column) for column in back}
        for column, value in back.items():
            setattr(holder, column, read_value(Patient, column, value))
        try:
            save_next_version(holder)
        except NameTaken:
            for column in set(OF_NAME) & kept.keys():
                setattr(holder, column, kept[column])
            holder.version -= 1
            save_next_version(holder)
            return False
        return True
    for merged in MergedPatient.objects.filter(pk=survivor):
        merged.details |= _values_back(found, merged.details, journal)
        merged.save(update_fields=["details"])
    save_next_version(holder)
    return True


def _values_back(found: Returning, row: dict[str, Any], journal: Journal) -> dict[str, Any]:
    """By column: what stood in the survivor's row before the merge wrote there."""
    key, later, back = str(found.merge.merge.survivor_id), written_later(found), {}
    for (of, column), (_, after) in found.merge.changes(PATIENTS).items():
        if of == key and row.get(column) == after and (of, column) not in later:
            back[column] = value_before(found.history, found.merge, PATIENTS, key, column)
            journal.changed(PATIENTS, key, column, after, back[column])
    return back | given_back(found.history, found.merge, row)


def _put_patient_back(found: Returning, user_id: UUID | None, journal: Journal) -> Patient:
    """Insert the merged record as it was; raises NameTaken."""
    other = from_row(Patient, found.gone.details)
    other.user_id = user_id or other.user_id
    other.version, other.updated_at = other.version + 1, timezone.now()
    journal.add(MERGED.name, EntryKind.REMOVED, [row_of(found.gone)])
    MergedPatient.objects.filter(pk=found.gone.pk).delete()
    try:
        with transaction.atomic():
            put_back(other)
    except IntegrityError as error:
        raise refusal_of(error, other) from error
    return other


def _rows_back(found: Returning, table: Any, journal: Journal, *, by: By) -> int:
    """Move the rows of one table back, with what the merge changed of them, and put back those that it set aside."""
    here, there = found.gone.into_id, found.gone.pk
    back = move(table, here, there, journal, found.keys[table.name])
    for row in found.kept[table.name].values():
        if _put_row_back(table, {**row, table.column: str(there)}):
            journal.add(table.name, EntryKind.MOVED, [row["id"]])
            back.append(row["id"])
    if table is ASSESSMENTS:
        _names_back(found, set(back), journal, by=by)
    if table is SCHEDULES:
        _schedules_back(found, set(back), journal, by=by)
    return len(back)


def _put_row_back(table: Any, row: dict[str, Any]) -> bool:
    """Insert a row that was set aside; False where something that came since has its place."""
    try:
        with transaction.atomic():
            put_back(from_row(table.model, row))
    except IntegrityError:
        return False
    return True


def _names_back(found: Returning, back: set[str], journal: Journal, *, by: By) -> None:
    """Give assessments the names that they had before the merge, where nobody renamed them since."""
    names = {str(key): name for key, name in ASSESSMENTS.by_key(back).values_list("pk", "name")}
    taken, renamed = set(names.values()), {}
    for (key, column), (before, _) in found.merge.changes(ASSESSMENTS.name).items():
        now = names.get(key)
        if now is not None and is_as_merged(found.history, found.merge, ASSESSMENTS.name, key, column, now):
            renamed[UUID(key)] = (now, free_name(before, taken - {now}))
            taken.add(renamed[UUID(key)][1])
            journal.changed(ASSESSMENTS.name, key, column, *renamed[UUID(key)])
    rename_assessments(renamed, found.gone.pk, by=by)


def _schedules_back(found: Returning, back: set[str], journal: Journal, *, by: By) -> None:
    """Begin schedules again that the merge ended, and that nobody changed since."""
    changes = found.merge.changes(SCHEDULES.name)
    for schedule in SCHEDULES.by_key(back):
        key, now = str(schedule.pk), column_value(schedule, "ended_on")
        active = SCHEDULES.of(found.gone.pk).active().filter(instrument=schedule.instrument)
        if (key, "ended_on") not in changes or active.exists():
            continue
        if is_as_merged(found.history, found.merge, SCHEDULES.name, key, "ended_on", now):
            schedule.ended_on = None
            schedule.save(update_fields=["ended_on"])
            journal.changed(SCHEDULES.name, key, "ended_on", now, None)
            record("plan.changed", schedule, by=by, changes={"ended_on": [now, None]})


def _take_added(found: Returning, journal: Journal) -> None:
    """Take out who was named for the care team by the merge alone."""
    added = found.merge.keys(CARE_TEAM.name, EntryKind.ADDED)
    rows = list(CARE_TEAM.by_key(added).filter(patient=found.gone.into_id))
    journal.add(CARE_TEAM.name, EntryKind.REMOVED, [row_of(row) for row in rows] or [{"id": key} for key in added])
    CARE_TEAM.by_key([row.pk for row in rows]).delete()
