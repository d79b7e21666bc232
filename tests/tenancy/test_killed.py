"""kill -9 of the process that makes a clinic or brings clinics up to date, and two of them at once."""

import signal
import subprocess
import sys
import time

import pytest
from django.db import connections

from clinic.accounts.models import Membership
from clinic.tenancy.fleet import survey as migrating
from clinic.tenancy.models import Clinic
from tests.patience import wait_until
from tests.tenancy.facts import facts

START = """
import os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "clinic.settings"
from django.conf import settings
settings.MIGRATION_MODULES = {"patients": sys.argv[1]} if sys.argv[1] else {}
import django
django.setup()
from django.core.management import call_command
"""
DEPLOY = START + 'call_command("migrate_clinics")'
CREATE = (
    START
    + """
from clinic.accounts.models import User
from clinic.staff import actions
from clinic.tenancy.lifecycle import schema_pool
user = User.objects.using("owner").get(email="owner@riverside.test")
if sys.argv[2] == "prepared":
    schema_pool.refill(50)
print("ready", flush=True)
for number in range(1000):
    actions.create_clinic(name=f"Killed {number}", owner=user, by=actions.OPERATOR)
"""
)


def begin(program: str, *arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", program, *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def kill(process: subprocess.Popen[str]) -> None:
    process.send_signal(signal.SIGKILL)
    process.communicate()


def quiet(owner) -> bool:
    """What the killed process had sent is done with."""
    with owner.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE usename = current_user AND pid <> pg_backend_pid() "
            "AND (xact_start IS NOT NULL OR state = 'active')"
        )
        return cursor.fetchone() == (0,)


def rows(owner, sql) -> list:
    with owner.cursor() as cursor:
        cursor.execute(sql)
        return [row[0] for row in cursor.fetchall()]


@pytest.fixture
def killed_clinics(owner, no_prepared):
    """The clinics that a killed process had made, dropped afterwards."""
    from clinic.tenancy.lifecycle.provisioning import drop_clinic

    made = Clinic.objects.using("owner").filter(name__startswith="Killed")
    yield made
    for clinic in made:
        drop_clinic(clinic)


@pytest.mark.parametrize("way", ["made", "prepared"])
@pytest.mark.parametrize("after", [0.05, 0.4])
def test_killed_creation_leaves_whole_clinics_only(owner, killed_clinics, way, after):
    process = begin(CREATE, "", way)
    assert process.stdout.readline() == "ready\n"
    time.sleep(after)
    kill(process)
    wait_until(lambda: quiet(owner))
    known = rows(owner, "SELECT schema_name FROM tenancy_clinic UNION SELECT schema_name FROM tenancy_preparedschema")
    assert sorted(known) == sorted(rows(owner, r"SELECT nspname FROM pg_namespace WHERE nspname ~ '^c_[0-9a-f]{16}$'"))
    assert set(known) - set(rows(owner, "SELECT rolname FROM pg_roles WHERE rolname ~ '^c_'")) == set()
    assert Membership.objects.using("owner").filter(clinic__in=killed_clinics).count() == killed_clinics.count()
    for clinic in killed_clinics:
        assert rows(owner, f'SELECT count(*) FROM "{clinic.schema_name}".staff_practitioner') == [1]
    assert migrating.behind() == []


def test_killed_deploy_is_resumed_where_it_was(owner, make, release):
    clinics = [make(f"Old {number}") for number in range(8)]
    whole = len(migrating.survey())
    release("slow")
    process = begin(DEPLOY, "tests.late.slow")
    wait_until(lambda: 0 < len(migrating.behind()) < whole - 2)
    kill(process)
    left = len(migrating.behind())
    assert left > 0
    second = begin(DEPLOY, "tests.late.slow")
    said, _ = second.communicate()
    assert (second.returncode, said.splitlines()[-1]) == (0, "Every clinic is up to date.")
    assert int(said.splitlines()[-2].split()[0]) <= left
    assert migrating.behind() == []
    assert [facts(owner, clinic.schema_name) for clinic in clinics[1:]] == [facts(owner, clinics[0].schema_name)] * 7
    for clinic in clinics:
        assert rows(owner, f"SELECT count(*) FROM \"{clinic.schema_name}\".django_migrations WHERE name ~ '^p9'") == [1]


def test_two_deploys_at_once_run_one_after_the_other(owner, make, release):
    clinic = make("Old")
    release("slow")
    processes = [begin(DEPLOY, "tests.late.slow") for _ in range(2)]
    said = [process.communicate()[0] for process in processes]
    assert [process.returncode for process in processes] == [0, 0], said
    assert len([text for text in said if "Another run is at work" in text]) == 1
    assert len([text for text in said if " a second, " in text]) == 1
    assert rows(owner, f"SELECT count(*) FROM \"{clinic.schema_name}\".django_migrations WHERE name ~ '^p9'") == [1]
    connections.close_all()


def test_check_exits_1_when_somebody_is_behind(owner, make, release):
    make("Old")
    process = begin(START + 'from django.core.management import execute_from_command_line as run\n'
                    'run(["manage.py", "migrate_clinics", "--check"])', "tests.late.slow")  # fmt: skip
    said, _ = process.communicate()
    assert (process.returncode, "clinics are behind" in said) == (1, True)
