"""New clinics equal migrated ones, and their roles open exactly what the map says."""

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import connections

from clinic.tenancy import migrating, provisioning
from clinic.tenancy.grants import GRANTS, PUBLIC_GRANTS
from clinic.tenancy.models import Clinic

COLUMNS = """
SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity, a.attgenerated,
       co.collname, pg_get_expr(d.adbin, d.adrelid)
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
LEFT JOIN pg_collation co ON co.oid = a.attcollation
WHERE c.relnamespace = %(schema)s::regnamespace AND c.relkind = 'r' ORDER BY 1, 2
"""
CONSTRAINTS = """
SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
WHERE connamespace = %(schema)s::regnamespace ORDER BY 1, 2
"""
INDEXES = "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = %(schema)s ORDER BY 1, 2"
GRANTED = """
SELECT table_name, privilege_type FROM information_schema.role_table_grants
WHERE table_schema = %(schema)s AND grantee = %(schema)s ORDER BY 1, 2
"""


@pytest.fixture
def owner(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        yield provisioning.owner_connection()
        connections.close_all()


def facts(connection, schema):
    """What the catalogue says about a schema, with the schema's own name left out."""
    with connection.cursor() as cursor:
        found = []
        for query in (COLUMNS, CONSTRAINTS, INDEXES, GRANTED):
            cursor.execute(query, {"schema": schema})
            found.append([[str(value).replace(f"{schema}.", "") for value in row] for row in cursor.fetchall()])
    return found


def test_clinic_from_the_blueprint_equals_a_migrated_one(owner):
    made = provisioning.create_clinic(name="From the blueprint")
    migrated = Clinic(name="Migrated")
    migrated.save(using="owner")
    try:
        with owner.cursor() as cursor:
            roles = "; ".join(provisioning.role_statements(migrated.schema_name))
            cursor.execute(f'{roles}; CREATE SCHEMA "{migrated.schema_name}"')
        call_command("migrate_schemas", schema_name=migrated.schema_name, interactive=False, verbosity=0)
        provisioning.run(provisioning.grant_statements(migrated.schema_name))
        assert facts(owner, made.schema_name) == facts(owner, migrated.schema_name)
        assert len(facts(owner, made.schema_name)[0]) > 30
    finally:
        provisioning.drop_clinic(made)
        provisioning.drop_clinic(migrated)


def test_new_clinic_is_up_to_date(owner):
    clinic = provisioning.create_clinic(name="Up to date")
    try:
        assert clinic not in migrating.behind()
    finally:
        provisioning.drop_clinic(clinic)


def test_taken_name_is_refused_and_leaves_nothing(owner):
    before = Clinic.objects.using("owner").count()
    with pytest.raises(ValidationError):
        provisioning.create_clinic(name="Riverside")
    assert Clinic.objects.using("owner").count() == before


def test_failing_creation_leaves_no_schema_and_no_role(owner, monkeypatch):
    monkeypatch.setattr(provisioning, "grant_statements", lambda schema: ["SELECT 1 / 0"])
    with owner.cursor() as cursor:
        count = "SELECT (SELECT count(*) FROM pg_namespace), (SELECT count(*) FROM pg_roles)"
        cursor.execute(count)
        before = cursor.fetchone()
        with pytest.raises(Exception, match="division by zero"):
            provisioning.create_clinic(name="Half a clinic")
        cursor.execute(count)
        assert cursor.fetchone() == before
    assert not Clinic.objects.using("owner").filter(name="Half a clinic").exists()


def test_grant_map_knows_every_clinic_table():
    tables = {
        model._meta.db_table
        for label in provisioning.tenant_labels()
        for model in apps.get_app_config(label).get_models()
    }
    assert set(GRANTS) == tables


def test_public_grant_map_names_real_tables(owner):
    with owner.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        assert set(PUBLIC_GRANTS) - {row[0] for row in cursor.fetchall()} == set()


def test_web_role_has_exactly_the_mapped_rights_in_public(owner):
    with owner.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, string_agg(privilege_type, ', ' ORDER BY privilege_type) "
            "FROM information_schema.role_table_grants WHERE table_schema = 'public' AND grantee = %s GROUP BY 1",
            [provisioning.web_role()],
        )
        granted = dict(cursor.fetchall())
    assert granted == {table: ", ".join(sorted(rights.split(", "))) for table, rights in PUBLIC_GRANTS.items()}


def test_no_key_leaves_a_clinic_schema(owner):
    with owner.cursor() as cursor:
        cursor.execute(
            "SELECT c.conname FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid "
            "JOIN pg_class f ON f.oid = c.confrelid WHERE c.contype = 'f' AND t.relnamespace <> f.relnamespace"
        )
        assert cursor.fetchall() == []


def test_stock_migrate_schemas_leaves_an_up_to_date_clinic_as_it_is(owner):
    clinic = provisioning.create_clinic(name="Stock")
    try:
        before = facts(owner, clinic.schema_name)
        call_command("migrate_schemas", schema_name=clinic.schema_name, interactive=False, verbosity=0)
        assert facts(owner, clinic.schema_name) == before
    finally:
        provisioning.drop_clinic(clinic)


def test_check_passes_when_every_clinic_is_up_to_date(owner, capsys):
    call_command("migrate_clinics", "--check")
    assert "up to date" in capsys.readouterr().out


def test_check_names_a_clinic_that_is_behind(owner):
    clinic = provisioning.create_clinic(name="Behind")
    try:
        with owner.cursor() as cursor:
            cursor.execute(f"DELETE FROM \"{clinic.schema_name}\".django_migrations WHERE app = 'assessments'")
        with pytest.raises(Exception, match="Behind"):
            call_command("migrate_clinics", "--check")
    finally:
        provisioning.drop_clinic(clinic)
