"""New clinics equal migrated ones, and their roles open exactly what the map says."""

import io
import re
from functools import partial

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import connection, transaction

from clinic.tenancy.fleet import survey as migrating
from clinic.tenancy.lifecycle import provisioning, recorder, schema_pool
from clinic.tenancy.models import Clinic, PreparedSchema
from clinic.tenancy.privileges import clinic_privileges, public_privileges
from clinic.tenancy.scope import clinic_scope
from tests.committed import administer
from tests.side_by_side import holds_lock, overlap
from tests.tenancy.facts import facts


@pytest.fixture
def migrated(owner):
    """A clinic made by running the migrations as django-tenants does."""
    clinic = Clinic(name="Migrated")
    clinic.save(using="owner")
    provisioning.run([*provisioning.role_statements(clinic.schema_name), f'CREATE SCHEMA "{clinic.schema_name}"'])
    call_command("migrate_schemas", schema_name=clinic.schema_name, interactive=False, verbosity=0)
    provisioning.run(provisioning.grant_statements(clinic.schema_name))
    yield clinic
    provisioning.drop_clinic(clinic)


def test_clinic_from_the_blueprint_equals_a_migrated_one(owner, make, migrated):
    made = facts(owner, make("From the blueprint").schema_name)
    assert made == facts(owner, migrated.schema_name)
    assert len(made[0]) > 30


def test_clinic_from_a_prepared_schema_equals_a_migrated_one(owner, make, migrated, no_prepared):
    call_command("prepare_clinics", "1", stdout=io.StringIO())
    prepared = PreparedSchema.objects.using("owner").get().schema_name
    clinic = make("From a prepared schema")
    assert (clinic.schema_name, schema_pool.ready()) == (prepared, 0)
    assert facts(owner, clinic.schema_name) == facts(owner, migrated.schema_name)


def test_clinic_that_went_through_every_migration_equals_a_new_one(owner, make):
    """The squashed migrations of new clinics come to the same tables as those that they replace."""
    first = frozenset((app, "0001_initial") for app in ("tenancy", "staff", "patients", "assessments", "audit"))
    clinic = Clinic(name="Of the first release")
    with transaction.atomic(using="owner"):
        clinic.save(using="owner")
        provisioning.run(provisioning.opening_statements(clinic.schema_name))
        recorder.grow(owner, clinic.schema_name, first, lambda: None)
        provisioning.run(provisioning.grant_statements(clinic.schema_name))
    grown = facts(owner, clinic.schema_name)
    provisioning.drop_clinic(clinic)
    assert grown == facts(owner, make("Of this release").schema_name)


def test_blueprint_of_a_later_release_equals_its_migrations(owner, make, release, request):
    release("code")
    clinics = make("From the later blueprint"), request.getfixturevalue("migrated")
    made, migrated = (facts(owner, clinic.schema_name) for clinic in clinics)
    assert made == migrated
    words = [administer(f"SELECT word FROM {clinic.schema_name}.patients_nameword") for clinic in clinics]
    assert words == [[("nicknamed",)]] * 2
    assert [row for row in made[3] if row[2] == "what was said"] == [["patients_visit", "note", "what was said"]]


@holds_lock("tenancy.lifecycle.provisioning")
def test_prepared_schema_is_taken_once(owner, no_prepared):
    schema_pool.refill(2)
    prepared = set(PreparedSchema.objects.using("owner").values_list("schema_name", flat=True))
    taken = []
    enter = partial(transaction.atomic, using="owner")
    take = provisioning.take_prepared
    both = overlap(enter, lambda: taken.append(take()), take, using="owner")
    assert (both.refusal, both.waited, {*taken, both.second}) == ("", False, prepared)
    for schema in prepared:
        provisioning.drop_schema(schema)


def test_prepared_schema_is_what_the_next_clinic_gets(owner, make, no_prepared):
    schema_pool.refill(1)
    prepared = PreparedSchema.objects.using("owner").get().schema_name
    assert make("After all").schema_name == prepared
    assert make("Without one").schema_name != prepared


def test_failed_creation_leaves_the_prepared_schema_for_the_next(owner, make, no_prepared):
    schema_pool.refill(1)
    with pytest.raises(ValidationError):
        provisioning.create_clinic(name="Riverside")
    assert schema_pool.ready() == 1


def test_prepared_schemas_of_another_release_are_replaced(owner, release, no_prepared):
    schema_pool.refill(2)
    old = set(PreparedSchema.objects.using("owner").values_list("schema_name", flat=True))
    release("plain")
    assert (schema_pool.ready(), provisioning.take_prepared()) == (0, None)
    assert schema_pool.renew() == 2
    assert schema_pool.ready() == 2
    assert not old & set(PreparedSchema.objects.using("owner").values_list("schema_name", flat=True))
    fresh = set(PreparedSchema.objects.using("owner").values_list("schema_name", flat=True))
    assert schema_pool.renew() == 0
    assert set(PreparedSchema.objects.using("owner").values_list("schema_name", flat=True)) == fresh


def test_command_replaces_the_prepared_schema_it_took(owner, no_prepared):
    schema_pool.refill(1)
    call_command("create_clinic", "Commanded", "--owner", "owner@riverside.test", stdout=io.StringIO())
    assert schema_pool.ready() == 1
    provisioning.drop_clinic(Clinic.objects.using("owner").get(name="Commanded"))


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
    monkeypatch.setattr(provisioning, "grant_statements", lambda schema, **options: ["SELECT 1 / 0"])
    with owner.cursor() as cursor:
        count = "SELECT (SELECT count(*) FROM pg_namespace), (SELECT count(*) FROM pg_roles)"
        cursor.execute(count)
        before = cursor.fetchone()
        with pytest.raises(Exception, match="division by zero"):
            provisioning.create_clinic(name="Half a clinic")
        cursor.execute(count)
        assert cursor.fetchone() == before
    assert not Clinic.objects.using("owner").filter(name="Half a clinic").exists()


def test_clinic_whose_role_owns_things_elsewhere_can_be_removed(owner):
    clinic = provisioning.create_clinic(name="Owns things")
    with clinic_scope(clinic), connection.cursor() as cursor:
        cursor.execute("ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO PUBLIC")
        cursor.execute("SELECT lo_from_bytea(0, 'left')")
    provisioning.drop_clinic(clinic)
    assert administer("SELECT 1 FROM pg_roles WHERE rolname = %s", clinic.schema_name) == []


def test_grant_map_knows_every_clinic_table():
    tables = {
        model._meta.db_table
        for label in provisioning.tenant_labels()
        for model in apps.get_app_config(label).get_models()
    }
    assert set(clinic_privileges()) == tables


def test_public_grant_map_names_real_tables(owner):
    with owner.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        assert set(public_privileges()) - {row[0] for row in cursor.fetchall()} == set()


def test_web_role_has_exactly_the_mapped_rights_in_public(owner):
    with owner.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, string_agg(privilege_type, ', ' ORDER BY privilege_type) "
            "FROM information_schema.role_table_grants WHERE table_schema = 'public' AND grantee = %s GROUP BY 1",
            [provisioning.web_role()],
        )
        granted = dict(cursor.fetchall())
    whole = {table: re.sub(r", \w+ \([\w, ]+\)", "", rights) for table, rights in public_privileges().items()}
    assert granted == {table: ", ".join(sorted(rights.split(", "))) for table, rights in whole.items()}


def test_web_role_may_change_the_mapped_columns_and_no_other(owner):
    with owner.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname, a.attname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid, "
            "aclexplode(a.attacl) g WHERE c.relnamespace = 'public'::regnamespace "
            "AND g.grantee = %s::regrole AND g.privilege_type = 'UPDATE'",
            [provisioning.web_role()],
        )
        of_membership = ("created_at", "is_active", "last_day", "preferences", "role")
        of_program = ("disabled_at", "earlier_checksum", "earlier_until", "last_day", "last_used_at")
        of_program += ("secret_checksum", "secret_since")
        changed = [("accounts_answerlink", "closed_at"), *(("accounts_apiclient", name) for name in of_program)]
        changed += [("accounts_invitation", "closed_at")]
        changed += [*(("accounts_membership", name) for name in of_membership)]
        changed += [("accounts_user", "last_login"), ("accounts_user", "name")]
        changed += [("oauth2_provider_accesstoken", "expires")]
        chosen = ("colour", "country", "icon", "idle_minutes", "restricts_patients")
        chosen += ("second_factor_required", "time_zone")
        changed += [("tenancy_clinic", name) for name in chosen]
        assert sorted(cursor.fetchall()) == changed


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


def test_stock_migrate_schemas_runs_python_and_what_no_transaction_holds(owner, make, release):
    old = make("Stock")
    release("code")
    call_command("migrate_schemas", schema_name=old.schema_name, interactive=False, verbosity=0)
    provisioning.run(provisioning.grant_statements(old.schema_name))
    assert facts(owner, old.schema_name) == facts(owner, make("New").schema_name)
    with owner.cursor() as cursor:
        cursor.execute(
            f"SELECT indisvalid FROM pg_index WHERE indexrelid = '\"{old.schema_name}\".patient_late'::regclass"
        )
        assert cursor.fetchall() == [(True,)]
    assert old not in migrating.behind()


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


def test_schema_without_tables_is_opened_to_its_role_and_noted_as_unfinished(owner):
    provisioning.run(
        [
            *provisioning.role_statements("c_empty"),
            "CREATE SCHEMA c_empty",
            *provisioning.grant_statements("c_empty", ()),
        ]
    )
    told = "SELECT has_schema_privilege(%s, oid, 'USAGE'), obj_description(oid) FROM pg_namespace WHERE nspname = %s"
    try:
        assert administer(told, "c_empty", "c_empty") == [(True, None)]
    finally:
        provisioning.drop_schema("c_empty")


def test_owners_connection_sees_a_schema_alone_or_before_what_is_shared(owner):
    paths = []
    for schema, options in (
        ("c_none", {"include_public": False}),
        ("c_none", {"include_public": True}),
        ("public", {"include_public": True}),
        ("public", {"include_public": False}),
    ):
        owner.set_schema(schema, **options)
        with owner.cursor() as cursor:
            cursor.execute("SHOW search_path")
            paths += cursor.fetchone()
    owner.set_schema_to_public()
    assert paths == ["c_none", "c_none, public", "public", "public"]
