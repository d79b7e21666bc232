"""A pytest plugin, loaded before Django: the database that the whole run uses.

`TEST_DATABASE_URL` names it, signed in as a superuser; empty means the embedded server in var/test-postgres. It may
be a pooler in front of a server: then the web's role goes through it, and commands that write schema go to the server
itself. What an earlier run left in it is removed first.
"""

import os
import secrets
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

import psycopg2
from psycopg2 import sql
from psycopg2.extensions import make_dsn, parse_dsn

from clinic.tenancy import embedded
from clinic.tenancy.database import prepare

ROOT = Path(__file__).resolve().parent.parent
VAR = ROOT / "var"
OWNER, WEB = "clinic_test_owner", "clinic_test_web"


def clean(dsn: str) -> None:
    """Drop every clinic of an earlier run, with its role, and everything in `public`."""
    with closing(psycopg2.connect(dsn)) as connection, connection.cursor() as cursor:
        connection.autocommit = True
        cursor.execute(r"SELECT nspname FROM pg_namespace WHERE nspname ~ '^c_[0-9a-f]{16}$'")
        for (schema,) in cursor.fetchall():
            name = sql.Identifier(schema)
            cursor.execute(sql.SQL("DROP SCHEMA {0} CASCADE").format(name))
            cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [schema])
            if cursor.fetchone():
                cursor.execute(sql.SQL("DROP OWNED BY {0}; DROP ROLE {0}").format(name))
        cursor.execute("DROP SCHEMA IF EXISTS public CASCADE; CREATE SCHEMA public")
        cursor.execute("GRANT USAGE ON SCHEMA public TO PUBLIC")


def behind(dsn: str) -> str:
    """The server's own address: of `dsn`, or of what is behind it."""
    with closing(psycopg2.connect(dsn)) as connection, connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_backend_pid(), host(inet_server_addr()), inet_server_port(), "
            "current_setting('unix_socket_directories'), current_setting('port')"
        )
        pid, address, port, folders, own_port = cursor.fetchone()
        if pid == connection.info.backend_pid:
            return dsn
    return make_dsn(dsn, host=address or folders.partition(",")[0].strip(), port=port or own_port)


def url(dsn: str, role: str, password: str) -> str:
    where = parse_dsn(dsn)
    host, port = quote(where.get("host", "localhost"), safe=""), where.get("port", "5432")
    return f"postgres://{role}:{password}@{host}:{port}/{where['dbname']}"


def prepare_tests() -> str:
    """Leave an empty database and its addresses in the environment that Django's settings read.

    Returns the administrator's own address of that database, on the server itself.
    """
    admin = os.environ.get("TEST_DATABASE_URL", "")
    if not admin:
        data = VAR / "test-postgres"
        embedded.start(data, durable=False)
        admin = make_dsn(host=str(data), port=5432, user="postgres", dbname="postgres")
    name = parse_dsn(admin)["dbname"] if os.environ.get("TEST_DATABASE_URL") else "clinic_test"
    direct = behind(admin)
    password = secrets.token_hex(16)
    prepare(direct, name=name, owner=(OWNER, password), web=(WEB, password))
    clean(make_dsn(direct, dbname=name))
    prepare(direct, name=name, owner=(OWNER, password), web=(WEB, password))
    os.environ["DATABASE_URL"] = url(make_dsn(admin, dbname=name), WEB, password)
    os.environ["DATABASE_OWNER_URL"] = url(make_dsn(direct, dbname=name), OWNER, password)
    return make_dsn(direct, dbname=name)


os.environ.pop("CLINIC_ENV_FILE", None)
os.environ["CACHE_URL"] = "locmemcache://"
os.environ["EMAIL_URL"] = "memorymail://"
os.environ["LOG_LEVEL"] = "INFO"
STATIC = VAR / "test-static"
STATIC.mkdir(parents=True, exist_ok=True)
os.environ["STATIC_ROOT"] = str(STATIC)
os.environ["MEDIA_ROOT"] = str(VAR / "test-media")
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # Playwright's sync API runs an event loop in the tests' thread
ADMIN_DSN = prepare_tests()
