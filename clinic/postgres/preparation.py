"""Making a PostgreSQL ready for the clinic: its two roles, its database, its extensions.

A server's administrator runs this once (`manage.py prepare_database`); for the embedded server and for tests it
runs by itself. Everything here is idempotent.
"""

from contextlib import closing
from typing import Any

import psycopg2
from psycopg2 import sql
from psycopg2.extensions import ISOLATION_LEVEL_AUTOCOMMIT, parse_dsn

EXTENSIONS = ("pg_trgm", "unaccent")


def _role(cursor: Any, name: str, password: str, options: str) -> None:
    cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [name])
    verb = "ALTER" if cursor.fetchone() else "CREATE"
    cursor.execute(sql.SQL(f"{verb} ROLE {{}} LOGIN NOINHERIT {options}").format(sql.Identifier(name)))
    if password:
        cursor.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(name), sql.Literal(password)))


def _database(cursor: Any, name: str, owner: str) -> None:
    cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
    if cursor.fetchone():
        return
    cursor.execute("SHOW server_version_num")
    locale = (
        "LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' LOCALE 'C'"
        if int(cursor.fetchone()[0]) >= 170000
        else "LOCALE 'C.UTF-8'"
    )
    cursor.execute(
        sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE template0 ENCODING 'UTF8' " + locale).format(
            sql.Identifier(name), sql.Identifier(owner)
        )
    )


def prepare(admin_dsn: str, *, name: str, owner: tuple[str, str], web: tuple[str, str]) -> None:
    """Create or correct the roles, the database `name` and its extensions.

    `admin_dsn` signs in as a superuser on any database of the server; `owner` and `web` are (role, password)
    pairs, an empty password leaves the role's as it is. Raises psycopg2.Error as the server answers.
    """
    with closing(psycopg2.connect(admin_dsn)) as connection, connection.cursor() as cursor:
        connection.set_isolation_level(ISOLATION_LEVEL_AUTOCOMMIT)
        _role(cursor, *owner, "CREATEROLE")
        _role(cursor, *web, "NOCREATEROLE")
        _database(cursor, name, owner[0])
        database = sql.Identifier(name)
        cursor.execute(sql.SQL("ALTER DATABASE {} OWNER TO {}").format(database, sql.Identifier(owner[0])))
        cursor.execute(sql.SQL("ALTER DATABASE {} SET timezone = 'UTC'").format(database))
        cursor.execute(sql.SQL("ALTER DATABASE {} SET search_path = public").format(database))
        cursor.execute(sql.SQL("REVOKE CONNECT, TEMPORARY ON DATABASE {} FROM PUBLIC").format(database))
        cursor.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(database, sql.Identifier(web[0])))
    dsn = {**parse_dsn(admin_dsn), "dbname": name}
    with closing(psycopg2.connect(**dsn)) as connection, connection.cursor() as cursor:
        connection.set_isolation_level(ISOLATION_LEVEL_AUTOCOMMIT)
        for extension in EXTENSIONS:
            cursor.execute(sql.SQL("CREATE EXTENSION IF NOT EXISTS {} SCHEMA public").format(sql.Identifier(extension)))
        cursor.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
        cursor.execute(sql.SQL("ALTER SCHEMA public OWNER TO {}").format(sql.Identifier(owner[0])))
