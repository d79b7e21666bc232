"""Merging two records of one person: one transaction, everything that it did in the journal."""

from collections.abc import Collection
from uuid import UUID

from django.db import IntegrityError, connection, transaction

from clinic.assessments.record.latest_results import keep_latest_results
from clinic.audit.actions import By, difference, record, snapshot
from clinic.merging.journal import Journal
from clinic.merging.locks import lock_patients, take_turn
from clinic.merging.models import EntryKind
from clinic.merging.pairs import pass_on_refusals
from clinic.merging.tables import COURSES, PATIENTS, RESULTS, TABLES, How, Table
from clinic.merging.taken import keep_in_sight, settle
from clinic.merging.values.sets import unite
from clinic.patients.actions import Changed, refusal_of
from clinic.patients.matching.pairs import score_pairs
from clinic.patients.models import MergedPatient, Patient
from clinic.tenancy.rows import column_value, row_of
from clinic.tenancy.scope import everybody_seen

MOVE = """
UPDATE {table}
SET {column} = %s
WHERE {column} = %s {only}
RETURNING id::text
"""
TAKE_OUT = "SELECT take_out_merged_patient(id) FROM patients_mergedpatient WHERE id = %s"


class SameRecord(ValueError):
    """A record cannot be merged into itself."""


@transaction.atomic
def merge_patients(
    *, by: By, survivor_id: UUID, other_id: UUID, versions: tuple[int, int], taken: Collection[str] = (),
    both: Collection[str] = (),
) -> Patient:  # fmt: skip
    """Merge the record of `other_id` into the one of `survivor_id`, whose fields of `taken` get the other's values.

    Those of `both`, of SETS, get the other's parts besides their own.

    `versions` are those that both were read with, the survivor's first. The survivor keeps its record number; the
    other's id and number lead to it. Raises SameRecord, Gone, Changed and NameTaken; then nothing was written.
    """
    if survivor_id == other_id:
        raise SameRecord
    take_turn()
    with everybody_seen():
        found, journal = lock_patients(survivor_id, other_id, whose_rows=other_id), Journal()
        survivor, other = found[survivor_id], found[other_id]
        for patient, version in zip((survivor, other), versions, strict=True):
            if patient.version != version:
                raise Changed(patient)
        practitioners = {survivor.user_id, other.user_id}
        settle(survivor_id, other_id, journal, by=by)
        counts = {table.noun: len(move(table, other_id, survivor_id, journal)) for table in TABLES if moves(table)}
        pass_on_refusals(survivor, other, journal)
        _take_out(other, survivor, by=by)
        _take_over(survivor, other, taken, both, journal, counts, by=by)
        keep_in_sight(survivor_id, practitioners - {survivor.user_id}, journal, by=by)
        keep_latest_results(survivor_id, by=by)
        score_pairs(survivor)
        journal.write(by=by, survivor_id=survivor_id, other_id=other_id)
        return Patient.objects.select_related("user").get(pk=survivor_id)


def moves(table: Table) -> bool:
    return table.how in (How.MOVE, How.UNLESS_TAKEN)


def move(table: Table, here: UUID, there: UUID, journal: Journal, keys: Collection[str] | None = None) -> list[str]:
    """Give the rows of one patient, or those of `keys` among them, to another; the keys of those that went."""
    only, values = ("", []) if keys is None else ("AND id::text = ANY(%s)", [list(keys)])
    with connection.cursor() as cursor:
        cursor.execute(MOVE.format(table=table.name, column=table.column, only=only), [there, here, *values])
        gone = [key for (key,) in cursor.fetchall()]
    journal.add(table.name, EntryKind.MOVED, gone)
    return gone


def _take_out(other: Patient, survivor: Patient, *, by: By) -> None:
    """Take the other's row out of the patients; its details stay beside them, and its id and number lead on."""
    record("patient.merged", other, by=by, changes={"into": [None, str(survivor.pk)]})
    for worked_out in (RESULTS, COURSES):
        worked_out.of(other.pk).delete()
    MergedPatient.objects.create(pk=other.pk, into=survivor, record_number=other.record_number, details=row_of(other))
    with connection.cursor() as cursor:
        cursor.execute(TAKE_OUT, [other.pk])


def _take_over(
    survivor: Patient,
    other: Patient,
    taken: Collection[str],
    both: Collection[str],
    journal: Journal,
    counts: dict[str, int],
    *,
    by: By,
) -> None:
    """Give the survivor the other's values of `taken`, and its parts of `both`, as the next version."""
    before, columns = snapshot(survivor), [Patient._meta.get_field(name).attname for name in taken]  # type: ignore[union-attr]
    for column in columns:
        old = column_value(survivor, column)
        setattr(survivor, column, getattr(other, column))
        if (new := column_value(survivor, column)) != old:
            journal.changed(PATIENTS, survivor.pk, column, old, new)
    unite(survivor, other, both, journal)
    save_next_version(survivor)
    said = {"merged": [None, str(other.pk)], "moved": [None, {noun: count for noun, count in counts.items() if count}]}
    record("patient.merged", survivor, by=by, changes={**difference(before, snapshot(survivor)), **said})


def save_next_version(patient: Patient) -> None:
    """Save a patient as the next version; raises NameTaken."""
    patient.version += 1
    try:
        with transaction.atomic():
            patient.save()
    except IntegrityError as error:
        raise refusal_of(error, patient) from error
