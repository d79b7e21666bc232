"""Lists of patients that people pick by hand, beside saved views, which follow from filters."""

import uuid

from django.db import models

from clinic.patients.models.patient import Patient
from clinic.patients.models.seen import SeenManager
from clinic.tenancy.records import ClinicModel, ClinicQuerySet


class PatientListQuerySet(ClinicQuerySet["PatientList"]):
    def open_to(self, person: str) -> "PatientListQuerySet":
        """Somebody's own lists, and the clinic's."""
        return self.filter(models.Q(owner_id=person) | models.Q(is_shared=True))


class PatientList(ClinicModel):
    """A list of somebody's own or, shared, the clinic's: then everybody puts patients on it and takes them off."""

    web_may = "SELECT, INSERT, UPDATE, DELETE"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    name = models.CharField(max_length=100)
    owner_id = models.CharField(max_length=64)
    owner_name = models.CharField(max_length=200)
    is_shared = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = PatientListQuerySet.as_manager()  # type: ignore[misc]  # of the base

    class Meta:
        ordering = ("name", "id")
        constraints = (
            models.UniqueConstraint(fields=("owner_id", "name"), name="patient_list_name_once"),
            models.CheckConstraint(condition=~models.Q(name=""), name="patient_list_has_a_name"),
        )

    def __str__(self) -> str:
        return self.name


class ListMember(ClinicModel):
    """A patient who is on a list."""

    web_may = "SELECT, INSERT, UPDATE (patient_id), DELETE"
    whose = "patient"
    index_for = {"list_member_by_patient": "lists that a patient is on"}

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    list = models.ForeignKey(PatientList, on_delete=models.CASCADE, related_name="members", db_index=False)
    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="+", db_index=False)
    added_at = models.DateTimeField(auto_now_add=True)

    objects = SeenManager.from_queryset(ClinicQuerySet)()  # type: ignore[assignment, misc]  # of the base

    class Meta:
        constraints = (models.UniqueConstraint(fields=("list", "patient"), name="list_member_once"),)
        indexes = (models.Index(fields=["patient"], name="list_member_by_patient"),)

    def __str__(self) -> str:
        return f"{self.patient_id} on {self.list_id}"
