"""Later releases reach every clinic: by their SQL, by their Python, and past the clinics where they fail."""

import io
from contextlib import closing

import psycopg2
import pytest
from django.core.management import CommandError, call_command
from django.db import ProgrammingError
from django.test.utils import CaptureQueriesContext

from clinic.tenancy.fleet import migration as fleet_migration
from clinic.tenancy.fleet import survey as migrating
from clinic.tenancy.lifecycle import provisioning
from clinic.tenancy.models import Clinic
from clinic.tenancy.privileges import clinic_privileges, public_privileges
from clinic.tenancy.scope import clinic_scope
from tests.committed import administer
from tests.postgres import ADMIN_DSN
from tests.tenancy.facts import facts


def migrate() -> str:
    """What the command says; printed where it fails."""
    said = io.StringIO()
    try:
        call_command("migrate_clinics", stdout=said, stderr=said)
    finally:
        print(said.getvalue())  # noqa: T201
    return said.getvalue()


def query(clinic: Clinic, sql: str) -> list[tuple]:
    with closing(psycopg2.connect(ADMIN_DSN)) as connection, connection.cursor() as cursor:
        cursor.execute(f'SET search_path = "{clinic.schema_name}", public; {sql}')
        return cursor.fetchall()


def add_patient(clinic: Clinic, name: str) -> None:
    """As the web, committed."""
    with clinic_scope(clinic, using="owner"):
        from clinic.patients.models import Patient
        from clinic.staff.models import Practitioner

        user = Practitioner.objects.using("owner").create(pk="00000000-0000-4000-8000-000000000001", display_name="Dr")
        Patient.objects.using("owner").create(
            full_name=name, gender="other", date_of_birth="1970-01-01", record_number="T-1", user=user
        )


def test_survey_of_all_clinics_is_one_statement(owner):
    migrating.release()
    with CaptureQueriesContext(owner) as captured:
        assert len(migrating.survey()) == Clinic.objects.using("owner").count()
    assert len([query for query in captured.captured_queries if "clinic_migrations" in query["sql"]]) == 1


def test_survey_in_several_statements_sees_the_same(owner, make, monkeypatch):
    make("One more")
    whole = migrating.survey()
    monkeypatch.setattr(migrating, "AT_ONCE", 2)
    assert migrating.survey() == whole


def test_upgraded_clinic_equals_a_new_one(owner, make, release):
    old = make("Old")
    add_patient(old, "Ann")
    release("plain")
    assert migrate().splitlines()[-1] == "Every clinic is up to date."
    assert facts(owner, old.schema_name) == facts(owner, make("New").schema_name)
    assert query(old, "SELECT nickname, pg_typeof(version)::text FROM patients_patient") == [("50 %", "bigint")]


def test_new_table_is_open_to_the_clinics_role_in_the_same_transaction(owner, make, release):
    old = make("Old")
    release("plain")
    migrate()
    with clinic_scope(old, using="owner"), owner.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM patients_visit")
        assert cursor.fetchone() == (0,)


def test_statements_are_collected_once_for_all_clinics(owner, make, release):
    for number in range(5):
        make(f"Old {number}")
    release("plain")
    provisioning.blueprint()
    with CaptureQueriesContext(owner) as captured:
        migrate()
    assert len([query for query in captured.captured_queries if 'CREATE SCHEMA "blueprint"' in query["sql"]]) == 1


def test_python_and_concurrent_indexes_run_in_each_clinic(owner, make, release):
    old, other = make("Old"), make("Other")
    add_patient(old, "Ann")
    release("code")
    migrate()
    assert query(old, "SELECT nickname FROM patients_patient") == [("ANN",)]
    assert query(old, "SELECT indisvalid FROM pg_index WHERE indexrelid = 'patient_late'::regclass") == [(True,)]
    assert facts(owner, old.schema_name) == facts(owner, other.schema_name)
    assert facts(owner, old.schema_name) == facts(owner, make("New").schema_name)


def test_failing_python_keeps_what_came_before_and_goes_on_from_there(owner, make, release):
    old = make("Old")
    add_patient(old, "Unlucky")
    release("code")
    with pytest.raises(CommandError, match="1 clinics could not"):
        migrate()
    assert query(old, "SELECT name FROM django_migrations WHERE name LIKE 'p9%'") == [("p9001_plain",)]
    query(old, "UPDATE patients_patient SET full_name = 'Ann' RETURNING 1")
    with closing(psycopg2.connect(ADMIN_DSN)) as connection, connection, connection.cursor() as cursor:
        cursor.execute(f"UPDATE \"{old.schema_name}\".patients_patient SET full_name = 'Ann'")
    migrate()
    assert facts(owner, old.schema_name) == facts(owner, make("New").schema_name)


@pytest.mark.parametrize("valid", [False, True])
def test_index_of_a_killed_run_is_built_again(owner, make, release, valid):
    """A killed run leaves it unfinished, or whole and not noted."""
    old = make("Old")
    release("plain")
    migrate()
    with owner.cursor() as cursor:
        table = f'"{old.schema_name}".patients_patient'
        cursor.execute(f"CREATE INDEX patient_late ON {table} (nickname, id)")
    index = f"'\"{old.schema_name}\".patient_late'::regclass"
    administer(f"UPDATE pg_index SET indisvalid = {valid} WHERE indexrelid = {index}")
    release("code")
    migrate()
    assert query(old, "SELECT indisvalid FROM pg_index WHERE indexrelid = 'patient_late'::regclass") == [(True,)]


def test_failed_clinic_is_named_without_its_patients_and_fenced(owner, make, release, capsys):
    lucky, unlucky = make("Lucky"), make("Out of luck")
    add_patient(unlucky, "Unlucky Luke")
    release("failing")
    said = io.StringIO()
    with pytest.raises(CommandError) as stopped:
        call_command("migrate_clinics", stdout=said, stderr=said)
    assert stopped.value.returncode == 1
    assert "Out of luck: IntegrityError 23514 CheckViolation patients_patient patient_lucky" in said.getvalue()
    assert "Luke" not in said.getvalue()
    out_of_service = Clinic.objects.using("owner").filter(out_of_service=True)
    assert [clinic.name for clinic in out_of_service] == ["Out of luck"]
    assert [clinic.name for clinic in migrating.behind()] == ["Out of luck"]
    assert query(lucky, "SELECT count(nickname) FROM patients_patient") == [(0,)]
    assert query(unlucky, "SELECT count(*) FROM information_schema.columns WHERE column_name = 'nickname' "
                          f"AND table_schema = '{unlucky.schema_name}'") == [(0,)]  # fmt: skip


def test_later_run_lifts_the_fence(owner, make, release):
    unlucky = make("Out of luck")
    add_patient(unlucky, "Unlucky Luke")
    release("failing")
    with pytest.raises(CommandError):
        migrate()
    with closing(psycopg2.connect(ADMIN_DSN)) as connection, connection, connection.cursor() as cursor:
        cursor.execute(f"UPDATE \"{unlucky.schema_name}\".patients_patient SET full_name = 'Luke'")
    migrate()
    assert not Clinic.objects.using("owner").filter(out_of_service=True).exists()


def test_fence_stays_while_the_clinic_is_behind(owner, make, release, monkeypatch):
    """Whatever round is the last one: another run may move a clinic in each of them."""
    late = make("Late")
    release("plain")
    ready = make("Ready")
    Clinic.objects.using("owner").filter(pk__in=(late.pk, ready.pk)).update(out_of_service=True)
    monkeypatch.setattr(fleet_migration, "ROUNDS", 0)
    left = fleet_migration.migrate_clinics(lambda done, total: None)
    assert (left["Late"], "Ready" in left) == ("somebody else is changing it", False)
    assert [clinic.name for clinic in Clinic.objects.using("owner").filter(out_of_service=True)] == ["Late"]


def granted(clinic: Clinic, table: str) -> str:
    rights = query(clinic, "SELECT string_agg(privilege_type, ', ' ORDER BY privilege_type) FROM "
                   f"information_schema.role_table_grants WHERE grantee = '{clinic.schema_name}' "
                   f"AND table_name = '{table}'")  # fmt: skip
    return rights[0][0]


def test_rights_that_change_without_a_migration_reach_every_clinic(owner, make, monkeypatch):
    clinic = make("Old")
    monkeypatch.setitem(clinic_privileges(), "patients_patient", "SELECT")
    with pytest.raises(CommandError, match="clinics are behind"):
        call_command("migrate_clinics", "--check")
    assert migrate().splitlines()[-1] == "Every clinic is up to date."
    assert granted(clinic, "patients_patient") == "SELECT"
    monkeypatch.undo()
    migrate()
    assert granted(clinic, "patients_patient") == "INSERT, SELECT, UPDATE"
    assert facts(owner, clinic.schema_name) == facts(owner, make("New").schema_name)
    assert migrating.behind() == []


def in_public(table: str) -> list[bool]:
    """Whether the web reads, adds to and changes a shared table, or some column of it."""
    asked = "SELECT has_any_column_privilege(%s, %s, right_) FROM unnest('{SELECT,INSERT,UPDATE}'::text[]) right_"
    return [row[0] for row in administer(asked, provisioning.web_role(), table)]


def test_rights_in_public_that_change_without_a_migration_are_granted_and_taken_back(owner, monkeypatch):
    tables = ("accounts_membership", "accounts_apiclient")
    monkeypatch.setitem(public_privileges(), "accounts_membership", "SELECT, INSERT")
    monkeypatch.delitem(public_privileges(), "accounts_apiclient")
    with pytest.raises(CommandError, match="shared tables are behind"):
        call_command("migrate_clinics", "--check")
    try:
        migrate()
        fewer = [in_public(table) for table in tables]
    finally:
        monkeypatch.undo()
        assert migrating.public_is_behind()
        migrate()
    assert not migrating.public_is_behind()
    assert fewer == [[True, True, False], [False, False, False]]
    assert [in_public(table) for table in tables] == [[True, True, True]] * 2


def test_clinic_that_cannot_be_granted_its_rights_is_fenced_and_the_others_go_on(owner, make, monkeypatch):
    broken, fine = make("Broken"), make("Fine")
    with owner.cursor() as cursor:
        cursor.execute(f'ALTER TABLE "{broken.schema_name}".audit_auditevent RENAME TO gone')
    monkeypatch.setitem(clinic_privileges(), "patients_patient", "SELECT")
    try:
        with pytest.raises(CommandError, match="1 clinics could not"):
            migrate()
        assert [clinic.name for clinic in Clinic.objects.using("owner").filter(out_of_service=True)] == ["Broken"]
        assert granted(fine, "patients_patient") == "SELECT"
    finally:
        with owner.cursor() as cursor:
            cursor.execute(f'ALTER TABLE "{broken.schema_name}".gone RENAME TO audit_auditevent')
        monkeypatch.undo()
        migrate()
    assert not Clinic.objects.using("owner").filter(out_of_service=True).exists()


def test_migration_that_fails_everywhere_touches_nobody(owner, make, release):
    release("broken")
    with pytest.raises(ProgrammingError, match="nothing_of_that_type"):
        migrate()
    assert not Clinic.objects.using("owner").filter(out_of_service=True).exists()
    assert len(migrating.behind()) == Clinic.objects.using("owner").count()


def test_clinic_without_its_schema_is_fenced_and_the_others_go_on(owner, make, release):
    lost, fine = make("Lost"), make("Fine")
    with owner.cursor() as cursor:
        cursor.execute(f'ALTER SCHEMA "{lost.schema_name}" RENAME TO lost')
    release("plain")
    try:
        with pytest.raises(CommandError):
            migrate()
        assert [clinic.name for clinic in migrating.behind()] == ["Lost"]
        assert Clinic.objects.using("owner").get(pk=lost.pk).out_of_service
        assert not Clinic.objects.using("owner").get(pk=fine.pk).out_of_service
    finally:
        with owner.cursor() as cursor:
            cursor.execute(f'ALTER SCHEMA lost RENAME TO "{lost.schema_name}"')


def test_clinic_that_moved_since_the_survey_is_left_alone(owner, make, release):
    old = make("Old")
    applied = next(state.applied for state in migrating.survey() if state.clinic == old)
    release("plain")
    from clinic.tenancy.lifecycle.recorder import rehearse

    steps = rehearse(owner, applied)
    migrate()
    before = facts(owner, old.schema_name)
    assert fleet_migration.GroupMigration(steps).migrate([old]) == {}
    assert facts(owner, old.schema_name) == before


def test_clinic_in_use_fails_after_a_while_instead_of_stopping_the_deploy(owner, make, release, monkeypatch):
    busy = make("Busy")
    monkeypatch.setattr(fleet_migration, "PATIENCE", "50ms")
    release("plain")
    with closing(psycopg2.connect(ADMIN_DSN)) as connection, connection.cursor() as cursor:
        cursor.execute(f'SELECT count(*) FROM "{busy.schema_name}".patients_patient')
        failed = fleet_migration.migrate_clinics(lambda done, total: None)  # would wait as long as the clinic is in use
    assert failed == {"Busy": "OperationalError 55P03 LockNotAvailable"}


def test_progress_is_told_in_plain_lines(owner, make, release):
    make("Old")
    count = Clinic.objects.using("owner").count()
    release("plain")
    lines = migrate().splitlines()
    assert lines[-2].startswith(f"{count} of {count} clinics, ")
    assert lines[-2].endswith("a second, 0 s left")


def test_new_clinic_of_the_later_release_is_up_to_date(owner, make, release):
    release("plain")
    clinic = make("New")
    assert clinic not in migrating.behind()
