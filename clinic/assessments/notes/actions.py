"""Write, amend and strike out notes of contacts. The trail says that it was done, never the words."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.utils import timezone

from clinic.assessments.models import ContactNote, ContactNoteRevision
from clinic.assessments.of_patients import lock_for_latest_results
from clinic.assessments.record.refusals import checked_reason
from clinic.audit.actions import By, record
from clinic.patients.models import Patient
from clinic.tenancy.scope import everybody_seen


class NoteChanged(Exception):
    """Somebody else amended the note after it was read, or struck it out. `current` is the note now."""

    def __init__(self, current: ContactNote) -> None:
        super().__init__("Somebody struck this note out." if not current.stands else "Somebody amended this note.")
        self.current = current


@transaction.atomic
def write_note(*, by: By, patient: Patient, date: date, kind: str, text: str, id: UUID | None = None) -> ContactNote:
    """Write a note. Two calls with one `id` write one. Raises Patient.DoesNotExist."""
    lock_for_latest_results(patient_id=patient.pk)
    if id is not None and (existing := ContactNote.objects.filter(pk=id, patient=patient).first()) is not None:
        return existing
    with everybody_seen():
        is_taken = id is not None and ContactNote.objects.filter(pk=id).exists()
    note = ContactNote(
        pk=uuid4() if id is None or is_taken else id, patient=patient, date=date, kind=kind, text=text,
        written_by_id=by.id, written_by_name=by.name,
    )  # fmt: skip
    note.save(force_insert=True)
    record("contactnote.created", note, by=by, changes={"date": [None, str(date)], "kind": [None, kind]})
    return note


@transaction.atomic
def amend_note(*, by: By, id: UUID, version: int, reason: str, date: date, kind: str, text: str) -> ContactNote:
    """Say something else in a note that still has this version; what it said before is kept with the reason.

    Without a difference nothing is written. Raises ContactNote.DoesNotExist, NoteChanged and ReasonMissing.
    """
    note, reason = _locked(id, version), checked_reason(reason)
    said = {"date": date, "kind": kind, "text": text}
    before = {name: getattr(note, name) for name in said}
    if before == said:
        return note
    ContactNoteRevision(note=note, by_id=by.id, by_name=by.name, reason=reason, **before).save(force_insert=True)
    note.date, note.kind, note.text = date, kind, text
    note.version += 1
    note.save()
    record("contactnote.amended", note, by=by, changes=_changes(before, said))
    return note


@transaction.atomic
def strike_out_note(*, by: By, id: UUID, version: int, reason: str) -> ContactNote:
    """Say that a note of this version does not hold, and why; its words stay, struck through.

    Raises ContactNote.DoesNotExist, NoteChanged and ReasonMissing.
    """
    note, reason = _locked(id, version), checked_reason(reason)
    note.struck_at, note.struck_reason = timezone.now(), reason
    note.struck_by_id, note.struck_by_name = by.id, by.name
    note.version += 1
    note.save()
    record("contactnote.struck_out", note, by=by)
    return note


def _locked(id: UUID, version: int) -> ContactNote:
    """The note, once nobody else writes about its patient; raises NoteChanged where it is another by now."""
    lock_for_latest_results(patient_id=ContactNote.objects.get(pk=id).patient_id)
    note: ContactNote = ContactNote.objects.get(pk=id)
    if note.version != version or not note.stands:
        raise NoteChanged(note)
    return note


def _changes(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """What differs, for the trail. Of the words it only says that they do: who reads the trail may not see answers."""
    return {
        name: [None, None] if name == "text" else [str(before[name]), str(after[name])]
        for name in after
        if before[name] != after[name]
    }
