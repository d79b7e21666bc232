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
    before = _photo_of(id)
    if before is not None and bytes(before.content) == content:
        return before
    PatientPhoto.objects.filter(patient=id).delete()
    photo = PatientPhoto.objects.create(patient_id=id, content=content)
    record("photo.changed", photo, by=by, changes={"photo": [before and str(before.pk), str(photo.pk)]})
    return photo


@transaction.atomic
def remove_photo(*, by: By, id: UUID) -> bool:
    """Remove a patient's photo for good; whether there was one. Raises Patient.DoesNotExist."""
    before = _photo_of(id)
    if before is None:
        return False
    record("photo.removed", before, by=by, changes={"photo": [str(before.pk), None]})
    before.delete()
    return True


def _photo_of(id: UUID) -> PatientPhoto | None:
    """The photo of a patient whom nobody else gives one until the transaction ends."""
    Patient.objects.select_for_update(no_key=True).only("pk").get(pk=id)
    return PatientPhoto.objects.filter(patient=id).first()
