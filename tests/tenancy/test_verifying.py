"""Rights that somebody gave or took by hand are found, on whichever server it was."""

import io
from contextlib import closing

import psycopg2
import pytest
from django.core.management import CommandError, call_command
from psycopg2.extensions import make_dsn

from clinic.tenancy.lifecycle import placing
from clinic.tenancy.lifecycle.verifying import faults
from tests.conftest import worlds
from tests.postgres import ADMIN_DSN

TABLES = (
    "SELECT relname FROM pg_class WHERE relnamespace = %s::regnamespace AND relname ~ '^patients_patient(_[0-9]+)?$'"
)


@pytest.fixture(params=["GRANT SELECT ON {other}.{table} TO {own}", "REVOKE INSERT ON {own}.{table} FROM {own}"])
def planted(request, owner):
    """Done by hand at the server where the clinic lives, or at the only one; taken back afterwards. The two schemas."""
    own, other = worlds.riverside.clinic.schema_name, worlds.hillside.clinic.schema_name
    schema = other if "other" in request.param else own
    server = placing.places().get(schema)
    dsn = make_dsn(ADMIN_DSN, host=server.host, port=server.port) if server else ADMIN_DSN
    with closing(psycopg2.connect(dsn)) as connection, connection.cursor() as cursor:
        connection.autocommit = True
        if server:
            cursor.execute("SET citus.override_table_visibility = off; SET citus.enable_ddl_propagation = off")
        cursor.execute(TABLES, [schema])
        table = max(name for (name,) in cursor.fetchall())
        words = request.param.format(own=own, other=other, table=table)
        cursor.execute(words)
        yield f"{f'{server}: ' if server else ''}{said(words, own, other, table)}"
        back = {"GRANT": "REVOKE", "REVOKE": "GRANT", "TO": "FROM", "FROM": "TO"}
        cursor.execute(" ".join(back.get(word, word) for word in words.split()))


def said(words: str, own: str, other: str, table: str) -> str:
    if words.startswith("GRANT"):
        return f"{own} may SELECT on {other}.{table}, and nothing says so."
    return f"{own} may not INSERT on {own}.{table}."


def of_these() -> list[str]:
    names = (worlds.riverside.clinic.schema_name, worlds.hillside.clinic.schema_name)
    return [str(fault) for fault in faults() if any(name in str(fault) for name in names)]


def test_each_role_may_do_what_the_models_say(owner):
    assert of_these() == []


def test_right_that_was_given_or_taken_by_hand_is_found(planted):
    assert of_these() == [planted]


def test_command_names_it_and_fails(planted):
    heard = io.StringIO()
    with pytest.raises(CommandError, match="otherwise than they have to be"):
        call_command("verify_privileges", stderr=heard)
    assert planted in heard.getvalue().splitlines()


def test_role_of_a_clinic_that_may_become_another_is_found(owner):
    own, other = worlds.riverside.clinic.schema_name, worlds.hillside.clinic.schema_name
    with owner.cursor() as cursor:
        cursor.execute(f"GRANT {other} TO {own}")
        try:
            found = {words.rpartition(": ")[2] for words in of_these()}
            assert found == {f"{own} may become {other}, and nothing says so."}
        finally:
            cursor.execute(f"REVOKE {other} FROM {own}")
