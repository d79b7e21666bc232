"""A synchronous standby takes over from a killed server, by the scripts of `deploy/postgres/`."""

import subprocess

import pytest

from clinic.postgres import embedded
from tests.benched import counted
from tests.postgres import ADMIN_DSN, ROOT

SCRIPTS = ROOT / "deploy" / "postgres"
POOLER = """[databases]
; clinic_owner has a session
clinic = host=10.0.0.1 port=5432 dbname=clinic
clinic_owner = host=10.0.0.1 port=5432 dbname=clinic pool_mode=session

[pgbouncer]
listen_port = 6432
"""


def test_nothing_that_was_acknowledged_is_lost_and_the_old_server_is_written_to_no_more():
    code, found = counted("failover", "trial", 60)
    assert found["acknowledged"] >= 90
    assert {name: found[name] for name in ("lost", "half", "double")} == {"lost": 0, "half": 0, "double": 0}
    assert (found["fenced server refuses"], found["unfenced server waits"], code) == (1, 1, 0)


@pytest.fixture
def pooler(tmp_path):
    """PgBouncer's configuration with the old server in it, and what `promote` has it read again by."""
    (tmp_path / "pgbouncer.ini").write_text(POOLER)
    return tmp_path / "pgbouncer.ini"


def promote(pooler, *fence: str) -> subprocess.CompletedProcess[str]:
    """On a server that has taken over already."""
    environment = {"PATH": f"{embedded.programs()}:/usr/bin:/bin", "RELOAD": f"touch {pooler.parent / 'reloaded'}"}
    command = [SCRIPTS / "promote", ADMIN_DSN, pooler, *fence]
    return subprocess.run(command, capture_output=True, text=True, env=environment)


def test_pooler_asks_whoever_took_over(django_db_setup, pooler):
    ran = promote(pooler, "true")
    where = ran.stdout.partition(" is the server")[0]
    assert ran.returncode == 0, ran.stderr
    host, _, port = where.rpartition(":")
    assert pooler.read_text() == POOLER.replace("host=10.0.0.1 port=5432", f"host={host} port={port}")
    assert (pooler.parent / "reloaded").exists()


def test_nobody_takes_over_from_a_server_that_may_be_at_work(django_db_setup, pooler):
    ran = promote(pooler, "false")
    assert (ran.returncode, ran.stderr) == (1, "The old server may be at work still. Nothing was changed.\n")
    assert pooler.read_text() == POOLER
    assert not (pooler.parent / "reloaded").exists()


def test_standby_is_not_made_over_what_is_there(tmp_path):
    (tmp_path / "PG_VERSION").write_text("18\n")
    command = [SCRIPTS / "standby", "host=10.0.0.1", tmp_path, "second", "true"]
    ran = subprocess.run(command, capture_output=True, text=True)
    assert (ran.returncode, ran.stderr) == (1, f"{tmp_path} is not empty; move away what is in it.\n")
