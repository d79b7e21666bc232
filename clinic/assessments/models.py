"""Assessments: one sitting of one patient."""

import uuid
from decimal import Decimal
from typing import Any

from django.contrib.postgres.indexes import GinIndex
from django.core.validators import MinLengthValidator
from django.db import models

from clinic.patients.models import Patient
from clinic.staff.models import Practitioner
from clinic.tenancy.records import ClinicModel, ClinicQuerySet
from clinic.tenancy.search_keys import LettersKey


class AssessmentType(models.TextChoices):
    COGNITIVE_STATUS = "cognitive_status", "Cognitive status"
    PHYSICAL = "physical", "Physical"
    MENTAL_HEALTH = "mental_health", "Mental health"
    FUNCTIONAL_ABILITY = "functional_ability", "Functional ability"
    SOCIAL_SUPPORT = "social_support", "Social support"
    OTHER = "other", "Other"


class AssessmentQuerySet(ClinicQuerySet["Assessment"]):
    def active(self) -> "AssessmentQuerySet":
        return self.filter(archived_at=None)

    def archived(self) -> "AssessmentQuerySet":
        return self.exclude(archived_at=None)


class Assessment(ClinicModel):
    """A free assessment: `questions` is a list of `{"question": text, "answer": text}` in the order asked."""

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
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    search_name = models.GeneratedField(
        expression=LettersKey("name"), output_field=models.TextField(db_collation="C"), db_persist=True
    )

    objects = AssessmentQuerySet.as_manager()  # type: ignore[misc]  # of the base

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("patient", "name"), name="assessment_name_once_per_patient"),
            models.CheckConstraint(condition=~models.Q(name=""), name="assessment_has_a_name"),
            models.CheckConstraint(condition=models.Q(type__in=AssessmentType.values), name="assessment_type"),
        )
        indexes = (
            models.Index(fields=["-date", "-id"], include=["archived_at"], name="assessment_by_date"),
            models.Index(fields=["patient", "-date", "-id"], include=["archived_at"], name="assessment_by_patient"),
            models.Index(fields=["search_name", "id"], include=["archived_at"], name="assessment_by_name"),
            models.Index(fields=["type", "id"], include=["archived_at"], name="assessment_by_type"),
            models.Index(fields=["score", "id"], include=["archived_at"], name="assessment_by_score"),
            models.Index(fields=["user", "-date", "-id"], include=["archived_at"], name="assessment_by_user"),
            GinIndex(
                fields=["search_name"], opclasses=["gin_trgm_ops"], fastupdate=False, name="assessment_by_name_part"
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def type_label(self) -> str:
        return self.get_type_display()

    @property
    def score_text(self) -> str:
        """The score without needless decimals; empty where there is none."""
        return "" if self.score is None else f"{Decimal(self.score).normalize():f}"

    @property
    def practitioner_name(self) -> str:
        return self.user.display_name
