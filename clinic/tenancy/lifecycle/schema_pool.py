"""Schemas made ahead, so that a new clinic takes one instead of waiting for its tables."""

from django.db import transaction

from clinic.tenancy.lifecycle.provisioning import drop_schema, fingerprint, make_schema, owner_connection
from clinic.tenancy.models import PreparedSchema, opaque_name


def ready() -> int:
    """How many prepared schemas of this release there are."""
    return PreparedSchema.objects.using(owner_connection().alias).filter(fingerprint=fingerprint()).count()


def refill(count: int) -> int:
    """Prepare what lacks to `count` schemas of this release, each in a transaction; returns how many were made."""
    alias = owner_connection().alias
    lacking = max(0, count - ready())
    for _ in range(lacking):
        with transaction.atomic(using=alias):
            schema_name = opaque_name()
            make_schema(schema_name)
            PreparedSchema.objects.using(alias).create(schema_name=schema_name, fingerprint=fingerprint())
    return lacking


def renew() -> int:
    """Replace the prepared schemas of other releases by as many of this one; returns how many there were."""
    alias = owner_connection().alias
    dropped = 0
    while True:
        with transaction.atomic(using=alias):
            stale = PreparedSchema.objects.using(alias).exclude(fingerprint=fingerprint())
            row = stale.select_for_update(skip_locked=True).first()
            if row is None:
                break
            drop_schema(row.schema_name)
            row.delete()
            dropped += 1
    refill(ready() + dropped)
    return dropped
