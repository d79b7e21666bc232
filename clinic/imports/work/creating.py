"""Patients by COPY, past the model: each with its keys, the words of its names, and its event in the trail."""

import io
import json
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import Any
from uuid import UUID

from django.db import connection, models
from django.utils import timezone
from phonenumber_field.phonenumber import PhoneNumber

from clinic.audit.actions import By, difference, event, snapshot
from clinic.audit.models import AuditEvent
from clinic.patients.models import KeysField, Patient, give_numbers, names_of
from clinic.patients.search.dictionary import note_words
from clinic.text.phones import PhoneField, number_text, stored

Field = models.Field[Any, Any]
BY_PROGRAM = ("id", "version", "created_at", "updated_at")
OF_EVENT = (
    "at", "actor_id", "actor_name", "action", "record_type", "record_id", "patient_id", "changes", "request_id",
    "address", "trace_id",
)  # fmt: skip


def create_patients(by: By, rows: Sequence[tuple[UUID, dict[str, Any]]]) -> None:
    """Write new patients with the keys that they are to have, in the transaction that is open.

    Those without a record number get the next ones. Raises IntegrityError where somebody has meanwhile taken a name or
    a number.
    """
    patients = [Patient(pk=key, **_by_column(values)) for key, values in rows]
    give_numbers([patient for patient in patients if not patient.record_number])
    now = timezone.now()
    for patient in patients:
        patient.created_at = patient.updated_at = now
    copy_records(patients, _patient_fields())
    copy_events(_created(patients, by, now))
    note_words(names_of(patients))


def copy_events(events: Iterable[AuditEvent]) -> None:
    copy_records(events, tuple(AuditEvent._meta.get_field(name) for name in OF_EVENT))


def _by_column(values: dict[str, Any]) -> dict[str, Any]:
    """The values as they are stored: the practitioner as a key, telephone numbers as text."""
    return {
        "user_id" if name == "user" else name: number_text(value) if isinstance(value, PhoneNumber) else value
        for name, value in values.items()
    }


def _created(patients: Iterable[Patient], by: By, now: Any) -> Iterator[AuditEvent]:
    """The event of each, which is the same record every time: it is written before the next is asked for."""
    made = event("patient.created", by=by, record_type="patient")
    made.at = now
    for patient in patients:
        made.record_id = made.patient_id = patient.pk
        made.changes = difference({}, snapshot(patient))
        yield made


@cache
def _patient_fields() -> tuple[Field, ...]:
    """What people write of a patient and what begins with it; the database fills in the rest."""
    fields = Patient._meta.concrete_fields
    return tuple(field for field in fields if field.editable or field.name in BY_PROGRAM)


def copy_records(records: Iterable[models.Model], fields: Sequence[Any]) -> None:
    """Write the fields of new records by one COPY; the database fills in the rest."""
    text = "".join("\t".join([_text(field, record) for field in fields]) + "\n" for record in records)
    columns = ", ".join(connection.ops.quote_name(field.column) for field in fields)
    with connection.cursor() as cursor, connection.wrap_database_errors:
        cursor.copy_expert(f"COPY {fields[0].model._meta.db_table} ({columns}) FROM STDIN", io.StringIO(text))


def _text(field: Any, record: models.Model) -> str:
    """A value as COPY has it: "Ana\\tBell", \\N for nothing."""
    value = stored(record, field.name) if isinstance(field, PhoneField) else field.value_from_object(record)
    if value is None or (value == "" and (value := field.get_prep_value("")) is None):
        return "\\N"
    if isinstance(field, KeysField):
        value = "{" + ",".join(map(str, value)) + "}"
    elif isinstance(value, dict | list):
        value = json.dumps(value, ensure_ascii=False)
    return str(value).replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t")
