"""The latest result of each instrument that a patient was scored by, for lists."""

from typing import Any

from django.db import models
from django.db.models import Q

from clinic.patients.models.patient import Patient
from clinic.patients.models.seen import SeenManager
from clinic.tenancy.records import ClinicModel, ClinicQuerySet


class ScoredInstrument(ClinicModel):
    """An instrument that some patient was scored by: its id and its title, as lists show and choose it."""

    web_may = "SELECT, INSERT, UPDATE"

    id = models.CharField(primary_key=True, max_length=60, db_collation="C")
    title = models.CharField(max_length=200)

    class Meta:
        ordering = ("title", "id")

    def __str__(self) -> str:
        return self.title


class LatestResult(ClinicModel):
    """A patient's latest score by one instrument; `change` is from the one before.

    `recent_scores` are shares of the instrument's range, 0 to 1, the oldest first. They can be worked out from the
    patient's assessments at any time. Pages show them as `Patient.results`.
    """

    web_may = "SELECT, INSERT, UPDATE, DELETE"
    whose = "patient"
    index_for = {
        "latest_result_by_score": "order Latest result and filters Score, Severity of an instrument",
        "latest_result_by_date": "order Assessed of an instrument",
    }

    id = models.BigAutoField(primary_key=True)
    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="latest_results", db_index=False)
    instrument = models.ForeignKey(ScoredInstrument, on_delete=models.PROTECT, related_name="+", db_index=False)
    score = models.DecimalField(max_digits=8, decimal_places=2)
    band = models.CharField(max_length=60, blank=True, default="", db_default="")
    severity = models.SmallIntegerField(null=True, blank=True)
    change = models.DecimalField(max_digits=8, decimal_places=2, null=True, blank=True)
    assessed_on = models.DateField()
    recent_scores: "models.JSONField[Any, list[float]]" = models.JSONField(default=list)

    objects = SeenManager.from_queryset(ClinicQuerySet)()  # type: ignore[assignment, misc]  # of the base

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("patient", "instrument"), name="latest_result_once_per_instrument"),
            models.CheckConstraint(
                condition=Q(severity=None) | Q(severity__range=(0, 4)), name="latest_result_severity"
            ),
        )
        indexes = (
            models.Index(fields=["instrument", "score", "patient", "severity"], name="latest_result_by_score"),
            models.Index(fields=["instrument", "assessed_on", "patient"], name="latest_result_by_date"),
        )

    def __str__(self) -> str:
        return f"{self.instrument_id} of {self.patient_id}"
