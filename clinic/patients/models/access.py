"""Who sees a patient besides their practitioner: the care team, and whoever opened the record in an emergency."""

import uuid
from uuid import UUID

from django.db import models
from django.utils import timezone

from clinic.patients.models.patient import Patient
from clinic.patients.models.seen import SeenManager
from clinic.tenancy.records import ClinicModel, ClinicQuerySet


class CareTeamMember(ClinicModel):
    """A colleague who is named for a patient; `person_id` is their user's id, with no key to the user's table."""

    web_may = "SELECT, INSERT, UPDATE (patient_id), DELETE"
    whose = "patient"
    index_for = {"care_team_by_person": "whom somebody sees where the clinic restricts it"}

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


class EmergencyAccessQuerySet(ClinicQuerySet["EmergencyAccess"]):
    def open(self) -> "EmergencyAccessQuerySet":
        """Those that have not ended yet, the first to end first."""
        return self.filter(ends_at__gt=timezone.now()).order_by("ends_at", "id")

    def of(self, person: UUID) -> "EmergencyAccessQuerySet":
        return self.filter(person_id=person)


class EmergencyAccess(ClinicModel):
    """One person sees one patient until `ends_at`, for a reason; somebody else marks it as reviewed, with a note."""

    web_may = "SELECT, INSERT, UPDATE (patient_id, ends_at, reviewed_at, reviewed_by_id, reviewed_by_name, note)"
    whose = "patient"
    index_for = {
        "emergency_access_by_person": "which records somebody has open",
        "emergency_access_of_patient": "who has a record open",
        "emergency_access_by_time": "list of emergency access",
    }

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="emergency_accesses", db_index=False)
    person_id = models.UUIDField()
    person_name = models.CharField(max_length=200)
    reason = models.CharField(max_length=500)
    begun_at = models.DateTimeField(default=timezone.now)
    ends_at = models.DateTimeField()
    reviewed_at = models.DateTimeField(null=True, editable=False)
    reviewed_by_id = models.CharField(max_length=64, blank=True, default="")
    reviewed_by_name = models.CharField(max_length=200, blank=True, default="")
    note = models.TextField(max_length=2000, blank=True, default="")

    objects = SeenManager.from_queryset(EmergencyAccessQuerySet)()  # type: ignore[assignment, misc]  # of the base

    class Meta:
        constraints = (
            models.CheckConstraint(condition=~models.Q(reason=""), name="emergency_access_has_a_reason"),
            models.CheckConstraint(
                condition=models.Q(reviewed_at=None, note="", reviewed_by_id="")
                | (models.Q(reviewed_at__isnull=False) & ~models.Q(note="") & ~models.Q(reviewed_by_id="")),
                name="emergency_access_reviewed_with_a_note",
            ),
        )
        indexes = (
            models.Index(fields=["person_id", "ends_at"], include=("patient",), name="emergency_access_by_person"),
            models.Index(fields=["patient", "ends_at"], name="emergency_access_of_patient"),
            models.Index(fields=["-begun_at", "id"], name="emergency_access_by_time"),
        )

    def __str__(self) -> str:
        return f"{self.person_id} to {self.patient_id}"

    @property
    def is_open(self) -> bool:
        return self.ends_at > timezone.now()
