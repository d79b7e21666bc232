"""The tenant, and what new ones are made from."""

import uuid
from typing import Any

from django.db import models
from django_tenants.models import TenantMixin


def opaque_name() -> str:
    """A schema name (and role name) that says nothing about the clinic."""
    return f"c_{uuid.uuid4().hex[:16]}"


class Clinic(TenantMixin):
    """A clinic: this row in `public`, and a schema and a role both named `schema_name`."""

    auto_create_schema = False
    auto_drop_schema = False

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=200, unique=True)
    schema_name = models.CharField(max_length=63, unique=True, default=opaque_name, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class Blueprint(models.Model):
    """The statements that make a clinic's schema, collected once per release from the migrations.

    `fingerprint` is a digest of the migrations' sources; `statements` a list of SQL texts without parameters.
    """

    fingerprint = models.CharField(max_length=64, primary_key=True)
    statements: "models.JSONField[Any, list[str]]" = models.JSONField()
    collected_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.fingerprint[:12]
