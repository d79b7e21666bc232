"""Whether the newest backup of the server and its archive come to what the server has, row by row.

For an instant nobody writes in some clinics: PostgreSQL notes a point in what it archives, and a snapshot of the same
moment is counted. Then a cluster is restored to that point, beside the running one, and counted too.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Collection, Iterator
from contextlib import closing
from itertools import batched
from pathlib import Path
from typing import Any, NamedTuple
from uuid import uuid4

import psycopg2
from django.conf import settings
from psycopg2 import errors, sql

from clinic.postgres.figures import Figures, figures, tables
from clinic.tenancy.lifecycle.provisioning import owner_connection
from clinic.tenancy.models import Clinic

BESIDE = settings.BASE_DIR / "deploy" / "postgres" / "beside"
SHARED = "public"
CLINICS = 50  # that are held for one instant: each has some fifty tables, and the server has few thousand locks
TRIES = 20
# In a deadlock nobody else is ended: this looks first, and gives up before others look.
PATIENCE = "SET LOCAL deadlock_timeout = '100ms'; SET LOCAL lock_timeout = '900ms'"
SNAPSHOT = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"
ARCHIVED = """
SELECT last_archived_wal >= %s, coalesce(last_failed_time > last_archived_time, last_failed_time IS NOT NULL)
FROM pg_stat_archiver
"""
ARCHIVING = 600  # seconds


class NotRehearsed(Exception):
    """Why nothing can be said of the backup, in words for whoever asked."""


class Rehearsed(NamedTuple):
    """What the restore made of one clinic, or of what all share: `faults` are sentences, none where all is the same."""

    name: str
    tables: int
    rows: int
    faults: list[str]


def rehearse(backups: Path, admin: str) -> Iterator[Rehearsed]:
    """Restore the newest backup of the folder and compare it with the server, clinic by clinic.

    `admin` is the dsn of a superuser in the record's database. Raises NotRehearsed where there is no backup, or none
    that can be restored.
    """
    clinics = Clinic.objects.using(owner_connection().alias).order_by("name")
    names = {SHARED: "What all clinics share", **{clinic.schema_name: clinic.name for clinic in clinics}}
    for schemas in batched(names, CLINICS):
        point = f"rehearsal_{uuid4().hex}"
        expected = noted(admin, schemas, point)
        found = restored(backups, admin, schemas, point)
        for schema in schemas:
            yield compared(names[schema], expected.get(schema, {}), found.get(schema, {}))


def compared(name: str, expected: dict[str, list[str]], found: dict[str, list[str]]) -> Rehearsed:
    faults = []
    for table in sorted(expected.keys() | found.keys()):
        (rows, digest), (rows_found, digest_found) = expected.get(table, ["no", ""]), found.get(table, ["no", ""])
        if rows != rows_found:
            faults.append(f"{table} has {rows_found} rows, of {rows}.")
        elif digest != digest_found:
            faults.append(f"{table} has other contents in its {rows} rows.")
    return Rehearsed(name, len(expected), sum(int(rows) for rows, _ in expected.values()), faults)


def noted(admin: str, schemas: Collection[str], point: str) -> Figures:
    """Note the point in what is archived, and count what is there at that moment; returns once it is archived."""
    with (
        closing(psycopg2.connect(admin)) as holding,
        closing(psycopg2.connect(admin)) as counting,
        holding.cursor() as holder,
        counting.cursor() as counter,
    ):
        _hold(holder, schemas)
        counter.execute(SNAPSHOT)
        counter.execute("SET TRANSACTION SNAPSHOT %s", [_value(holder, "SELECT pg_export_snapshot()")])
        _value(holder, "SELECT pg_create_restore_point(%s)", point)
        holding.commit()
        counted = figures(counter, schemas)
        _wait_for_archive(holder, _value(holder, "SELECT pg_walfile_name(pg_switch_wal())"))
    return counted


def _value(cursor: Any, statement: str, *parameters: str) -> str:
    cursor.execute(statement, parameters)
    return str(cursor.fetchone()[0])


def _hold(cursor: Any, schemas: Collection[str]) -> None:
    """Let nobody write in these schemas until the transaction ends, and those who do end what they have begun."""
    names = sql.SQL(", ").join(sql.Identifier(*table) for table in tables(cursor, schemas))
    for _ in range(TRIES):
        cursor.execute(PATIENCE)
        try:
            cursor.execute(sql.SQL("LOCK TABLE {} IN SHARE MODE").format(names))
            return
        except (errors.LockNotAvailable, errors.DeadlockDetected):
            cursor.connection.rollback()
    raise NotRehearsed("Somebody writes without a pause, and nobody is held up: try again later.")


def _wait_for_archive(cursor: Any, file: str) -> None:
    end = time.monotonic() + ARCHIVING
    while time.monotonic() < end:
        cursor.execute(ARCHIVED, [file])
        archived, fails = cursor.fetchone()
        cursor.connection.rollback()  # each transaction sees these figures as they were at first
        if archived:
            return
        if fails:
            raise NotRehearsed("PostgreSQL's archive_command fails; its log says why.")
        time.sleep(0.1)
    raise NotRehearsed(f"What was written is not archived after {ARCHIVING} seconds: is archive_mode on?")


def restored(backups: Path, admin: str, schemas: Collection[str], point: str) -> Figures:
    """What the newest backup comes to at the point."""
    database = str(psycopg2.extensions.parse_dsn(admin)["dbname"])
    counting = [sys.executable, "-m", "clinic.postgres.figures", database, *schemas]
    command = [str(BESIDE), str(backups), "name", point, "--", *counting]
    ran = subprocess.run(command, capture_output=True, text=True, cwd=settings.BASE_DIR, env=os.environ)  # noqa: S603
    if ran.returncode:
        raise NotRehearsed(f"The newest backup cannot be restored:\n{ran.stderr.strip()}")
    found: Figures = json.loads(ran.stdout)
    return found
