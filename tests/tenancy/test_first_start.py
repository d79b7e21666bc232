"""A first start and a deploy, killed after one change to the database after another and begun again: whole at last."""

import os
import subprocess
import sys
from collections.abc import Iterator
from io import StringIO
from itertools import chain, repeat, takewhile

import pytest
from django.core.management import call_command
from django.db import connections
from psycopg2.extensions import make_dsn

from clinic.tenancy.fleet import survey
from clinic.tenancy.lifecycle.provisioning import create_clinic, drop_clinic
from tests.committed import administer
from tests.killing import ALIASES, killed_after
from tests.postgres import ADMIN_DSN, ROOT, prepare_database
from tests.sizes import times
from tests.tenancy.facts import facts

NAME = "clinic_first_start"


@pytest.fixture
def whole(owner):
    """What the catalogue says of the shared tables that the tests have."""
    return facts(owner, "public")


def connect_to(names: dict[str, str]) -> None:
    connections.close_all()
    for alias in ALIASES:
        connections[alias].settings_dict["NAME"] = names[alias]


@pytest.fixture
def empty(owner, whole):
    """The connections of this process go to a database that has roles and extensions, and no table."""
    here = {alias: connections[alias].settings_dict["NAME"] for alias in ALIASES}
    drop = f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)"
    administer(drop)
    prepare_database(make_dsn(ADMIN_DSN, dbname="postgres"), NAME)
    connect_to(dict.fromkeys(ALIASES, NAME))
    yield owner
    connect_to(here)
    administer(drop)


def start() -> None:
    call_command("migrate_clinics", verbosity=0, stdout=StringIO())


def strides(single: int, then: int) -> Iterator[int]:
    """How far each run gets: in `make prove` each ends after one change, else `single` ones do."""
    return repeat(1) if times(1) > 1 else chain([1] * single, repeat(then))


def test_first_start_that_is_killed_is_gone_on_with(owner, whole, empty):
    kills = list(takewhile(lambda stride: killed_after(stride, start), strides(12, 18)))
    assert len(kills) >= 15
    assert survey.public_is_behind() is False
    assert facts(owner, "public") == whole
    clinic = create_clinic(name="The first")
    assert [state.is_behind for state in survey.survey()] == [False]
    drop_clinic(clinic)


def test_deploy_that_is_killed_is_gone_on_with(owner, make, release):
    """Python, and an index that no transaction holds: a kill before its note leaves it behind, whole."""
    clinic = make("Old")
    release("code")
    kills = list(takewhile(lambda stride: killed_after(stride, start), strides(2, 9)))
    assert len(kills) >= 3
    assert [state.clinic.name for state in survey.survey() if state.is_behind] == []
    assert facts(owner, clinic.schema_name) == facts(owner, make("New").schema_name)


def test_database_without_the_clinics_tables_is_told_in_a_sentence(empty):
    urls = {name: os.environ[name].rpartition("/")[0] + f"/{NAME}" for name in ("DATABASE_URL", "DATABASE_OWNER_URL")}
    command = [sys.executable, "manage.py", "clinics"]
    said = subprocess.run(command, cwd=ROOT, env=os.environ | urls, capture_output=True, text=True)
    assert (said.returncode, said.stdout, said.stderr) == (
        1, "", "The database is not of this release: run manage.py migrate_clinics.\n",
    )  # fmt: skip
