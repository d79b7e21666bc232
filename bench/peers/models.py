"""Patients as a Django project usually has them, and the same tuned for the admin's search and sorting."""

import uuid
from typing import ClassVar, Self

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models.functions import Upper

SEARCHED = ("full_name", "record_number", "phone_number")
SORTED = ("full_name", "gender", "date_of_birth", "phone_number", "last_score", "last_assessed_on")


def trigrams(column: str) -> GinIndex:
    """On the expression that `icontains` compares: one on the column itself does not serve it."""
    return GinIndex(OpClass(Upper(column), name="gin_trgm_ops"), name=f"{column}_trigrams")


class Gender(models.TextChoices):
    FEMALE = "female", "Female"
    MALE = "male", "Male"
    OTHER = "other", "Other"
    UNKNOWN = "unknown", "Not known"


class Practitioner(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    display_name = models.CharField(max_length=200)
    is_active = models.BooleanField(default=True)

    class Meta:
        db_table = "practitioner"
        ordering = ("display_name",)

    def __str__(self) -> str:
        return self.display_name


class Record(models.Model):
    """The columns of both tables of patients."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    full_name = models.CharField(max_length=200)
    family_name = models.CharField(max_length=200, blank=True)
    gender = models.CharField(max_length=10, choices=Gender.choices)
    date_of_birth = models.DateField()
    phone_number = models.CharField(max_length=128, blank=True)
    second_phone_number = models.CharField(max_length=128, blank=True)
    address = models.TextField(blank=True)
    record_number = models.CharField(max_length=40, unique=True)
    practitioner = models.ForeignKey(Practitioner, on_delete=models.PROTECT, related_name="+")
    last_band = models.CharField(max_length=60, blank=True)
    last_score = models.DecimalField(max_digits=8, decimal_places=2, null=True, blank=True)
    last_assessed_on = models.DateField(null=True, blank=True)
    next_due_on = models.DateField(null=True, blank=True)
    archived_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    version = models.PositiveIntegerField(default=1)

    objects: ClassVar[models.Manager[Self]] = models.Manager()  # mypy knows those of the clinic's apps only

    class Meta:
        abstract = True
        ordering = ("full_name",)
        constraints = (
            models.UniqueConstraint(fields=("practitioner", "full_name"), name="%(class)s_name_once_per_practitioner"),
        )

    def __str__(self) -> str:
        return self.full_name


class Patient(Record):
    class Meta(Record.Meta):
        db_table = "patient"


class PatientTuned(Record):
    class Meta(Record.Meta):
        db_table = "patient_tuned"
        verbose_name = "tuned patient"
        indexes = (
            *(trigrams(column) for column in SEARCHED),
            *(models.Index(fields=[column], name=f"by_{column}") for column in SORTED),
        )
