"""Statements that try to leave their clinic: none returns or changes another clinic's row.

A script runs inside a scope of North, each statement in a savepoint of its own so that it goes on after a refusal.
Whatever it returns is searched for South's rows, and South's tables are compared before and after.
"""

import io
import re
from pathlib import Path

import psycopg2
import pytest
from django.db import Error, connection, transaction

from clinic.tenancy.scope import clinic_scope
from tests.committed import administer

READ = "SELECT full_name FROM {south}.patients_patient"
# Beyond this wall, with the reason. docs/operating.md lists the same.
OUT_OF_REACH = {
    "SET ROLE": ["SET ROLE {south}", READ],
    "SET LOCAL ROLE": ["SET LOCAL ROLE {south}", READ],
    "set_config": ["SELECT set_config('role', '{south}', true)", READ],
    "RESET ROLE": ["RESET ROLE; SET ROLE {south}", READ],
    "DO": ["DO $$ BEGIN EXECUTE 'SET LOCAL ROLE {south}'; END $$", READ],
}
BECAUSE = "the web's role may become any clinic's, or it could not serve them all"

HOSTILE = {
    "qualified name": [READ],
    "table": ["TABLE {south}.patients_patient"],
    "join": ["SELECT s.full_name FROM patients_patient n, {south}.patients_patient s"],
    "subquery": ["SELECT (SELECT max(full_name) FROM {south}.patients_patient)"],
    "lock a row": [READ + " FOR UPDATE"],
    "lock the table": ["LOCK TABLE {south}.patients_patient IN ACCESS EXCLUSIVE MODE"],
    "explain": ["EXPLAIN ANALYZE " + READ],
    "update": ["UPDATE {south}.patients_patient SET full_name = 'x'"],
    "update from": ["UPDATE patients_patient SET full_name = s.full_name FROM {south}.patients_patient s"],
    "insert": ["INSERT INTO {south}.staff_practitioner VALUES (gen_random_uuid(), 'x', true)"],
    "insert select": ["INSERT INTO staff_practitioner SELECT gen_random_uuid(), full_name, true FROM ({read}) s"],
    "delete": ["DELETE FROM {south}.patients_patient"],
    "delete in with": ["WITH gone AS (DELETE FROM {south}.patients_patient RETURNING *) SELECT * FROM gone"],
    "merge": ["MERGE INTO {south}.staff_practitioner s USING staff_practitioner n ON false WHEN MATCHED THEN DELETE"],
    "truncate": ["TRUNCATE {south}.patients_patient CASCADE"],
    "search path": ["SET search_path = {south}", "SELECT full_name FROM patients_patient"],
    "local search path": ["SET LOCAL search_path = {south}, public", "SELECT full_name FROM patients_patient"],
    "search path by function": [
        "SELECT set_config('search_path', '{south}', false)",
        "SELECT full_name FROM patients_patient",
    ],
    "session authorization": ["SET SESSION AUTHORIZATION {south}", READ],
    "authorization of the owner": ["SET SESSION AUTHORIZATION {owner}", READ],
    "default authorization": ["RESET SESSION AUTHORIZATION", READ],
    "the web's own role": ["RESET ROLE", READ, "SET search_path = {south}", "SELECT full_name FROM patients_patient"],
    "no role": ["SET ROLE NONE", READ],
    "the owner's role": ["SET ROLE {owner}", READ],
    "a superuser's role": ["SET ROLE {superuser}", READ],
    "row security off": ["SET row_security = off", READ],
    "replication role": ["SET session_replication_role = replica", READ],
    "create table": ["CREATE TABLE {north}.mine AS " + READ],
    "create table in public": ["CREATE TABLE public.patients_patient (full_name text)"],
    "create in south": ["CREATE TABLE {south}.mine (id int)"],
    "create schema": ["CREATE SCHEMA mine"],
    "temporary shadow": ["CREATE TEMP TABLE patients_patient AS " + READ],
    "temporary view": ["CREATE TEMP VIEW mine AS " + READ],
    "view": ["CREATE VIEW mine AS " + READ],
    "materialized view": ["CREATE MATERIALIZED VIEW mine AS " + READ],
    "rule": ["CREATE RULE mine AS ON SELECT TO {south}.patients_patient DO INSTEAD " + READ],
    "trigger": ["CREATE TRIGGER mine AFTER INSERT ON {south}.patients_patient EXECUTE FUNCTION mine()"],
    "policy": ["CREATE POLICY mine ON {south}.patients_patient"],
    "foreign key": ["ALTER TABLE patients_patient ADD FOREIGN KEY (id) REFERENCES {south}.patients_patient"],
    "inherit": ["ALTER TABLE patients_patient INHERIT {south}.patients_patient"],
    "rename": ["ALTER TABLE {south}.patients_patient RENAME TO mine"],
    "move": ["ALTER TABLE {south}.patients_patient SET SCHEMA {north}"],
    "drop": ["DROP TABLE {south}.patients_patient CASCADE"],
    "drop the schema": ["DROP SCHEMA {south} CASCADE"],
    "definer's function": [
        "CREATE FUNCTION mine() RETURNS SETOF text SECURITY DEFINER LANGUAGE sql AS $${read}$$",
        "SELECT mine()",
    ],
    "definer's function in public": [
        "CREATE FUNCTION public.mine() RETURNS SETOF text SECURITY DEFINER LANGUAGE sql AS $${read}$$",
        "SELECT public.mine()",
    ],
    "temporary function": ["CREATE FUNCTION pg_temp.mine() RETURNS int LANGUAGE sql AS 'SELECT 1'"],
    "replace our function": [
        "CREATE OR REPLACE FUNCTION public.fold(name text) RETURNS text LANGUAGE sql AS $$SELECT 'x'$$"
    ],
    "untrusted language": ["CREATE EXTENSION plpython3u"],
    "anonymous block": ["DO $$ BEGIN PERFORM full_name FROM {south}.patients_patient; END $$"],
    "dynamic sql": ["DO $$ BEGIN EXECUTE 'UPDATE {south}.patients_patient SET full_name = ''x'''; END $$"],
    "prepared": ["PREPARE mine AS " + READ, "EXECUTE mine"],
    "prepared, then another path": [
        "PREPARE other AS SELECT full_name FROM patients_patient",
        "SET LOCAL search_path = {south}",
        "EXECUTE other",
    ],
    "cursor": ["DECLARE mine CURSOR WITH HOLD FOR " + READ, "FETCH ALL FROM mine"],
    "listen": ["LISTEN mine", "NOTIFY mine", "UNLISTEN *"],
    "copy out": ["COPY {south}.patients_patient TO STDOUT"],
    "copy a query out": ["COPY ({read}) TO STDOUT"],
    "copy in": ["COPY {south}.staff_practitioner FROM STDIN"],
    "copy to a program": ["COPY patients_patient TO PROGRAM 'cat'"],
    "copy to a file": ["COPY patients_patient TO '/tmp/mine'"],
    "copy from a file": ["COPY staff_practitioner FROM '/etc/passwd'"],
    "read a file": ["SELECT pg_read_file('/etc/passwd')", "SELECT pg_read_binary_file('PG_VERSION')"],
    "list files": ["SELECT pg_ls_dir('base')", "SELECT pg_stat_file('PG_VERSION')", "SELECT pg_ls_waldir()"],
    "large object from a file": ["SELECT lo_import('/etc/passwd')"],
    "large objects": ["SELECT lo_get({large_object})", "SELECT lo_unlink({large_object})"],
    "large objects' table": ["SELECT * FROM pg_largeobject"],
    "dblink": ["CREATE EXTENSION dblink", "SELECT dblink_connect('dbname=postgres')"],
    "foreign server": ["CREATE EXTENSION postgres_fdw", "CREATE SERVER mine FOREIGN DATA WRAPPER postgres_fdw"],
    "load a library": ["LOAD 'auto_explain'"],
    "query to xml": ["SELECT query_to_xml('{read}', true, false, '')"],
    "schema to xml": ["SELECT schema_to_xml('{south}', true, false, '')"],
    "database to xml": ["SELECT database_to_xml(true, false, '')"],
    "text search statistics": ["SELECT ts_stat('SELECT to_tsvector(full_name) FROM {south}.patients_patient')"],
    "planner's samples": ["SELECT * FROM pg_stats WHERE schemaname = '{south}'"],
    "planner's samples, raw": ["SELECT * FROM pg_statistic"],
    "extended samples": ["SELECT * FROM pg_stats_ext", "SELECT * FROM pg_stats_ext_exprs"],
    "catalogue": ["SELECT * FROM pg_class", "SELECT * FROM pg_attribute", "SELECT * FROM pg_constraint"],
    "information schema": ["SELECT * FROM information_schema.tables", "SELECT * FROM information_schema.columns"],
    "activity": ["SELECT query FROM pg_stat_activity", "SELECT pg_stat_get_backend_activity(1)"],
    "prepared statements": ["SELECT statement FROM pg_prepared_statements", "SELECT statement FROM pg_cursors"],
    "passwords": ["SELECT * FROM pg_authid", "SELECT * FROM pg_shadow"],
    "people": ["SELECT email FROM public.accounts_user", "SELECT session_key FROM public.accounts_session"],
    "names of clinics": ["SELECT name FROM public.tenancy_clinic", "SELECT * FROM public.accounts_membership"],
    "grant myself": ["GRANT SELECT ON {south}.patients_patient TO {north}", READ],
    "grant everybody": ["GRANT ALL ON ALL TABLES IN SCHEMA {north} TO PUBLIC"],
    "grant a role": ["GRANT {south} TO {north}", READ],
    "default privileges": ["ALTER DEFAULT PRIVILEGES IN SCHEMA {south} GRANT ALL ON TABLES TO PUBLIC"],
    "create role": ["CREATE ROLE mine SUPERUSER"],
    "alter role": ["ALTER ROLE {north} SUPERUSER", "ALTER ROLE {web} SET role = '{south}'"],
    "take ownership": ["REASSIGN OWNED BY {south} TO {north}", "ALTER TABLE {south}.patients_patient OWNER TO {north}"],
    "comment": ["COMMENT ON TABLE {south}.patients_patient IS 'x'"],
    "end sessions": ["SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"],
    "advisory lock": ["SELECT pg_advisory_xact_lock(1)"],
    "server settings": ["ALTER SYSTEM SET work_mem = '1GB'", "SELECT pg_reload_conf()"],
    "database settings": ["ALTER DATABASE {database} SET search_path = {south}"],
    "publication": ["CREATE PUBLICATION mine FOR ALL TABLES"],
    "replication slot": ["SELECT pg_create_logical_replication_slot('mine', 'test_decoding')"],
    "event trigger": ["CREATE EVENT TRIGGER mine ON ddl_command_start EXECUTE FUNCTION mine()"],
    "maintenance": ["ANALYZE {south}.patients_patient", "REINDEX TABLE {south}.patients_patient"],
    "import a snapshot": ["SELECT pg_export_snapshot()"],
    "two-phase commit": ["PREPARE TRANSACTION 'mine'"],
    "end and go on": ["COMMIT", READ],
    "chain and go on": ["ROLLBACK AND CHAIN", READ],
    "end and set": ["COMMIT; SET search_path = {south}; SELECT full_name FROM patients_patient"],
}


@pytest.fixture(scope="module")
def names(pair):
    """What the statements' braces stand for; South's patient has been sampled, and South owns a large object."""
    north, south = (clinic.schema_name for clinic in pair)
    administer(f"ANALYZE {south}.patients_patient")
    owner, database, superuser = administer(
        "SELECT pg_get_userbyid(datdba), current_database(), current_user FROM pg_database "
        "WHERE datname = current_database()"
    )[0]
    with clinic_scope(pair[1]), connection.cursor() as cursor:
        cursor.execute("SELECT lo_from_bytea(0, 'South Patient')")
        large_object = cursor.fetchone()[0]
    return {
        "north": north,
        "south": south,
        "owner": owner,
        "web": connection.settings_dict["USER"],
        "database": database,
        "superuser": superuser,
        "large_object": large_object,
        "read": READ.format(south=south),
    }


def attempt(statement):
    """What one statement returns, in a savepoint of its own; nothing when it is refused."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            if statement.startswith("COPY") and "STD" in statement:
                channel = io.StringIO("")
                cursor.copy_expert(statement, channel)
                return channel.getvalue()
            cursor.execute(statement)
            return repr(cursor.fetchall()) if cursor.description else ""
    except (Error, psycopg2.Error):
        return ""


def seen_by(clinic, script, names):
    """Everything that a script returns inside a scope that is rolled back, and inside one that is kept."""
    answers = []
    for keep in (False, True):
        try:
            with clinic_scope(clinic):
                answers += [attempt(statement.format(**names)) for statement in script]
                transaction.set_rollback(not keep)
        except Error:
            connection.close()
    connection.close()
    return " ".join(answers)


def contents(schema):
    """Every row of a clinic, and the comments, owners and rights of its tables."""
    tables = [
        row[0] for row in administer("SELECT relname FROM pg_class WHERE relnamespace = %s::regnamespace", schema)
    ]
    found = [
        administer(f"SELECT t::text FROM {schema}.{table} t ORDER BY 1")
        for table in sorted(tables)
        if re.fullmatch(r"(audit|staff|patients|assessments)_[a-z]+", table)
    ]
    catalogue = (
        "SELECT relname, relowner, relacl::text, obj_description(oid, 'pg_class') FROM pg_class "
        "WHERE relnamespace = %s::regnamespace ORDER BY 1"
    )
    return found, administer(catalogue, schema)


@pytest.mark.parametrize("title", HOSTILE)
def test_statement_neither_shows_nor_changes_another_clinic(pair, names, title):
    before = contents(pair[1].schema_name)
    assert "South" not in seen_by(pair[0], HOSTILE[title], names)
    assert contents(pair[1].schema_name) == before
    with clinic_scope(pair[0]):
        assert "North Patient" in attempt("SELECT full_name FROM patients_patient")


@pytest.mark.parametrize("title", OUT_OF_REACH)
def test_what_is_listed_as_out_of_reach_really_is(pair, names, title):
    assert "South Patient" in seen_by(pair[0], OUT_OF_REACH[title], names)


def test_documentation_lists_what_is_out_of_reach():
    text = (Path(__file__).resolve().parent.parent.parent / "docs" / "operating.md").read_text()
    section = text.partition("## How clinics are kept apart")[2].partition("\n## ")[0]
    assert [title for title in OUT_OF_REACH if f"`{title}" not in section] == []
    assert BECAUSE in " ".join(section.split())


def test_there_are_enough_of_them():
    assert len(HOSTILE) >= 50
