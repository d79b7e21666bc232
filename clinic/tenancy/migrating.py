"""What this release consists of, and who is behind it."""

from functools import cache
from typing import NamedTuple

from django.contrib.postgres.fields import ArrayField
from django.core.management import call_command
from django.db.migrations.loader import MigrationLoader
from django.db.models import F, Func, TextField, Value

from clinic.tenancy.collecting import MigrationKey, tenant_labels
from clinic.tenancy.models import Clinic
from clinic.tenancy.provisioning import grant_public, owner_connection

# So many clinics are asked in one round trip. The locks on their tables are held until it is answered, two a
# clinic, and PostgreSQL as it comes has room for 6,400.
AT_ONCE = 2000


class Release(NamedTuple):
    """The migrations on disk: those of the shared tables, and those of each clinic."""

    shared: frozenset[MigrationKey]
    clinics: frozenset[MigrationKey]


class Standing(NamedTuple):
    """A clinic and the migrations of tenant apps applied in it; None where even their table is missing."""

    clinic: Clinic
    applied: frozenset[MigrationKey] | None

    @property
    def is_behind(self) -> bool:
        return self.applied is None or bool(release().clinics - self.applied)


@cache
def release() -> Release:
    """What this release of the code consists of; read once a process."""
    labels, keys = set(tenant_labels()), frozenset(MigrationLoader(None).disk_migrations)
    clinics = frozenset(key for key in keys if key[0] in labels)
    return Release(shared=keys - clinics, clinics=clinics)


def keys(text: str) -> frozenset[MigrationKey]:
    """What `public.clinic_migrations` answered, read."""
    return frozenset((app, name) for app, _, name in (word.partition(".") for word in text.split()))


def labels_sql() -> Value:
    return Value(tenant_labels(), output_field=ArrayField(TextField()))


def survey() -> list[Standing]:
    """Every clinic and how far it is, by key; one round trip for each `AT_ONCE` clinics."""
    applied = Func(F("schema_name"), labels_sql(), function="public.clinic_migrations", output_field=TextField())
    rows = Clinic.objects.using(owner_connection().alias).annotate(applied=applied).order_by("pk")
    read: dict[str | None, frozenset[MigrationKey] | None] = {None: None}
    standings: list[Standing] = []
    while True:
        later = rows.filter(pk__gt=standings[-1].clinic.pk) if standings else rows
        found = list(later[:AT_ONCE])
        for clinic in found:
            if clinic.applied not in read:
                read[clinic.applied] = keys(clinic.applied or "")
            standings.append(Standing(clinic, read[clinic.applied]))
        if len(found) < AT_ONCE:
            return standings


def behind() -> list[Clinic]:
    """The clinics that miss a migration of a tenant app, by name."""
    return sorted((standing.clinic for standing in survey() if standing.is_behind), key=lambda clinic: clinic.name)


def public_is_behind() -> bool:
    """Whether `public` misses a migration; an empty database misses all of them."""
    with owner_connection().cursor() as cursor:
        cursor.execute("SELECT to_regclass('public.django_migrations') IS NOT NULL")
        if not cursor.fetchone()[0]:
            return True
        cursor.execute("SELECT app, name FROM public.django_migrations")
        return bool(release().shared - set(cursor.fetchall()))


def migrate_public() -> None:
    call_command("migrate_schemas", shared=True, interactive=False, verbosity=0)
    grant_public()
