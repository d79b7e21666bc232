"""Pairs of patients who may be one person."""

import uuid
from typing import Any

from django.db import models
from django.db.models.functions import Greatest, Least

from clinic.patients.models.patient import Patient
from clinic.patients.models.seen import SeenManager
from clinic.tenancy.records import ClinicModel, ClinicQuerySet


class DuplicatePairQuerySet(ClinicQuerySet["DuplicatePair"]):
    def open(self) -> "DuplicatePairQuerySet":
        """Those of whom nobody has said that they are two."""
        return self.filter(refused_at=None)

    def of(self, patient: Patient) -> "DuplicatePairQuerySet":
        return self.filter(models.Q(first=patient) | models.Q(second=patient))


class DuplicatePair(ClinicModel):
    """Two patients who may be one, as the matcher saw them when one of them was saved last; in no order.

    Once somebody says that they are two, `refused_at` and the score of then are kept: the pair is open again only when
    what identifies one of them is changed and the score is higher than that. Whoever moves rows from one patient to
    another leaves no pair of a patient with themself, and no second one of the same two; what was refused of the one
    that goes is refused of the one that stays.
    """

    web_may = "SELECT, INSERT, UPDATE, DELETE"
    whose = ("first", "second")
    index_for = {
        "duplicate_pair_by_first": "pairs of a patient",
        "duplicate_pair_by_second": "pairs of a patient",
        "duplicate_pair_by_bits": "list of likely duplicates",
    }

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    first = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="+", db_index=False)
    second = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="+", db_index=False)
    bits = models.FloatField()
    score = models.FloatField()
    grade = models.CharField(max_length=10)
    reasons: "models.JSONField[Any, list[str]]" = models.JSONField(default=list)
    created_at = models.DateTimeField(auto_now_add=True)
    refused_at = models.DateTimeField(null=True)
    refused_by_id = models.CharField(max_length=64, blank=True, default="")
    refused_by_name = models.CharField(max_length=200, blank=True, default="")
    note = models.CharField(max_length=500, blank=True, default="")

    objects = SeenManager.from_queryset(DuplicatePairQuerySet)()  # type: ignore[assignment, misc]  # of the base

    class Meta:
        constraints = (
            models.UniqueConstraint(Least("first", "second"), Greatest("first", "second"), name="duplicate_pair_once"),
            models.CheckConstraint(condition=~models.Q(first=models.F("second")), name="duplicate_pair_of_two"),
        )
        indexes = (
            models.Index(fields=["first"], name="duplicate_pair_by_first"),
            models.Index(fields=["second"], name="duplicate_pair_by_second"),
            models.Index(fields=["bits", "id"], condition=models.Q(refused_at=None), name="duplicate_pair_by_bits"),
        )

    def __str__(self) -> str:
        return f"{self.first_id} and {self.second_id}"

    def other_of(self, patient: Patient) -> uuid.UUID:
        return self.second_id if self.first_id == patient.pk else self.first_id
