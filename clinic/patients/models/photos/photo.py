"""The picture by which people know a patient."""

import uuid
from uuid import UUID

from django.db import models
from django.db.models.functions import Length
from django.db.models.lookups import LessThanOrEqual
from django.utils import timezone

from clinic.patients.models.patient import Patient
from clinic.patients.models.seen import SeenManager
from clinic.tenancy.records import ClinicModel, ClinicQuerySet

LARGEST = 128 * 1024  # bytes of a photo as it is kept; noise comes to half of that


class PatientPhotoQuerySet(ClinicQuerySet["PatientPhoto"]):
    def key(self) -> UUID | None:
        """The key of the first, without the picture; None where there is none."""
        return self.values_list("pk", flat=True).first()


class PatientPhoto(ClinicModel):
    """A small picture, encoded anew as a JPEG that says nothing beside it; the file that was sent is never kept.

    A row never gets another picture: a new one is a new row, so that a merge tells what it moved from what came since.
    """

    web_may = "SELECT, INSERT, UPDATE (patient_id), DELETE"
    whose = "patient"
    trail_name = "photo"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="photos", db_index=False)
    content = models.BinaryField()
    added_at = models.DateTimeField(default=timezone.now)

    objects = SeenManager.from_queryset(PatientPhotoQuerySet)()  # type: ignore[assignment, misc]  # of the base

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("patient",), name="patient_photo_once"),
            models.CheckConstraint(
                condition=LessThanOrEqual(Length("content"), LARGEST), name="patient_photo_is_small"
            ),
        )

    def __str__(self) -> str:
        return f"of {self.patient_id}"
