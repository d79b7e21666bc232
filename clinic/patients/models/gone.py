"""Patients of whom no row is among the patients any more: merged into another's record, or in the bin."""

from datetime import datetime, timedelta
from typing import Any

from django.contrib.postgres.indexes import GinIndex
from django.db import connections, models
from django.utils import timezone

from clinic.patients.models.fields import KeysField
from clinic.patients.models.patient import Patient
from clinic.patients.models.seen import SeenManager
from clinic.tenancy.records import ClinicModel, ClinicQuerySet
from clinic.tenancy.rows import from_row
from clinic.text.keys import CodeKey


class MergedPatientQuerySet(ClinicQuerySet["MergedPatient"]):
    def numbered(self, *record_numbers: str) -> "MergedPatientQuerySet":
        """Those of the record numbers, however they are written."""
        codes: Any = [CodeKey(models.Value(number)) for number in record_numbers]
        return self.alias(code=CodeKey("record_number")).filter(code__in=codes)


class MergedPatient(ClinicModel):
    """A record that was merged into the one of `into`: its id and its number lead there.

    `details` is its row as it was, by column. Whoever is merged further takes these with them, so that `into` is always
    a patient who is there.
    """

    web_may = "SELECT, INSERT, UPDATE (into_id, details), DELETE"
    whose = "into"
    index_for = {"merged_patient_by_code": "search for a record number of before"}

    id = models.UUIDField(primary_key=True)
    into = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    record_number = models.CharField(max_length=40, db_collation="C")
    details: "models.JSONField[Any, dict[str, Any]]" = models.JSONField()
    merged_at = models.DateTimeField(default=timezone.now)

    objects = SeenManager.from_queryset(MergedPatientQuerySet)()  # type: ignore[assignment, misc]  # of the base

    class Meta:
        indexes = (models.Index(CodeKey("record_number"), name="merged_patient_by_code"),)

    def __str__(self) -> str:
        return self.record_number

    @property
    def as_it_was(self) -> Patient:
        """The record before it was merged; it is never saved."""
        return from_row(Patient, self.details)


KEPT = timedelta(days=30)


class BinManager(models.Manager["BinnedPatient"]):
    """Where the clinic restricts whose patients somebody sees: those who were theirs or nobody's, and whom they
    put there."""

    def get_queryset(self) -> ClinicQuerySet["BinnedPatient"]:
        rows = ClinicQuerySet["BinnedPatient"](self.model, using=self._db)
        person = connections[rows._db or "default"].seen_by  # type: ignore[attr-defined]
        if person is None:
            return rows
        theirs = models.Q(details__user_id=str(person)) | models.Q(details__user_id=None)
        return rows.filter(theirs | models.Q(by_id=str(person)))


class BinnedPatient(ClinicModel):
    """A record that was registered by mistake, for `KEPT`: then it is removed for good.

    `details` is its row as it was, by column; `rows` is that row and everything that referred to it, as the function
    `put_patient_into_bin` took it out, which alone writes it; the web puts it back, and that is all.
    """

    web_may = "SELECT, INSERT"
    index_for = {
        "binned_patient_by_time": "list of the bin",
        "binned_patient_by_match_keys": "matching with who is in the bin",
    }

    id = models.UUIDField(primary_key=True)
    record_number = models.CharField(max_length=40, db_collation="C")
    details: "models.JSONField[Any, dict[str, Any]]" = models.JSONField()
    rows: "models.JSONField[Any, list[dict[str, Any]]]" = models.JSONField(default=list)
    match_keys = KeysField(null=True)
    reason = models.CharField(max_length=500)
    binned_at = models.DateTimeField(default=timezone.now)
    by_id = models.CharField(max_length=64)
    by_name = models.CharField(max_length=200)

    objects = BinManager()  # type: ignore[assignment, misc]  # of the base

    class Meta:
        constraints = (models.CheckConstraint(condition=~models.Q(reason=""), name="binned_patient_has_a_reason"),)
        indexes = (
            models.Index(fields=["binned_at", "id"], name="binned_patient_by_time"),
            GinIndex(fields=["match_keys"], fastupdate=False, name="binned_patient_by_match_keys"),
        )

    def __str__(self) -> str:
        return self.record_number

    @property
    def as_it_was(self) -> Patient:
        """The record before it was put into the bin; it is never saved."""
        return from_row(Patient, self.details)

    @property
    def kept_until(self) -> datetime:
        return self.binned_at + KEPT
