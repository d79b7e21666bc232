"""Many threads, many clinics, few server connections: counts answers that came from the wrong clinic.

A program of its own, since the database backend is chosen at start: it reads its task as JSON from standard input
(`tests.tenancy.test_pooling.task`) and prints what it found. Each clinic has one patient, named like nobody else's.
"""

import itertools
import json
import random
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from typing import Any

import django
import psycopg2

READ = "SELECT full_name, current_setting('search_path'), current_user FROM patients_patient"
LEFT = """
SELECT pg_backend_pid(), current_setting('role'), current_setting('search_path'),
       ARRAY(SELECT name FROM pg_settings WHERE source = 'session' AND name <> ALL (%s)),
       (SELECT count(*) FROM pg_prepared_statements) + (SELECT count(*) FROM pg_cursors WHERE is_holdable)
       + (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid())
"""
# What PgBouncer itself keeps as each client asked for it at start.
FOLLOWED = ["application_name", "client_encoding", "DateStyle", "standard_conforming_strings", "TimeZone"]


@contextmanager
def stock(clinic: Any) -> Iterator[None]:
    """A clinic as django-tenants has it: a setting of the session."""
    from django.db import connection

    connection.set_schema(clinic.schema_name)  # type: ignore[attr-defined]
    yield


def read() -> list[Any]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(READ)
        return list(cursor.fetchall())


def visit(enter: Any, clinic: Any, name: str, number: int) -> str:
    """One request; `right`, `wrong` or how it failed. Every few do what a request may also do: fail, write, nest."""
    from django.db import connection, transaction

    if enter is stock:
        with enter(clinic):
            return "right" if [row[0] for row in read()] == [name] else "wrong"
    expected = [(name, f"{clinic.schema_name}, public", clinic.schema_name)]
    with connection.cursor() as cursor:  # as the middleware does before it opens the scope
        cursor.execute("SELECT current_setting('role'), count(*) FROM accounts_session")
        outside = cursor.fetchone()[0]
    found = []
    with suppress(ZeroDivisionError), enter(clinic):
        if number % 5 == 0:
            with suppress(django.db.Error), connection.cursor() as cursor:
                cursor.execute("SELEC 1")
        if number % 7 == 0:
            with suppress(django.db.Error), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("UPDATE patients_patient SET full_name = 'x', gender = 'none of these'")
        if number % 11 == 0:
            with enter(clinic):
                found += read()
        found += read()
        if number % 3 == 0:
            with connection.cursor() as cursor:
                cursor.execute("UPDATE patients_patient SET full_name = 'somebody else'")
            1 / 0  # noqa: B018
    return "right" if outside == "none" and set(found) == set(expected) else "wrong"


def ask(visitor: Any, name: str, others: set[str]) -> str:
    """One request through the WSGI application."""
    status, page = visitor.get("/patients/", hx_request="true", hx_target="table")
    if status != "200 OK":
        return status
    return "right" if name in page and not any(other in page for other in others) else "wrong"


def work(task: dict[str, Any], numbers: Iterator[int], counts: Counter[str]) -> None:
    from django.db import close_old_connections, connection

    from clinic.tenancy.models import Clinic
    from clinic.tenancy.scope import clinic_scope
    from tests.visitor import Visitor

    enter = stock if task["stock"] else clinic_scope
    clinics = [(Clinic(pk=pk, schema_name=schema), name) for pk, schema, name in task["clinics"]]
    visitors = [(Visitor(cookie), name) for cookie, name in task["visitors"]]
    names = {name for _, name in clinics}
    for number in iter(lambda: next(numbers), None):
        if number >= task["requests"]:
            break
        try:
            if visitors and number % task["every"] == 0:
                visitor, name = random.choice(visitors)  # noqa: S311
                outcome = ask(visitor, name, names - {name})
            else:
                clinic, name = random.choice(clinics)  # noqa: S311
                outcome = visit(enter, clinic, name, number)
                close_old_connections()
        except Exception as error:
            outcome = type(error).__name__
        counts[outcome] += 1
    connection.close()


def left_behind(url: str, servers: int) -> list[Any]:
    """What each server connection still has set, asked by holding all of them at once."""
    found: dict[int, Any] = {}
    with ExitStack() as stack:
        for _ in range(servers):
            cursor = stack.enter_context(closing(psycopg2.connect(url))).cursor()
            cursor.execute(LEFT, [FOLLOWED])
            row = cursor.fetchone()
            assert row
            found[row[0]] = list(row[1:])
    return [state for state in found.values() if state != ["none", "public", [], 0]] + [None] * (servers - len(found))


def main() -> None:
    task = json.load(sys.stdin)
    django.setup()
    counts: Counter[str] = Counter()
    numbers, started = itertools.count(), time.monotonic()
    threads = [threading.Thread(target=work, args=[task, numbers, counts]) for _ in range(task["threads"])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.monotonic() - started
    left = left_behind(task["url"], task["servers"])
    json.dump({"outcomes": counts, "left": left, "seconds": round(seconds, 1)}, sys.stdout)


if __name__ == "__main__":
    main()
