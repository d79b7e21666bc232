"""Bringing `public` and every clinic up to date."""

from collections.abc import Iterable
from functools import cache
from typing import NamedTuple

from django.core.management import call_command
from django.db import transaction
from django.db.migrations.loader import MigrationLoader
from django_tenants.utils import quote_schema_name

from clinic.tenancy.models import Clinic
from clinic.tenancy.provisioning import grant_public, grant_statements, owner_connection, tenant_labels

MigrationKey = tuple[str, str]


class Release(NamedTuple):
    """The migrations on disk: those of the shared tables, and those of each clinic."""

    shared: frozenset[MigrationKey]
    clinics: frozenset[MigrationKey]


@cache
def release() -> Release:
    """What this release of the code consists of; read once a process."""
    labels, keys = set(tenant_labels()), frozenset(MigrationLoader(None).disk_migrations)
    clinics = frozenset(key for key in keys if key[0] in labels)
    return Release(shared=keys - clinics, clinics=clinics)


def applied(clinic: Clinic) -> set[MigrationKey]:
    with owner_connection().cursor() as cursor:
        cursor.execute(f"SELECT app, name FROM {quote_schema_name(clinic.schema_name)}.django_migrations")  # noqa: S608
        return {(app, name) for app, name in cursor.fetchall()}


def behind() -> list[Clinic]:
    """The clinics that miss a migration of a tenant app."""
    clinics: Iterable[Clinic] = Clinic.objects.using(owner_connection().alias).order_by("name")
    return [clinic for clinic in clinics if release().clinics - applied(clinic)]


def public_is_behind() -> bool:
    """Whether `public` misses a migration; asks Django's loader, so it also holds on an empty database."""
    loader = MigrationLoader(owner_connection())
    return bool(release().shared - set(loader.applied_migrations))


def migrate_public() -> None:
    call_command("migrate_schemas", shared=True, interactive=False, verbosity=0)
    grant_public()


def migrate_clinic(clinic: Clinic) -> None:
    """Run what the clinic misses, and open new tables to its role as the map says."""
    call_command("migrate_schemas", tenant=True, schema_name=clinic.schema_name, interactive=False, verbosity=0)
    connection = owner_connection()
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        cursor.execute("; ".join(grant_statements(clinic.schema_name)))
