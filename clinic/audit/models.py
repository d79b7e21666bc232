"""The clinic's trail. Rows refer to nothing by key, so that they outlive what they describe."""

from typing import Any

from django.db import models
from django.utils import timezone

from clinic.tenancy.records import ClinicModel, ClinicQuerySet


class AuditEvent(ClinicModel):
    """Who did what to which record, or read what. Insert-only: the clinic's role may not change or delete a row.

    `patient_id` is whose record it is about, where it is about one. `number` and `digest` are the sealer's: the place
    in the order of the clinic's events, and what proves it and every event before it. `request_id` and `trace_id` are
    those of the request, a program's own where it sent them.
    """

    web_may = "SELECT, INSERT"
    index_for = {
        "audit_event_changes": "history of a record",
        "audit_event_by_patient": "trail of a patient",
        "audit_event_by_actor": "trail of a person",
        "audit_event_unsealed": "sealing by the worker",
        "audit_event_by_time": "trail as it opens",
    }
    sealer_may = "SELECT, UPDATE (number, digest)"

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField(default=timezone.now)
    actor_id = models.CharField(max_length=64)
    actor_name = models.CharField(max_length=200)
    action = models.CharField(max_length=60)
    is_reading = models.BooleanField(default=False, db_default=False)
    record_type = models.CharField(max_length=40)
    record_id = models.UUIDField(null=True)
    patient_id = models.UUIDField(null=True)
    changes: "models.JSONField[Any, dict[str, Any]]" = models.JSONField(default=dict)
    request_id = models.CharField(max_length=64, default="", db_default="")
    address = models.CharField(max_length=45, default="", db_default="")
    trace_id = models.CharField(max_length=32, default="", db_default="")
    number = models.BigIntegerField(null=True, editable=False)
    digest = models.BinaryField(null=True, editable=False)

    objects = ClinicQuerySet.as_manager()  # type: ignore[misc]  # of the base

    class Meta:
        indexes = (
            models.Index(fields=["record_id", "-id"], condition=models.Q(is_reading=False), name="audit_event_changes"),
            models.Index(
                fields=["patient_id", "-at", "-id"],
                condition=models.Q(patient_id__isnull=False),
                name="audit_event_by_patient",
            ),
            models.Index(fields=["actor_id", "action", "-id"], name="audit_event_by_actor"),
            models.Index(fields=["id"], condition=models.Q(number=None), name="audit_event_unsealed"),
            models.Index(fields=["-at", "-id"], name="audit_event_by_time"),
        )
        constraints = (
            models.UniqueConstraint(
                fields=["number"], condition=models.Q(number__isnull=False), name="audit_event_number_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.action} {self.record_id or ''}".rstrip()


class PendingSearch(ClinicModel):
    """What somebody searches for in a list and may still be typing.

    It goes to the trail when it has rested for two seconds, or when a record is opened; what replaces it before that
    was the same search with another letter.
    """

    web_may = "SELECT, INSERT, UPDATE, DELETE"

    actor_id = models.CharField(max_length=64)
    list = models.CharField(max_length=40)
    at = models.DateTimeField(default=timezone.now)
    actor_name = models.CharField(max_length=200)
    patient_id = models.UUIDField(null=True)
    changes: "models.JSONField[Any, dict[str, Any]]" = models.JSONField(default=dict)
    request_id = models.CharField(max_length=64)
    address = models.CharField(max_length=45)
    trace_id = models.CharField(max_length=32, default="", db_default="")

    objects = ClinicQuerySet.as_manager()  # type: ignore[misc]  # of the base

    class Meta:
        constraints = (models.UniqueConstraint(fields=["actor_id", "list"], name="audit_event_search_once"),)

    def __str__(self) -> str:
        return f"{self.list} {self.at}"
