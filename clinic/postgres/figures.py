"""How many rows each table has, and a digest of them: what two servers say of the same moment is the same.

    python -m clinic.postgres.figures DATABASE SCHEMA…

prints it as JSON, of the server that libpq's environment names. Rows are compared as text, so both servers have to be
of one version; in which order a table keeps them does not matter.
"""

import json
import sys
from collections.abc import Iterable
from contextlib import closing
from typing import Any

import psycopg2
from psycopg2 import sql

# By schema, by table: rows, and the sum of their hashes.
Figures = dict[str, dict[str, list[str]]]

TABLES = """
SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'r' AND n.nspname = ANY (%s) ORDER BY 1, 2
"""
AS_TEXT = "SET LOCAL TimeZone = 'UTC'; SET LOCAL DateStyle = 'ISO, YMD'; SET LOCAL extra_float_digits = 1"
COUNTED = "SELECT count(*)::text, coalesce(sum(hashtextextended(t::text, 0)), 0)::text FROM {} t"


def tables(cursor: Any, schemas: Iterable[str]) -> list[tuple[str, str]]:
    cursor.execute(TABLES, [list(schemas)])
    return [(schema, name) for schema, name in cursor.fetchall()]


def figures(cursor: Any, schemas: Iterable[str]) -> Figures:
    """Those of each schema that is there, in the transaction that is open."""
    found: Figures = {}
    cursor.execute(AS_TEXT)
    for schema, name in tables(cursor, schemas):
        cursor.execute(sql.SQL(COUNTED).format(sql.Identifier(schema, name)))
        found.setdefault(schema, {})[name] = list(cursor.fetchone())
    return found


def main(database: str, *schemas: str) -> None:
    with closing(psycopg2.connect(dbname=database)) as connection, connection.cursor() as cursor:
        sys.stdout.write(json.dumps(figures(cursor, schemas)))


if __name__ == "__main__":
    main(*sys.argv[1:])
