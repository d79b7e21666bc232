"""Assessments of patients, and what they were before each amendment."""

import uuid
from decimal import Decimal
from typing import Any

from django.contrib.postgres.indexes import GinIndex
from django.core.validators import MinLengthValidator
from django.db import models
from django.db.models.functions import Coalesce

from clinic.instruments.definitions import AssessmentType
from clinic.instruments.items.parts import SEXES
from clinic.patients.models import Patient, SeenManager
from clinic.staff.models import Practitioner
from clinic.tenancy.records import ClinicModel, ClinicQuerySet
from clinic.text.keys import LettersKey
from clinic.text.numbers import number_shown


class AssessmentStatus(models.TextChoices):
    """The status of an assessment. A free assessment is completed from the start."""

    PLANNED = "planned", "Planned"
    IN_PROGRESS = "in_progress", "In progress"
    COMPLETED = "completed", "Completed"
    AMENDED = "amended", "Amended"
    CANCELLED = "cancelled", "Cancelled"


# Statuses of an assessment that counts: its score stands, and a change needs a reason.
MADE = (AssessmentStatus.COMPLETED, AssessmentStatus.AMENDED)
UNFINISHED = (AssessmentStatus.PLANNED, AssessmentStatus.IN_PROGRESS)
# The fields that an instrument fills; a free assessment has their defaults.
OF_INSTRUMENT = frozenset((
    *("instrument", "instrument_version", "language", "status", "answers", "answered", "score_low", "score_high"),
    *("band", "severity", "results", "sex", "age"),
))  # fmt: skip


class AssessmentQuerySet(ClinicQuerySet["Assessment"]):
    def active(self) -> "AssessmentQuerySet":
        return self.filter(archived_at=None)

    def archived(self) -> "AssessmentQuerySet":
        return self.exclude(archived_at=None)

    def made(self) -> "AssessmentQuerySet":
        """Completed or amended assessments."""
        return self.filter(status__in=MADE)

    def open(self) -> "AssessmentQuerySet":
        """Assessments that are planned or in progress."""
        return self.filter(status__in=UNFINISHED)

    def following(self, instrument: str) -> "AssessmentQuerySet":
        """Assessments with this instrument, in any version."""
        return self.filter(instrument=instrument)


class Assessment(ClinicModel):
    """One record of one patient: free questions and a score, or the responses to an instrument.

    A free assessment has `questions`: `{"question": text, "answer": text}` in their order. With an `instrument`,
    `answers` maps item codes to points or to the number measured; a missing code has no response. `score` is null until
    every item that counts has a response; until then the total lies from `score_low` to `score_high`. `band` and
    `severity` (0 to 4) are set once they are certain. `results` holds the rest of the result. `sex` and `age` are those
    of the scoring, whatever the patient's record says later; a free assessment has neither. `listed_at` orders those of
    one day: when it was completed, or begun where nothing says when it was completed. `page` is the copy of the
    questionnaire form that wrote last, and `page_version` the version it wrote.
    """

    web_may = "SELECT, INSERT, UPDATE"
    whose = "patient"
    index_for = {
        "assessment_by_date": "list of assessments as it opens",
        "assessment_by_patient": "assessments, trend, summary and timeline of a patient",
        "assessment_by_created": "order created_at of programs",
        "assessment_by_updated": "changes for programs",
        "assessment_by_name": "order Name, search by the beginning of a name",
        "assessment_by_name_part": "search by words of a name",
        "assessment_by_type": "order and filter Type",
        "assessment_by_user": "order and filter Practitioner",
        "assessment_unfinished": "Today: what somebody began",
        "assessment_of_instrument": "order and filter Instrument",
        "assessment_by_score": "order and filter Score of an instrument",
        "assessment_severity_of": "order and filter Severity of an instrument",
        "assessment_by_severity": "order and filter Severity",
        "assessment_by_status": "order and filter Status",
        "assessment_unscored": "completed ones without a score, which are counted",
        "assessment_open": "what is open of a patient",
    }

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+", db_index=False)
    user = models.ForeignKey(
        Practitioner, on_delete=models.PROTECT, related_name="+", verbose_name="practitioner", db_index=False
    )
    name = models.CharField(max_length=200, validators=[MinLengthValidator(1)])
    type = models.CharField(max_length=30, choices=AssessmentType.choices)
    date = models.DateField()
    questions: "models.JSONField[Any, list[dict[str, str]]]" = models.JSONField(default=list, blank=True)
    score = models.DecimalField(max_digits=8, decimal_places=2, null=True, blank=True)
    instrument = models.CharField(max_length=60, blank=True, default="", db_default="", db_collation="C")
    instrument_version = models.CharField(max_length=20, blank=True, default="", db_default="", db_collation="C")
    language = models.CharField(max_length=10, blank=True, default="", db_default="")
    status = models.CharField(
        max_length=20,
        choices=AssessmentStatus.choices,
        default=AssessmentStatus.COMPLETED,
        db_default=AssessmentStatus.COMPLETED,
        db_collation="C",
    )
    answers: "models.JSONField[Any, dict[str, int | float]]" = models.JSONField(default=dict, db_default={}, blank=True)
    answered = models.PositiveSmallIntegerField(default=0, db_default=0)
    score_low = models.DecimalField(max_digits=8, decimal_places=2, null=True, blank=True)
    score_high = models.DecimalField(max_digits=8, decimal_places=2, null=True, blank=True)
    band = models.CharField(max_length=60, blank=True, default="", db_default="")
    severity = models.PositiveSmallIntegerField(null=True, blank=True)
    results: "models.JSONField[Any, dict[str, Any]]" = models.JSONField(default=dict, db_default={}, blank=True)
    sex = models.CharField(max_length=10, blank=True, default="", db_default="", db_collation="C", editable=False)
    age = models.PositiveSmallIntegerField(null=True, blank=True, editable=False)
    completed_at = models.DateTimeField(null=True, blank=True, editable=False)
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    page = models.UUIDField(null=True, editable=False)
    page_version = models.PositiveIntegerField(null=True, editable=False)
    search_name = models.GeneratedField(
        expression=LettersKey("name"), output_field=models.TextField(db_collation="C"), db_persist=True
    )
    listed_at = models.GeneratedField(
        expression=Coalesce("completed_at", "created_at"), output_field=models.DateTimeField(), db_persist=True
    )

    objects = SeenManager.from_queryset(AssessmentQuerySet)()  # type: ignore[assignment, misc]  # of the base

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("patient", "name"), name="assessment_name_once_per_patient"),
            models.CheckConstraint(condition=~models.Q(name=""), name="assessment_has_a_name"),
            models.CheckConstraint(condition=models.Q(type__in=AssessmentType.values), name="assessment_type"),
            models.CheckConstraint(condition=models.Q(status__in=AssessmentStatus.values), name="assessment_status"),
            models.CheckConstraint(
                condition=models.Q(severity=None) | models.Q(severity__lte=4), name="assessment_severity"
            ),
            models.CheckConstraint(condition=models.Q(sex__in=("", *SEXES)), name="assessment_sex"),
            models.CheckConstraint(
                condition=models.Q(instrument="", instrument_version="", answers={})
                | (~models.Q(instrument="") & ~models.Q(instrument_version="") & models.Q(questions=[])),
                name="assessment_is_free_or_follows_an_instrument",
            ),
        )
        indexes = (
            models.Index(fields=["-date", "-listed_at", "-id"], include=["archived_at"], name="assessment_by_date"),
            models.Index(
                fields=["patient", "-date", "-listed_at", "-id"], include=["archived_at"], name="assessment_by_patient"
            ),
            models.Index(fields=["created_at", "id"], include=["archived_at"], name="assessment_by_created"),
            models.Index(fields=["updated_at", "id"], include=["archived_at"], name="assessment_by_updated"),
            models.Index(fields=["search_name", "id"], include=["archived_at"], name="assessment_by_name"),
            models.Index(
                fields=["type", "date", "listed_at", "id"], include=["archived_at"], name="assessment_by_type"
            ),
            models.Index(
                fields=["user", "-date", "-listed_at", "-id"], include=["archived_at"], name="assessment_by_user"
            ),
            models.Index(
                fields=["user", "-date", "id"],
                name="assessment_unfinished",
                condition=models.Q(status__in=UNFINISHED, archived_at=None),
            ),
            models.Index(
                fields=["instrument", "date", "listed_at", "id"],
                include=["archived_at"],
                name="assessment_of_instrument",
                condition=~models.Q(instrument=""),
            ),
            models.Index(
                fields=["instrument", "score", "date", "listed_at", "id"],
                include=["archived_at"],
                name="assessment_by_score",
                condition=models.Q(status__in=MADE, score__isnull=False),
            ),
            models.Index(
                fields=["instrument", "severity", "date", "listed_at", "id"],
                include=["archived_at"],
                name="assessment_severity_of",
                condition=models.Q(status__in=MADE, severity__isnull=False),
            ),
            models.Index(
                fields=["severity", "date", "listed_at", "id"],
                include=["archived_at"],
                name="assessment_by_severity",
                condition=models.Q(status__in=MADE, severity__isnull=False),
            ),
            models.Index(
                fields=["status", "date", "listed_at", "id"],
                include=["archived_at"],
                name="assessment_by_status",
                condition=~models.Q(status="completed"),
            ),
            GinIndex(
                fields=["search_name"], opclasses=["gin_trgm_ops"], fastupdate=False, name="assessment_by_name_part"
            ),
            models.Index(
                fields=["instrument", "date"],
                name="assessment_unscored",
                condition=models.Q(status__in=MADE, score=None, archived_at=None) & ~models.Q(instrument=""),
            ),
            models.Index(
                fields=["patient", "id"],
                name="assessment_open",
                condition=models.Q(status__in=("planned", "in_progress")),
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def type_label(self) -> str:
        return self.get_type_display()

    @property
    def score_text(self) -> str:
        """The score without needless decimals; empty without a score."""
        return "" if self.score is None else number_shown(self.score)

    @property
    def practitioner_name(self) -> str:
        return self.user.display_name

    @property
    def status_label(self) -> str:
        return self.get_status_display()

    @property
    def score_range(self) -> tuple[Decimal, Decimal] | None:
        return None if self.score_low is None or self.score_high is None else (self.score_low, self.score_high)

    @property
    def asked(self) -> int:
        """The number of items that count towards the score; 0 for a free assessment."""
        return int(self.results.get("asked", 0))

    @property
    def cutoff(self) -> str | None:
        return self.results.get("cutoff")

    @property
    def screen(self) -> str:
        """What the cut-off says of the score; empty where the band has said it."""
        said = f"{self.cutoff.capitalize()} screen" if self.cutoff else ""
        return "" if said == self.band else said

    @property
    def pattern(self) -> bool | None:
        return self.results.get("pattern")

    @property
    def subscales(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.results.get("subscales", [])
        return found

    @property
    def summary(self) -> str:
        return str(self.results.get("summary", ""))

    @property
    def made(self) -> bool:
        """Whether the score stands, so that a change needs a reason."""
        return self.status in MADE


class AssessmentRevision(ClinicModel):
    """A completed assessment as it was before it was amended or opened again. Insert-only."""

    web_may = "SELECT, INSERT"
    whose = "assessment__patient"

    id = models.BigAutoField(primary_key=True)
    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    by_id = models.CharField(max_length=64)
    by_name = models.CharField(max_length=200)
    reason = models.CharField(max_length=500)
    before: "models.JSONField[Any, dict[str, Any]]" = models.JSONField()

    objects = SeenManager.from_queryset(ClinicQuerySet)()  # type: ignore[assignment, misc]  # of the base

    class Meta:
        constraints = (models.CheckConstraint(condition=~models.Q(reason=""), name="assessment_revision_has_a_reason"),)

    def __str__(self) -> str:
        return f"{self.assessment_id} before {self.at}"
