"""A cloud's database has an administrator who is no superuser; the migrate task prepares it all the same."""

from collections.abc import Iterator
from contextlib import closing

import psycopg2
import pytest
from psycopg2.extensions import make_dsn

from clinic.postgres.preparation import prepare
from tests.deploy.test_aws_templates import read
from tests.postgres import ADMIN_DSN, PASSWORD


def as_superuser(*statements: str) -> None:
    with closing(psycopg2.connect(ADMIN_DSN)) as connection, connection.cursor() as cursor:
        connection.autocommit = True
        for statement in statements:
            cursor.execute(statement)


@pytest.fixture
def administrator(django_db_setup: None) -> Iterator[str]:
    as_superuser(f"CREATE ROLE cloud_admin LOGIN CREATEROLE CREATEDB PASSWORD '{PASSWORD}'")
    yield make_dsn(ADMIN_DSN, user="cloud_admin", password=PASSWORD, dbname="postgres")
    as_superuser(
        "DROP DATABASE IF EXISTS cloud", *(f"DROP ROLE IF EXISTS cloud_{each}" for each in ("owner", "web", "admin"))
    )


def environment() -> dict[str, str]:
    container = read("ecs")["Resources"]["MigrateTask"]["Properties"]["ContainerDefinitions"][0]
    return {each["Name"]: each["Value"] for each in container["Environment"]}


def test_migrate_task_prepares_a_database_whose_administrator_is_no_superuser(administrator, monkeypatch):
    monkeypatch.setenv("PGOPTIONS", environment()["PGOPTIONS"])
    for _ in range(2):
        prepare(administrator, name="cloud", owner=("cloud_owner", PASSWORD), web=("cloud_web", PASSWORD))
    with (
        closing(psycopg2.connect(make_dsn(administrator, dbname="cloud"))) as connection,
        connection.cursor() as cursor,
    ):
        cursor.execute("SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = 'cloud'")
        assert cursor.fetchone() == ("cloud_owner",)
        cursor.execute("SELECT extname FROM pg_extension WHERE extname IN ('pg_trgm', 'unaccent') ORDER BY 1")
        assert cursor.fetchall() == [("pg_trgm",), ("unaccent",)]


def test_prepare_database_without_that_option_is_refused(administrator):
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        prepare(administrator, name="cloud", owner=("cloud_owner", PASSWORD), web=("cloud_web", PASSWORD))
