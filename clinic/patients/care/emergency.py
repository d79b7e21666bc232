"""Opening the record of a patient hidden from somebody, in an emergency, and reviewing that."""

from datetime import date, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from clinic.audit.actions import By, event, record
from clinic.patients.models import EmergencyAccess, MergedPatient, Patient
from clinic.tenancy.scope import everybody_seen

LASTS = timedelta(minutes=60)


class NotReviewable(Exception):
    """The access was reviewed already, or was of whoever would review it."""


def find_in_emergency(who: str, born: date) -> Patient | None:
    """The one patient of exactly this record number or full name, and this date of birth."""
    with everybody_seen():
        of_day = Patient.objects.filter(date_of_birth=born)
        merged = MergedPatient.objects.numbered(who).values("into")
        found = list(of_day.filter(Q(record_number=who) | Q(pk__in=merged))[:2]) or list(of_day.named(who)[:2])
    return found[0] if len(found) == 1 else None


@transaction.atomic
def open_in_emergency(*, by: By, patient: Patient, reason: str) -> EmergencyAccess:
    """Let whoever acts see the patient for an hour, and nobody else by it. The caller has checked the password."""
    begun = timezone.now()
    access = EmergencyAccess.objects.create(
        patient=patient,
        person_id=UUID(by.id),
        person_name=by.name,
        reason=reason,
        begun_at=begun,
        ends_at=begun + LASTS,
    )
    changes = {"reason": [None, reason], "ends_at": [None, access.ends_at.isoformat()]}
    record("emergencyaccess.begun", access, by=by, changes=changes)
    return access


def note_missed(*, by: By, who: str) -> None:
    """Note that whoever acts looked for somebody hidden, and nobody was found by that."""
    event("emergencyaccess.missed", by=by, record_type="emergencyaccess", changes={"who": [None, who]}).save()


@transaction.atomic
def end_emergency(*, by: By, patient_id: UUID) -> bool:
    """End whatever emergency access whoever acts has to the patient; whether there was any."""
    now, ended = timezone.now(), False
    for access in EmergencyAccess.objects.open().of(UUID(by.id)).filter(patient=patient_id):
        changes = {"ends_at": [access.ends_at.isoformat(), now.isoformat()]}
        EmergencyAccess.objects.filter(pk=access.pk).update(ends_at=now)
        record("emergencyaccess.ended", access, by=by, changes=changes)
        ended = True
    return ended


@transaction.atomic
def review_emergency_access(*, by: By, id: UUID, note: str) -> EmergencyAccess:
    """Mark an access as reviewed, with a note; raises EmergencyAccess.DoesNotExist, and NotReviewable in words."""
    access = EmergencyAccess.objects.select_related("patient").get(pk=id)
    if str(access.person_id) == by.id:
        raise NotReviewable("Nobody reviews their own emergency access. Ask another owner or auditor.")
    review = {"reviewed_at": timezone.now(), "reviewed_by_id": by.id, "reviewed_by_name": by.name, "note": note}
    if not EmergencyAccess.objects.filter(pk=id, reviewed_at=None).update(**review):
        raise NotReviewable("Somebody reviewed this already. Your note was not saved; it is kept below.")
    record("emergencyaccess.reviewed", access, by=by, changes={"note": [None, note]})
    return access
