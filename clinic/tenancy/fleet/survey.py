"""What this release consists of, and who is behind it."""

from functools import cache
from typing import NamedTuple

from django.contrib.postgres.fields import ArrayField
from django.db.migrations.loader import MigrationLoader
from django.db.models import F, Func, TextField, Value

from clinic.tenancy.fleet.executor import WholeExecutor
from clinic.tenancy.lifecycle.provisioning import grant_public, noted_grants, owner_connection
from clinic.tenancy.lifecycle.recorder import MigrationKey, tenant_labels
from clinic.tenancy.models import Clinic
from clinic.tenancy.privileges import clinic_privileges, public_privileges

# So many clinics are asked in one round trip. The locks on their tables are held until it is answered, two a
# clinic, and PostgreSQL as it comes has room for 6,400.
AT_ONCE = 2000
COMMENT = "obj_description(to_regnamespace(quote_ident(%(expressions)s))::oid, 'pg_namespace')"


class Release(NamedTuple):
    """The migrations on disk: those of the shared tables, and those of each clinic.

    `shortcuts` are squashed ones beside those that they replace: another way to the same tables, for new clinics.
    """

    shared: frozenset[MigrationKey]
    clinics: frozenset[MigrationKey]
    shortcuts: frozenset[MigrationKey]


class MigrationState(NamedTuple):
    """A clinic, the migrations of tenant apps applied in it (None where even their table is missing), its grants."""

    clinic: Clinic
    applied: frozenset[MigrationKey] | None
    grants: str | None

    @property
    def is_behind(self) -> bool:
        return self.applied is None or bool(release().clinics - self.applied)

    @property
    def lacks_grants(self) -> bool:
        """Whether its role has the rights of another release's map."""
        return self.grants != noted_grants(clinic_privileges())


@cache
def release() -> Release:
    """What this release of the code consists of; read once a process."""
    labels, found = set(tenant_labels()), MigrationLoader(None).disk_migrations
    shortcuts = frozenset(key for key, each in found.items() if each.replaces and set(each.replaces) <= set(found))
    keys = frozenset(found) - shortcuts
    clinics = frozenset(key for key in keys if key[0] in labels)
    return Release(shared=keys - clinics, clinics=clinics, shortcuts=shortcuts)


def keys(text: str) -> frozenset[MigrationKey]:
    """What `public.clinic_migrations` answered, read."""
    return frozenset((app, name) for app, _, name in (word.partition(".") for word in text.split()))


def labels_sql() -> Value:
    return Value(tenant_labels(), output_field=ArrayField(TextField()))


def survey() -> list[MigrationState]:
    """Every clinic and how far it is, by key; one round trip for each `AT_ONCE` clinics."""
    applied = Func(F("schema_name"), labels_sql(), function="public.clinic_migrations", output_field=TextField())
    grants = Func(F("schema_name"), template=COMMENT, output_field=TextField())
    rows = Clinic.objects.using(owner_connection().alias).annotate(applied=applied, grants=grants).order_by("pk")
    read: dict[str | None, frozenset[MigrationKey] | None] = {None: None}
    states: list[MigrationState] = []
    while True:
        later = rows.filter(pk__gt=states[-1].clinic.pk) if states else rows
        found = list(later[:AT_ONCE])
        for clinic in found:
            if clinic.applied not in read:
                read[clinic.applied] = keys(clinic.applied or "")
            states.append(MigrationState(clinic, read[clinic.applied], clinic.grants))
        if len(found) < AT_ONCE:
            return states


def behind() -> list[Clinic]:
    """The clinics that miss a migration of a tenant app, or the grants of this release, by name."""
    late = (state.clinic for state in survey() if state.is_behind or state.lacks_grants)
    return sorted(late, key=lambda clinic: clinic.name)


def public_is_behind() -> bool:
    """Whether `public` misses a migration or a grant; an empty database misses all of them."""
    with owner_connection().cursor() as cursor:
        cursor.execute("SELECT to_regclass('public.django_migrations') IS NOT NULL")
        if not cursor.fetchone()[0]:
            return True
        cursor.execute("SELECT app, name FROM public.django_migrations")
        if release().shared - set(cursor.fetchall()):
            return True
        cursor.execute("SELECT obj_description('public'::regnamespace, 'pg_namespace')")
        return bool(cursor.fetchone()[0] != noted_grants(public_privileges()))


def migrate_public() -> None:
    """Bring the shared tables up to date; begun again after a kill, it goes on where it was."""
    connection = owner_connection()
    with connection.on_schemas():
        executor = WholeExecutor(connection)
        executor.migrate(executor.loader.graph.leaf_nodes())
    grant_public()
