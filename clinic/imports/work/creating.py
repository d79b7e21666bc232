"""Patients by COPY, past the model: each with its keys, the words of its names, and its event in the trail."""

import io
import json
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any
from uuid import UUID

from django.db import connection, models
from django.utils import timezone

from clinic.audit.actions import By, difference, event, snapshot
from clinic.audit.models import AuditEvent
from clinic.patients.models import KeysField, Patient, give_numbers, names_of
from clinic.patients.search.dictionary import note_words
from clinic.text.phones import PhoneField, stored

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
    _copy(Patient, _patient_fields(), patients)
    copy_events(_created(patient, by, now) for patient in patients)
    note_words(names_of(patients))


def copy_events(events: Iterable[AuditEvent]) -> None:
    _copy(AuditEvent, tuple(AuditEvent._meta.get_field(name) for name in OF_EVENT), events)


def _by_column(values: dict[str, Any]) -> dict[str, Any]:
    """The values with the practitioner as a key."""
    return {"user_id" if name == "user" else name: value for name, value in values.items()}


def _created(patient: Patient, by: By, now: Any) -> AuditEvent:
    made = event("patient.created", by=by, record_type="patient", record_id=patient.pk, patient_id=patient.pk)
    made.at, made.changes = now, difference({}, snapshot(patient))
    return made


@cache
def _patient_fields() -> tuple[Field, ...]:
    """What people write of a patient and what begins with it; the database fills in the rest."""
    fields = Patient._meta.concrete_fields
    return tuple(field for field in fields if field.editable or field.name in BY_PROGRAM)


def _copy(model: type[models.Model], fields: Sequence[Any], records: Iterable[models.Model]) -> None:
    text = "".join("\t".join(_text(field, record) for field in fields) + "\n" for record in records)
    columns = ", ".join(connection.ops.quote_name(field.column) for field in fields)
    with connection.cursor() as cursor, connection.wrap_database_errors:
        cursor.copy_expert(f"COPY {model._meta.db_table} ({columns}) FROM STDIN", io.StringIO(text))


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
