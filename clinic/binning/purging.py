"""Removing for good what is in the bin for longer than 30 days: the owner's role does it, the web's cannot."""

from datetime import datetime
from uuid import UUID

from django.db import connections, transaction
from django.utils import timezone
from django_tenants.utils import get_tenant_database_alias, quote_schema_name

from clinic.access import Actor
from clinic.audit.actions import event
from clinic.audit.models import AuditEvent
from clinic.patients.models.gone import KEPT
from clinic.tenancy.models import Clinic
from clinic.tenancy.scope import clinic_scope

BY = Actor("system:bin", "The bin")
DELETE = "DELETE FROM {schema}.patients_binnedpatient WHERE {which} RETURNING id, record_number"


def purge_old(clinic: Clinic) -> list[str]:
    """Remove what is in a clinic's bin for longer than it is kept; the record numbers."""
    return _purge(clinic, "binned_at < %s", timezone.now() - KEPT)


def purge_one(clinic: Clinic, id: UUID) -> list[str]:
    """Remove one record from a clinic's bin before its time; its record number."""
    return _purge(clinic, "id = %s", id)


def purge_every_bin() -> None:
    """As `manage.py purge_bin`, by the worker."""
    for clinic in Clinic.objects.using(get_tenant_database_alias()).filter(deleted_at=None, out_of_service=False):
        purge_old(clinic)


def _purge(clinic: Clinic, which: str, value: UUID | datetime) -> list[str]:
    """Delete rows of the bin as the owner, and leave an event of each in the clinic's trail, in one transaction."""
    owner = get_tenant_database_alias()
    statement = DELETE.format(schema=quote_schema_name(clinic.schema_name), which=which)
    with transaction.atomic(using=owner):
        with connections[owner].cursor() as cursor:
            cursor.execute(statement, [value])
            gone = cursor.fetchall()
        with clinic_scope(clinic, using=owner):
            AuditEvent.objects.using(owner).bulk_create(
                event(
                    "patient.purged", by=BY, record_type="patient", record_id=id, patient_id=id,
                    changes={"record_number": [number, None]},
                )
                for id, number in gone
            )  # fmt: skip
    return [number for _, number in gone]
