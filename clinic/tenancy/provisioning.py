"""New clinics, made from SQL that is collected once per release from the migrations.

Running the migrations for each new clinic takes 0.7 to 1.4 s, most of it in Python; running what they came to
takes a few milliseconds of the server. Grants are applied by table name, from the map, in the same transaction.
"""

import hashlib
import inspect
from importlib import import_module
from typing import Any, cast

from django.apps import apps
from django.conf import settings
from django.db import connections, transaction
from django.db.backends.postgresql.schema import DatabaseSchemaEditor
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django_tenants.utils import get_tenant_database_alias, quote_schema_name

from clinic.tenancy.backend.base import DatabaseWrapper
from clinic.tenancy.grants import GRANTS, PUBLIC_GRANTS
from clinic.tenancy.models import Blueprint, Clinic

SCRATCH = "blueprint"


def owner_connection() -> DatabaseWrapper:
    return cast(DatabaseWrapper, connections[get_tenant_database_alias()])


def tenant_labels() -> list[str]:
    return [apps.get_app_config(name.rpartition(".")[2]).label for name in settings.TENANT_APPS]


def fingerprint(loader: MigrationLoader) -> str:
    """A digest of the sources of the tenant apps' migrations and of the grants that follow them."""
    digest = hashlib.sha256(repr(sorted(GRANTS.items())).encode())
    labels = set(tenant_labels())
    for label, name in sorted(key for key in loader.disk_migrations if key[0] in labels):
        module = import_module(loader.disk_migrations[label, name].__module__)
        digest.update(inspect.getsource(module).encode())
    return digest.hexdigest()


def _collect(connection: DatabaseWrapper) -> list[str]:
    """Run the migrations in a schema that is rolled back, and return what they sent to the server."""
    statements: list[str] = []

    class Collector(DatabaseSchemaEditor):
        def execute(self, sql: Any, params: Any = ()) -> None:
            statements.append(_plain(connection, str(sql), params))
            super().execute(sql, params)

    with transaction.atomic(using=connection.alias):
        stock, connection.SchemaEditorClass = connection.SchemaEditorClass, Collector
        try:
            statements.append(_migrate_scratch(connection))
        finally:
            connection.SchemaEditorClass = stock
            connection.schema_name = "public"
            transaction.set_rollback(True, using=connection.alias)
    connection.set_schema_to_public()
    return statements


def _plain(connection: DatabaseWrapper, sql: str, params: Any) -> str:
    """The statement with its parameters in place."""
    if not params:
        return sql
    with connection.cursor() as cursor:
        text: bytes = cursor.cursor.mogrify(sql, params)
    return text.decode()


def _migrate_scratch(connection: DatabaseWrapper) -> str:
    """Migrate the tenant apps in a scratch schema; the statement that notes them as applied."""
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE SCHEMA {SCRATCH}")
    connection.set_schema(SCRATCH, include_public=False)
    executor = MigrationExecutor(connection)
    executor.recorder.ensure_schema()
    connection.set_schema(SCRATCH)
    labels = set(tenant_labels())
    executor.migrate([node for node in executor.loader.graph.leaf_nodes() if node[0] in labels])
    with connection.cursor() as cursor:
        cursor.execute("SELECT app, name FROM django_migrations ORDER BY id")
        rows = cursor.fetchall()
    note = "INSERT INTO django_migrations (app, name, applied) SELECT *, now() FROM unnest(%s, %s) AS applied"
    return _plain(connection, note, [[app for app, _ in rows], [name for _, name in rows]])


def blueprint() -> list[str]:
    """The statements that make this release's clinic; collected and kept on the first call of a release."""
    connection = owner_connection()
    key = fingerprint(MigrationLoader(None))
    rows = Blueprint.objects.using(connection.alias)
    if (kept := rows.filter(fingerprint=key).first()) is not None:
        return kept.statements
    statements = _collect(connection)
    rows.update_or_create(fingerprint=key, defaults={"statements": statements})
    return statements


def grant_statements(schema_name: str) -> list[str]:
    """What opens exactly the mapped tables of a schema to its own role."""
    schema = quote_schema_name(schema_name)
    return [
        f"GRANT USAGE ON SCHEMA {schema} TO {schema}",
        *(f"GRANT {privileges} ON {schema}.{table} TO {schema}" for table, privileges in GRANTS.items()),
    ]


def role_statements(schema_name: str) -> list[str]:
    """What makes a clinic's role and lets the web and the owner become it, and nothing else."""
    role, web = quote_schema_name(schema_name), quote_schema_name(web_role())
    return [f"CREATE ROLE {role} NOLOGIN", f"GRANT {role} TO {web}", f"GRANT {role} TO CURRENT_USER"]


def web_role() -> str:
    return str(connections["default"].settings_dict["USER"])


def grant_public() -> None:
    """Open exactly the mapped tables of `public` to the web's role; run after each migration of `public`."""
    web = quote_schema_name(web_role())
    with transaction.atomic(using=owner_connection().alias), owner_connection().cursor() as cursor:
        cursor.execute(f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {web}; GRANT USAGE ON SCHEMA public TO {web}")
        cursor.execute(
            "SELECT c.oid::regclass FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
            "WHERE n.nspname = 'public' AND c.relkind = 'S'"
        )
        sequences = [f"GRANT USAGE ON SEQUENCE {row[0]} TO {web}" for row in cursor.fetchall()]
        tables = [f"GRANT {privileges} ON public.{table} TO {web}" for table, privileges in PUBLIC_GRANTS.items()]
        cursor.execute("; ".join(tables + sequences))


def create_clinic(*, name: str) -> Clinic:
    """A new clinic with an empty schema, in one transaction of the owner; raises ValidationError for a taken name."""
    connection = owner_connection()
    statements = blueprint()
    clinic = Clinic(name=" ".join(name.split()))
    with transaction.atomic(using=connection.alias):
        clinic.full_clean(validate_constraints=True)
        clinic.save(using=connection.alias)
        schema = quote_schema_name(clinic.schema_name)
        with connection.cursor() as cursor:
            cursor.execute(
                "; ".join(
                    [
                        *role_statements(clinic.schema_name),
                        f"CREATE SCHEMA {schema}",
                        f"SET LOCAL search_path = {schema}, public",
                        *statements,
                        *grant_statements(clinic.schema_name),
                        "SET LOCAL search_path = public",
                    ]
                )
            )
    return clinic


def drop_clinic(clinic: Clinic) -> None:
    """Remove a clinic for good: its schema with everything in it, its role and its row."""
    connection = owner_connection()
    schema = quote_schema_name(clinic.schema_name)
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        cursor.execute(f"DROP SCHEMA {schema} CASCADE; DROP ROLE {schema}")
        Clinic.objects.using(connection.alias).filter(pk=clinic.pk).delete()
