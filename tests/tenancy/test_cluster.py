"""What follows where clinics live on several servers, and that nothing follows where they live on one.

Each test holds on both: the tests' database says which it is.
"""

import io
from contextlib import closing

import psycopg2
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from psycopg2.extensions import make_dsn

from clinic.patients.search.dictionary import NOTE_WORDS
from clinic.postgres.outages import broken_constraint
from clinic.tenancy import cluster
from clinic.tenancy.backend.base import DatabaseWrapper
from clinic.tenancy.lifecycle import placing
from clinic.tenancy.scope import clinic_scope
from tests.conftest import worlds
from tests.postgres import ADMIN_DSN
from tests.template import PATIENTS
from tests.world import World

READ = "SELECT count(*) FROM {}.patients_patient"
PLANNED_THERE = f"""
SELECT to_json(ARRAY(
    SELECT set FROM pg_db_role_setting s JOIN pg_database d ON d.oid = s.setdatabase, unnest(setconfig) set
    WHERE d.datname = current_database() AND set ~ '^({"|".join(cluster.PLANNED)})='
))
"""


def said_by(error: str) -> BaseException:
    """The driver's error of what a server says to a row that breaks a rule."""
    with closing(psycopg2.connect(ADMIN_DSN)) as connection, connection.cursor() as cursor:
        with pytest.raises(psycopg2.IntegrityError) as raised:
            cursor.execute(f"DO $$ BEGIN RAISE unique_violation USING {error}; END $$")
        return raised.value


def test_constraint_is_named_as_the_server_names_it(owner: DatabaseWrapper):
    assert broken_constraint(said_by("CONSTRAINT = 'tag_word_once'")) == "tag_word_once"


def test_constraint_that_only_the_words_of_a_worker_name_is_named_without_its_shard(owner: DatabaseWrapper):
    error = said_by("""MESSAGE = 'duplicate key value violates unique constraint "tag_word_once_102034"'""")
    assert broken_constraint(error) == "tag_word_once"


def test_what_broke_no_constraint_names_none(owner: DatabaseWrapper):
    assert [broken_constraint(None), broken_constraint(ValueError()), broken_constraint(said_by("MESSAGE = 'x'"))] == [
        ""
    ] * 3


def test_each_clinic_has_a_server_where_there_are_several(owner: DatabaseWrapper):
    schemas = {worlds.riverside.clinic.schema_name, worlds.hillside.clinic.schema_name}
    assert schemas & placing.places().keys() == (schemas if cluster.has_citus() else set())
    assert schemas & placing.sizes().keys() == (schemas if cluster.has_citus() else set())


def test_role_of_a_clinic_is_let_in_where_a_coordinator_signs_in_as_it(owner: DatabaseWrapper):
    with closing(psycopg2.connect(ADMIN_DSN)) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT rolcanlogin FROM pg_roles WHERE rolname = %s", [worlds.riverside.clinic.schema_name])
        assert cursor.fetchone() == (cluster.has_citus(),)
        cursor.execute("SELECT rolpassword FROM pg_authid WHERE rolname = %s", [worlds.riverside.clinic.schema_name])
        assert cursor.fetchone() == (None,)


def test_role_of_a_clinic_reads_no_other_at_a_server_itself(owner: DatabaseWrapper):
    own, other = worlds.riverside.clinic.schema_name, worlds.hillside.clinic.schema_name
    seen = []
    for server in placing.servers():
        dsn = make_dsn(ADMIN_DSN, host=server.host, port=server.port, user=own)
        with closing(psycopg2.connect(dsn)) as connection, connection.cursor() as cursor:
            connection.autocommit = True
            cursor.execute(READ.format(own))
            seen.append(cursor.fetchone())
            with pytest.raises(psycopg2.errors.InsufficientPrivilege):
                cursor.execute(READ.format(other))
    assert len(seen) == (len(placing.servers()) if cluster.has_citus() else 0)


def test_clinic_is_not_sent_where_no_server_is(owner: DatabaseWrapper):
    with pytest.raises(CommandError, match="There is no server nowhere"):
        call_command("move_clinic", str(worlds.riverside.clinic.pk), "nowhere")


def test_clinics_are_spread_where_there_are_servers_alone(owner: DatabaseWrapper):
    said = io.StringIO()
    try:
        call_command("spread_clinics", stdout=said)
    except CommandError as error:
        said.write(f"{error}\n")
    none = ["There is no server to which clinics could go: this database has no workers of Citus."]
    assert said.getvalue().splitlines() == (
        ["0 of 0", "0 clinics were given to servers."] if cluster.has_citus() else none
    )


def test_lists_are_planned_on_each_server_as_the_web_says(owner: DatabaseWrapper):
    expected = sorted(f"{name}={value}" for name, value in cluster.PLANNED.items()) if cluster.has_citus() else []
    assert {tuple(sorted(each)) for _, each in cluster.answers(PLANNED_THERE)} == {tuple(expected)}


def test_table_of_a_clinic_is_as_large_as_it_is_on_its_own_server(filled: World, db: None):
    with clinic_scope(filled.clinic), connection.cursor() as cursor:
        cursor.execute(f"SELECT {cluster.size_sql('patients_patient', 'default')} FROM patients_patient LIMIT 1")
        assert cursor.fetchone()[0] > PATIENTS * 100


def test_words_of_a_name_are_looked_up_where_they_are(filled: World, db: None):
    """And not read all together, to be compared at the coordinator."""
    with clinic_scope(filled.clinic), connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {NOTE_WORDS}", {"names": ["Ana Bell"]})
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert ("nameword_by_word" in plan, "Seq Scan" in plan) == (True, False), plan


def test_plan_of_a_worker_is_found_in_the_coordinators():
    task = {"Node": "host=one", "Remote Plan": [[{"Plan": {"Node Type": "Result"}}]]}
    wrapped = {"Node Type": "Custom Scan", "Distributed Query": {"Job": {"Task Count": 1, "Tasks": [task]}}}
    assert cluster.own_plan({"Plan": wrapped}) == cluster.own_plan({"Plan": {"Node Type": "Result"}})
