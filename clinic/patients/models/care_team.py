"""The care team of a patient: colleagues who see them besides their practitioner."""

import uuid

from django.db import models

from clinic.patients.models.patient import Patient
from clinic.patients.models.seen import SeenManager
from clinic.tenancy.records import ClinicModel, ClinicQuerySet


class CareTeamMember(ClinicModel):
    """A colleague who is named for a patient; `person_id` is their user's id, with no key to the user's table."""

    web_may = "SELECT, INSERT, DELETE"
    whose = "patient"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="care_team", db_index=False)
    person_id = models.UUIDField()
    created_at = models.DateTimeField(auto_now_add=True)

    objects = SeenManager.from_queryset(ClinicQuerySet)()  # type: ignore[assignment, misc]  # of the base

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("patient", "person_id"), name="care_team_member_once_per_patient"),
        )
        indexes = (models.Index(fields=["person_id", "patient"], name="care_team_by_person"),)

    def __str__(self) -> str:
        return f"{self.person_id} of {self.patient_id}"
