"""Giving a patient a photo, and removing it."""

from uuid import UUID

from django.db import transaction

from clinic.audit.actions import By, record
from clinic.patients.models import Patient, PatientPhoto


@transaction.atomic
def set_photo(*, by: By, id: UUID, content: bytes) -> PatientPhoto:
    """Keep a picture, as `small_picture` makes it, in place of the patient's photo; raises Patient.DoesNotExist.

    Nothing keeps the one before. Without a difference nothing is written.
    """
    patient = Patient.objects.select_for_update(no_key=True).get(pk=id)
    before = PatientPhoto.objects.filter(patient=patient).first()
    if before is not None:
        if bytes(before.content) == content:
            return before
        before.delete()
    photo = PatientPhoto.objects.create(patient=patient, content=content)
    _note(photo, before, photo, by=by)
    return photo


@transaction.atomic
def remove_photo(*, by: By, id: UUID) -> bool:
    """Remove a patient's photo for good; whether there was one. Raises Patient.DoesNotExist."""
    patient = Patient.objects.select_for_update(no_key=True).get(pk=id)
    before = PatientPhoto.objects.filter(patient=patient).first()
    if before is None:
        return False
    _note(before, before, None, by=by)
    before.delete()
    return True


def _note(subject: PatientPhoto, before: PatientPhoto | None, after: PatientPhoto | None, *, by: By) -> None:
    """One event of the trail: which photo went and which came, by their keys."""
    keys = [None if photo is None else str(photo.pk) for photo in (before, after)]
    record("photo.changed" if after else "photo.removed", subject, by=by, changes={"photo": keys})
