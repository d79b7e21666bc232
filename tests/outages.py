"""Outages of the database, real ones: the web's role may not sign in, or a statement fails as on a full disk."""

from collections.abc import Iterator
from contextlib import closing, contextmanager

import psycopg2
from django.db import connections

from clinic.tenancy.models import Clinic
from tests.postgres import ADMIN_DSN, WEB

# Whatever is written to the patients of a clinic fails with one SQLSTATE.
FAILING = """
CREATE FUNCTION "{schema}".fail() RETURNS trigger LANGUAGE plpgsql
AS $$ BEGIN RAISE EXCEPTION 'Ana García fails' USING ERRCODE = '{state}'; END $$;
CREATE TRIGGER fail BEFORE INSERT OR UPDATE ON "{schema}".patients_patient
FOR EACH STATEMENT EXECUTE FUNCTION "{schema}".fail()
"""
MENDED = 'DROP FUNCTION "{schema}".fail() CASCADE'


@contextmanager
def administered(before: str, after: str) -> Iterator[None]:
    """Do something to the database as its administrator, and undo it."""
    with closing(psycopg2.connect(ADMIN_DSN)) as connection, connection.cursor() as cursor:
        connection.autocommit = True
        cursor.execute(before)
        try:
            yield
        finally:
            cursor.execute(after)


@contextmanager
def database_away() -> Iterator[None]:
    """The web's role cannot sign in. Needs the fixture `direct`: a pooler signs in by itself."""
    connections.close_all()
    with administered(f"ALTER ROLE {WEB} NOLOGIN", f"ALTER ROLE {WEB} LOGIN"):
        yield
    connections.close_all()


@contextmanager
def writing_fails(clinic: Clinic, state: str) -> Iterator[None]:
    """Every write to the clinic's patients fails with this SQLSTATE."""
    schema = clinic.schema_name
    with administered(FAILING.format(schema=schema, state=state), MENDED.format(schema=schema)):
        yield
