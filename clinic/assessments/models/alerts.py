"""Alerts: responses that need action."""

import uuid
from datetime import date

from django.db import models
from django.utils import timezone

from clinic.patients.models import Patient
from clinic.tenancy.records import ClinicModel, ClinicQuerySet


class AlertQuerySet(ClinicQuerySet["Alert"]):
    def open(self) -> "AlertQuerySet":
        """Alerts that nobody has acknowledged."""
        return self.filter(acknowledged_at=None)


class Alert(ClinicModel):
    """A response that needs action. It is open until somebody acknowledges it with a note of what was done.

    A changed response does not close the alert: the patient did respond so. An assessment has at most one open alert of
    a rule. `points` says how bad the response was; a worse one after an acknowledgement raises another alert.
    """

    web_may = "SELECT, INSERT, UPDATE"
    trail_name = "riskalert"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    assessment = models.ForeignKey("assessments.Assessment", on_delete=models.PROTECT, related_name="alerts")
    rule = models.CharField(max_length=60)
    text = models.CharField(max_length=500)
    severity = models.PositiveSmallIntegerField()
    points = models.DecimalField(max_digits=8, decimal_places=2)
    raised_at = models.DateTimeField(auto_now_add=True)
    raised_by_id = models.CharField(max_length=64)
    raised_by_name = models.CharField(max_length=200)
    acknowledged_at = models.DateTimeField(null=True, blank=True, editable=False)
    acknowledged_by_id = models.CharField(max_length=64, blank=True, default="")
    acknowledged_by_name = models.CharField(max_length=200, blank=True, default="")
    note = models.TextField(max_length=2000, blank=True, default="")

    objects = AlertQuerySet.as_manager()  # type: ignore[misc]  # of the base

    class Meta:
        db_table = "assessments_riskalert"
        ordering = ("raised_at", "id")
        constraints = (
            models.UniqueConstraint(
                fields=("assessment", "rule"),
                name="risk_alert_once_open",
                condition=models.Q(acknowledged_at=None),
            ),
            models.CheckConstraint(condition=models.Q(severity__lte=4), name="risk_alert_severity"),
            models.CheckConstraint(
                condition=models.Q(acknowledged_at=None, note="", acknowledged_by_id="")
                | (models.Q(acknowledged_at__isnull=False) & ~models.Q(note="") & ~models.Q(acknowledged_by_id="")),
                name="risk_alert_acknowledged_with_a_note",
            ),
        )
        indexes = (
            models.Index(fields=["raised_at", "id"], name="risk_alert_open", condition=models.Q(acknowledged_at=None)),
            models.Index(
                fields=["patient", "raised_at"], name="risk_alert_of_patient", condition=models.Q(acknowledged_at=None)
            ),
        )

    def __str__(self) -> str:
        return f"{self.rule} {self.assessment_id}"

    @property
    def open(self) -> bool:
        return self.acknowledged_at is None

    @property
    def raised_on(self) -> date:
        return timezone.localdate(self.raised_at)

    @property
    def state_label(self) -> str:
        return "Open" if self.open else f"Acknowledged by {self.acknowledged_by_name}"
