"""The clinic's trail. Rows refer to nothing by key, so that they outlive what they describe."""

from typing import Any

from django.db import models

from clinic.tenancy.records import ClinicModel, ClinicQuerySet


class AuditEvent(ClinicModel):
    """Who did what to which record. Insert-only: the clinic's role may not change or delete a row."""

    web_may = "SELECT, INSERT"

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField(auto_now_add=True)
    actor_id = models.CharField(max_length=64)
    actor_name = models.CharField(max_length=200)
    action = models.CharField(max_length=60)
    record_type = models.CharField(max_length=40)
    record_id = models.UUIDField()
    changes: "models.JSONField[Any, dict[str, Any]]" = models.JSONField(default=dict)

    objects = ClinicQuerySet.as_manager()  # type: ignore[misc]  # of the base

    class Meta:
        indexes = (models.Index(fields=["record_id", "-id"], name="audit_by_record"),)

    def __str__(self) -> str:
        return f"{self.action} {self.record_id}"


class Access(ClinicModel):
    """Who opened which record, and when. Insert-only, as the trail of changes is."""

    web_may = "SELECT, INSERT"

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField(auto_now_add=True)
    actor_id = models.CharField(max_length=64)
    actor_name = models.CharField(max_length=200)
    record_type = models.CharField(max_length=40)
    record_id = models.UUIDField()

    objects = ClinicQuerySet.as_manager()  # type: ignore[misc]  # of the base

    class Meta:
        indexes = (
            models.Index(fields=["actor_id", "record_type", "-id"], name="access_by_actor"),
            models.Index(fields=["record_id", "-id"], name="access_by_record"),
        )

    def __str__(self) -> str:
        return f"{self.record_type} {self.record_id}"
