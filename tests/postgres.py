"""A pytest plugin, loaded before Django: the database that this process uses.

`TEST_DATABASE_URL` names it, signed in as a superuser. It may be a pooler in front of a server: then the web's role
goes through it, and commands that write schema go to the server itself. What an earlier run left in it is removed
first. Empty means an embedded server of this process's own, in the first folder of `var/test/` that no other process
uses: so the workers of a run, and two runs in one tree, share nothing. `tests.template` fills it.
"""

import fcntl
import itertools
import os
import secrets
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

import psycopg2
import pytest
from psycopg2 import sql
from psycopg2.extensions import make_dsn, parse_dsn

from clinic.postgres.preparation import prepare

ROOT = Path(__file__).resolve().parent.parent
VAR = ROOT / "var"
OWNER, WEB = "clinic_test_owner", "clinic_test_web"
OUTSIDE = os.environ.get("TEST_DATABASE_URL", "")


# The schema itself stays: an extension's own objects may be in it, or depend on it.
WHAT_IS_LEFT = """
SELECT format(
    'DROP %s IF EXISTS %s CASCADE',
    CASE c.relkind WHEN 'S' THEN 'SEQUENCE' WHEN 'v' THEN 'VIEW' ELSE 'TABLE' END,
    c.oid::regclass
)
FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'S')
    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype IN ('e', 'i'))
UNION ALL
SELECT format('DROP ROUTINE IF EXISTS %s CASCADE', p.oid::regprocedure)
FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace
    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
"""


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
                cursor.execute(sql.SQL("DROP OWNED BY {0}").format(name))
                cursor.execute(sql.SQL("DROP ROLE {0}").format(name))
        cursor.execute(WHAT_IS_LEFT)
        for (command,) in cursor.fetchall():
            cursor.execute(command)


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


def own_folder() -> Path:
    """The first of `var/test/1`, `var/test/2`, ... that no living process has; a lock keeps it until this one ends."""
    for number in itertools.count(1):
        folder = VAR / "test" / str(number)
        folder.mkdir(parents=True, exist_ok=True)
        lock = os.open(folder / "lock", os.O_CREAT | os.O_RDWR)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
        else:
            return folder
    raise AssertionError("itertools.count ended")


def prepare_database(dsn: str, name: str) -> None:
    prepare(dsn, name=name, owner=(OWNER, PASSWORD), web=(WEB, PASSWORD))


def prepare_outside(dsn: str) -> str:
    """Empty the database that `TEST_DATABASE_URL` names; its address on the server itself."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        raise pytest.UsageError("TEST_DATABASE_URL is one database: run the tests in one process, with -n0.")
    direct, name = behind(dsn), parse_dsn(dsn)["dbname"]
    prepare_database(direct, name)
    clean(make_dsn(direct, dbname=name))
    prepare_database(direct, name)
    return make_dsn(direct, dbname=name)


FOLDER = own_folder()
DATA = FOLDER / "postgres"
PASSWORD = secrets.token_hex(16) if OUTSIDE else "no secret"  # the embedded server's socket asks for none
ADMIN_DSN = (
    prepare_outside(OUTSIDE) if OUTSIDE else make_dsn(host=str(DATA), port=5432, user="postgres", dbname="clinic_test")
)
(FOLDER / "static").mkdir(exist_ok=True)
os.environ.pop("CLINIC_ENV_FILE", None)
os.environ |= {
    "DATABASE_URL": url(OUTSIDE or ADMIN_DSN, WEB, PASSWORD),
    "DATABASE_OWNER_URL": url(ADMIN_DSN, OWNER, PASSWORD),
    "EMAIL_URL": "memorymail://",
    "LOG_LEVEL": "INFO",
    "STATIC_ROOT": str(FOLDER / "static"),
    "MEDIA_ROOT": str(FOLDER / "media"),
    "DJANGO_ALLOW_ASYNC_UNSAFE": "1",  # Playwright's sync API runs an event loop in the tests' thread
}
