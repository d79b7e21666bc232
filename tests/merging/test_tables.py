"""Every column that names a patient is declared with how it goes along in a merge."""

from django.apps import apps
from django.db import connection, connections, models, transaction

from clinic.merging.tables import PATIENTS, SOFT, TABLES
from clinic.patients.models import Patient
from clinic.tenancy.scope import clinic_scope
from tests.world import make_patient

KEYS = """
SELECT c.conrelid::regclass::text, a.attname FROM pg_constraint c
JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = ANY (c.conkey)
WHERE c.contype = 'f' AND c.confrelid = 'patients_patient'::regclass AND c.connamespace = current_schema()::regnamespace
"""
# Ids without a key, wherever their name says that they may be a patient's.
IDS = """
SELECT c.relname, a.attname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped
AND a.atttypid = 'uuid'::regtype
AND (a.attname ~ '(patient|record|survivor|other|subject)' OR a.attname IN ('into_id', 'first_id', 'second_id'))
"""


def columns(clinic, sql: str, *also: str) -> set[tuple[str, str]]:
    """What the catalogue has in the clinic's schema, `also` made there before and taken back."""
    with clinic_scope(clinic):
        schema = clinic.schema_name
    owner = connections["owner"]
    with owner.cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute(f'SET LOCAL search_path = "{schema}", public')
        for statement in also:
            cursor.execute(statement)
        cursor.execute(sql)
        found = {(table.rpartition(".")[2], column) for table, column in cursor.fetchall()}
        cursor.execute("ROLLBACK")
    return found


def declared() -> set[tuple[str, str]]:
    return {(table.name, table.column) for table in TABLES}


def test_every_key_of_a_patient_is_declared(woodside):
    assert columns(woodside.clinic, KEYS) == declared()


def test_every_id_of_a_patient_is_declared(woodside):
    assert columns(woodside.clinic, IDS) == declared() | set(SOFT)


def test_table_that_is_added_later_is_missed(woodside):
    key = "CREATE TABLE later (id uuid PRIMARY KEY, patient_id uuid REFERENCES patients_patient (id))"
    soft = "CREATE TABLE soft (id uuid PRIMARY KEY, patient_id uuid)"
    assert columns(woodside.clinic, KEYS, key) - declared() == {("later", "patient_id")}
    assert columns(woodside.clinic, IDS, soft) - declared() - set(SOFT) == {("soft", "patient_id")}


def test_every_column_that_moves_may_be_moved_by_the_web():
    """A table of which the web may change some columns says the patient's too."""
    may = {table.name: str(getattr(table.model, "web_may", "")) for table in TABLES if table.how != "work out"}
    partly = {name: rights for name, rights in may.items() if "UPDATE (" in rights}
    columns = {table.name: table.column for table in TABLES}
    assert {name for name, rights in partly.items() if columns[name] not in rights} == set()
    assert (len(partly), {name for name, rights in may.items() if "UPDATE" not in rights}) == (5, set())


def test_keys_of_models_are_those_of_the_catalogue():
    """Models of tenants that refer to patients: each is a table of a rule, and no rule is of another."""
    referring = {
        model._meta.db_table
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if isinstance(field, models.ForeignKey) and field.related_model is Patient
    }
    assert (referring, PATIENTS) == ({table.name for table in TABLES}, "patients_patient")


def test_patient_who_was_not_merged_is_not_taken_out(woodside):
    with clinic_scope(woodside.clinic):
        patient = make_patient()
        with connection.cursor() as cursor:
            cursor.execute("SELECT take_out_merged_patient(id) FROM patients_patient WHERE id = %s", [patient.pk])
        assert Patient.objects.filter(pk=patient.pk).exists()
        transaction.set_rollback(True)
