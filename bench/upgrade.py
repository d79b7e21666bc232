"""What an earlier release filled, before and after `migrate_clinics` of this one: `python -m bench.upgrade REVISION`.

The earlier release prepares the database, makes the demo, fills a clinic and is worked with, all by its own code from a
clone. Then every row of every table is read before and after the migration, in the columns that there were before.
"""

import atexit
import os
import shutil
import subprocess
import sys
from collections import Counter
from hashlib import md5
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote

import psycopg2.sql

from bench.server import DATA, FOLDER, ROOT, superuser

Snapshot = dict[tuple[str, str], tuple[list[str], Counter[str]]]  # of a schema's table its columns and its rows
COLUMNS = """
SELECT nspname, relname, array_agg(attname::text ORDER BY attnum)
FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace JOIN pg_attribute ON attrelid = pg_class.oid
WHERE relkind = 'r' AND nspname !~ '^pg_|^information_schema$' AND attnum > 0 AND NOT attisdropped
GROUP BY nspname, relname ORDER BY nspname, relname
"""
# What people do with the record, by addresses that stay from release to release.
WORK = """
import json
from uuid import uuid4
from django.test import Client
from clinic.accounts.models import User

def person(address):
    client = Client(SERVER_NAME="localhost")
    client.force_login(User.objects.get(email=address))
    return client

def done(response):
    assert response.status_code < 400, (response.request["PATH_INFO"], response.status_code, response.content[:2000])
    return response

def sent(method, path, **body):
    response = done(getattr(clinician, method)(path, body, content_type="application/json"))
    return response.json()["results"] if response.content else None

clinician, owner = person("clinician@riverside.test"), person("owner@riverside.test")
here, answers = "/api/v1/assessments/", {str(number): 3 for number in range(1, 10)}
found = done(clinician.get("/api/v1/patients/?page_size=100")).json()["results"]
rows = [row for row in found if row["date_of_birth"] < "2000"][:40]  # PHQ-9 and GAD-7 are for adults
for number, row in enumerate(rows):
    who, day = row["id"], {"date": "2026-03-01"}
    made = sent("post", here, patient=who, instrument="phq-9", answers=answers, complete=number % 3 > 0, **day)
    if number % 4 == 0:
        sent("patch", f"{here}{made['id']}/", answers={"1": 1}, reason="Misread")
    if number % 5 == 0:
        sent("patch", f"/api/v1/patients/{who}/", gender="other", date_of_birth="1970-02-03")
    if number % 7 == 0:
        sent("delete", f"{here}{made['id']}/")
    if row["date_of_birth_precision"] == "exact":
        done(clinician.post(f"/patients/{who}/requests/", {"id": uuid4(), "instrument": "gad-7", "days": 7}))
    done(clinician.get(f"/patients/{who}/"))
for row in rows[:5]:
    sent("delete", f"/api/v1/patients/{row['id']}/")
done(clinician.post("/lists/patients/views/new/", {"name": "Mine", "query": "q=ana"}))
keys = [row["id"] for row in rows]
for kind, some in (("csv", keys[5:20]), ("xlsx", keys[5:20]), ("archive", keys[20:25])):
    done(clinician.post("/patients/bulk/", {"do": kind, "scope": "rows", "id": some}))
done(owner.post("/settings/", {"offered": ["phq-9", "gad-7"], "urgent_text": "Call 0123 at once."}))
done(owner.post("/instruments/new/", {
    "licence_class": "free", "type": "mental_health", "answered_by": "patient", "title": "Sleep, short",
    "instruction": "In the last week:", "questions": "Did you lie awake?", "options": "0 Never\\n1 Sometimes",
    "bands": "0-0 Good\\n1-1 Poor", "source": "Made here", "licence": "Ours",
}))
"""


def snapshot(like: Snapshot | None = None) -> Snapshot:
    """The rows of every table as texts, in the columns that `like` has of a table."""
    found: Snapshot = {}
    with superuser() as connection, connection.cursor() as cursor:
        cursor.execute(COLUMNS)
        for schema, table, columns in cursor.fetchall():
            read = like[schema, table][0] if like and (schema, table) in like else columns
            names = psycopg2.sql.SQL(", ").join(map(psycopg2.sql.Identifier, read))
            where = psycopg2.sql.Identifier(schema, table)
            cursor.execute(psycopg2.sql.SQL("SELECT ROW({})::text FROM {}").format(names, where))
            found[schema, table] = read, Counter(text for (text,) in cursor.fetchall())
    return found


def checksum(rows: Counter[str]) -> str:
    return md5("\n".join(sorted(rows.elements())).encode(), usedforsecurity=False).hexdigest()


def environment() -> dict[str, str]:
    at = f"{quote(str(DATA), safe='')}:5432"
    return {
        **os.environ,
        "LOG_LEVEL": "ERROR",
        "DATABASE_ADMIN_URL": f"postgres://postgres@{at}/postgres",
        "DATABASE_OWNER_URL": f"postgres://upgrade_owner:secret@{at}/bench",
        "DATABASE_URL": f"postgres://upgrade_web:secret@{at}/bench",
    }


def manage(tree: Path, *words: str) -> None:
    command = [sys.executable, "manage.py", *words]
    done = subprocess.run(command, cwd=tree, env=environment(), capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"manage.py {words[0]} failed.\n{done.stdout[-4000:]}{done.stderr[-4000:]}")


def fill(revision: str) -> None:
    """Have the earlier release prepare a database, and people work in it."""
    with TemporaryDirectory() as folder:
        tree = Path(folder)
        subprocess.run(["git", "clone", "-q", ROOT, tree], check=True)
        subprocess.run(["git", "checkout", "-q", revision], cwd=tree, check=True)
        manage(tree, "prepare_database")
        manage(tree, "migrate_clinics")
        manage(tree, "demo")
        manage(tree, "fill", "Hillside", "--patients", "2000", "--assessments", "6000")
        manage(tree, "collectstatic", "--no-input")
        manage(tree, "create_api_client", "Riverside", "Laboratory", "--write")
        manage(tree, "shell", "--command", WORK)
        manage(tree, "work", "--batch")


def compared(before: Snapshot, after: Snapshot) -> list[tuple[str, int]]:
    """A line for each table that was there, and how many of its rows are gone or are no longer as they were."""
    found = []
    for place, (columns, rows) in before.items():
        now = after.get(place, (columns, Counter()))[1]
        gone, new = (rows - now).total(), (now - rows).total()
        what = f"{gone} gone, {new} new" if gone or new else "the same"
        found.append((f"{'.'.join(place)}: {rows.total()} rows, {checksum(rows)}; after {now.total()}, {what}", gone))
    return found


def main(revision: str) -> None:
    from clinic.postgres import embedded

    atexit.register(shutil.rmtree, FOLDER, ignore_errors=True)
    embedded.start(DATA, durable=False)
    fill(revision)
    before = snapshot()
    manage(ROOT, "migrate_clinics")
    lines = compared(before, snapshot(before))
    gone = sum(count for _, count in lines)
    print(*(line for line, _ in lines), f"{len(lines)} tables, {gone} rows gone or changed.", sep="\n")
    raise SystemExit(gone > 0)


if __name__ == "__main__":
    main(sys.argv[1])
