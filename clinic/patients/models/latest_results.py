"""The latest result of each instrument that a patient was scored by, for lists."""

from typing import Any

from django.db import models
from django.db.models import Prefetch, Q, QuerySet

from clinic.patients.models.patient import Patient
from clinic.tenancy.records import ClinicModel


class Severity(models.IntegerChoices):
    """The one scale on which the bands of all instruments lie; `docs/instruments.md` says what each is."""

    MINIMAL = 0, "Minimal"
    MILD = 1, "Mild"
    MODERATE = 2, "Moderate"
    HIGH = 3, "Moderately severe"
    SEVERE = 4, "Severe"


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
    patient's assessments at any time. Those of a patient come with the worst first, then the newest.
    """

    web_may = "SELECT, INSERT, UPDATE, DELETE"
    is_chosen = False  # whether the list is of this result's instrument; see `with_latest_results`

    id = models.BigAutoField(primary_key=True)
    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="latest_results", db_index=False)
    instrument = models.ForeignKey(ScoredInstrument, on_delete=models.PROTECT, related_name="+", db_index=False)
    score = models.DecimalField(max_digits=8, decimal_places=2)
    band = models.CharField(max_length=60, blank=True, default="", db_default="")
    severity = models.SmallIntegerField(null=True, blank=True)
    change = models.DecimalField(max_digits=8, decimal_places=2, null=True, blank=True)
    assessed_on = models.DateField()
    recent_scores: "models.JSONField[Any, list[float]]" = models.JSONField(default=list)

    class Meta:
        ordering = (models.F("severity").desc(nulls_last=True), "-assessed_on", "instrument_id")
        constraints = (
            models.UniqueConstraint(fields=("patient", "instrument"), name="latest_result_once_per_instrument"),
            models.CheckConstraint(
                condition=Q(severity=None) | Q(severity__range=(0, 4)), name="latest_result_severity"
            ),
        )
        indexes = (
            models.Index(fields=["instrument", "score", "patient"], name="latest_result_by_score"),
            models.Index(fields=["instrument", "assessed_on", "patient"], name="latest_result_by_date"),
        )

    def __str__(self) -> str:
        return f"{self.instrument_id} of {self.patient_id}"

    @property
    def score_text(self) -> str:
        """The score without needless decimals."""
        return f"{self.score.normalize():f}"

    @property
    def change_text(self) -> str:
        """The change with its sign; empty where there is none."""
        sign = "+" if (self.change or 0) > 0 else "\N{MINUS SIGN}"
        return f"{sign}{abs(self.change).normalize():f}" if self.change else ""

    @property
    def severity_label(self) -> str:
        return "" if self.severity is None else str(Severity(self.severity).label)


def with_latest_results(patients: "QuerySet[Patient]", chosen: ScoredInstrument | None = None) -> "QuerySet[Patient]":
    """The patients with their latest results, read by one statement; those of the `chosen` instrument are marked."""
    results: QuerySet[Any] = LatestResult.objects.select_related("instrument")
    if chosen is not None:
        results = results.annotate(is_chosen=models.ExpressionWrapper(Q(instrument=chosen.pk), models.BooleanField()))
    return patients.prefetch_related(None).prefetch_related(
        Prefetch("latest_results", queryset=results, to_attr="results_read")
    )
