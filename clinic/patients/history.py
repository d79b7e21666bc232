"""The history of a patient's details: what each change was, and the details as they were after it."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction

from clinic.audit.actions import By, restore_values
from clinic.audit.models import AuditEvent
from clinic.patients.actions import update_patient
from clinic.patients.forms import PatientForm, initial_of
from clinic.patients.models import Patient
from clinic.ui.declared import editable_fields
from clinic.ui.forms import Difference, differences

CREATED = "patient.created"
WORDS = {
    CREATED: "Registered",
    "patient.changed": "Changed",
    "patient.archived": "Archived",
    "patient.restored": "Restored to the lists",
    "patient.merged": "Merged with another record",
    "patient.unmerged": "Taken apart again",
    "patient.binned": "Put into the bin",
    "patient.unbinned": "Put back from the bin",
}


@dataclass(frozen=True)
class Version:
    """One change, field by field; the newest one and archiving have nothing to go back to."""

    event: AuditEvent
    what: str
    changes: list[Difference]
    can_be_restored: bool


def changes_of(patient_id: UUID) -> list[AuditEvent]:
    """Every change of the patient's own details, the newest first."""
    return list(AuditEvent.objects.filter(record_id=patient_id, is_reading=False).order_by("-id"))


def versions_of(then: Patient) -> list[Version]:
    """The patient's changes in words: walked back from the details of `then`, each from what it led to.

    `then` is changed on the way, and is not to be shown or saved afterwards.
    """
    form, events, found = PatientForm(), changes_of(then.pk), []
    newest = next((event.pk for event in events if event.changes), None)
    for event in events:
        after, before = initial_of(then), {}
        if event.action != CREATED:
            _take_back(then, event)
            before = initial_of(then)
        shown = [one for one in differences(form, before, after) if one.differs] if event.changes else []
        can_be_restored = bool(event.changes) and event.pk != newest
        found.append(Version(event, WORDS.get(event.action, event.action), shown, can_be_restored))
    return found


def _take_back(patient: Patient, event: AuditEvent) -> None:
    """The details before a change; fields that are gone by now are left out."""
    known = set(editable_fields(Patient))
    restore_values(patient, {name: change for name, change in event.changes.items() if name in known})


@transaction.atomic
def restore_version(*, by: By, id: UUID, event_id: int, version: int) -> Patient:
    """Write the details as they were after an event, as a new change.

    Raises AuditEvent.DoesNotExist for an event of something else, and as `update_patient`.
    """
    events = AuditEvent.objects.filter(record_id=id, is_reading=False)
    meant = events.exclude(changes={}).get(pk=event_id)
    then = Patient.objects.get(pk=id)
    for event in events.filter(pk__gt=meant.pk).order_by("-id"):
        _take_back(then, event)
    values: dict[str, Any] = {name: getattr(then, name) for name in editable_fields(Patient)}
    return update_patient(by=by, id=id, version=version, **values)
