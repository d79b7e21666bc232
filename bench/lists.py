"""Lists of 1,000 to 1,000,000 patients: every operation as page, fragment and JSON, beside baselines on the same rows.

`SIZE` is the largest number of patients, 1,000 without it; three times as many assessments. Each subject answers in a
process of its own, one request after another; CPU is that of the process and of all of PostgreSQL. Statements are
those that pg_stat_statements counts, transactions and settings included.
"""

import io
import json
import os
from collections.abc import Mapping
from compileall import compile_dir
from functools import partial
from typing import Any, NamedTuple

import psutil

from bench.operations import DEEP, Operation, operations
from bench.reporting import Costs, Results, report
from bench.server import FOLDER, ROOT, prepare, settle, superuser, timed, told

SIZES = (1_000, 100_000, 1_000_000)
# A quarter of the machine's, as PostgreSQL's documentation recommends for a server of its own.
BUFFERS = f"{psutil.virtual_memory().total // 4 // 2**20}MB"
MEMORY = {"shared_buffers": BUFFERS, "maintenance_work_mem": "256MB", "max_wal_size": "4GB"}
COUNTED = {"shared_preload_libraries": "pg_stat_statements", "pg_stat_statements.track": "top"}
OWN = {"DJANGO_SETTINGS_MODULE": "clinic.settings"}
BEFORE_DEEP = """
SELECT id FROM patients_patient WHERE archived_at IS NULL ORDER BY filed_as, given_as, id LIMIT 1 OFFSET %s
"""
PEERS_SETTINGS = {"DJANGO_SETTINGS_MODULE": "bench.peers.settings"}
# The words that every baseline is asked for, and where ours has the same.
COMPARED = ("gonz", "m", "mar")


class Filled(NamedTuple):
    """A clinic with so many patients, its member's cookie, and what it took to fill it."""

    size: int
    key: str
    schema: str
    cookie: str
    seconds: float


def email(size: int) -> str:
    return f"of-{size}@bench.test"


def fill(size: int) -> Filled:
    from clinic.access import Role
    from clinic.demo.fill import fill_clinic
    from clinic.staff import actions

    user = actions.create_user(email=email(size), name="Bench", password="p")
    clinic = actions.create_clinic(name=f"Of {size}", owner=user, by=actions.OPERATOR)
    actions.add_member(clinic=clinic, user=user, role=Role.CLINICIAN, by=actions.OPERATOR)
    seconds = timed(
        partial(fill_clinic, clinic=clinic, patients=size, assessments=3 * size, seed=1, by=actions.OPERATOR)
    )
    settle()
    warm(clinic.schema_name)
    return Filled(size, str(clinic.pk), clinic.schema_name, cookie_of(size), seconds)


def cookie_of(size: int) -> str:
    """A cookie of the member of the clinic with so many patients, who signs in now: an idle session ends."""
    from django.conf import settings
    from django.test import Client

    from clinic.accounts.models import User

    client, name = Client(), settings.SESSION_COOKIE_NAME
    client.force_login(User.objects.get(email=email(size)))
    return f"{name}={client.cookies[name].value}"


def warm(schema: str) -> None:
    """Read a clinic's tables and indexes into memory, where a server has them that has run for a while.

    Indexes are built beside it: the first to touch a page of one would pay for reading it.
    """
    with superuser() as connection, connection.cursor() as cursor:
        cursor.execute("SELECT sum(pg_prewarm(oid)) FROM pg_class WHERE relnamespace = %s::regnamespace AND relkind "
                       "IN ('r', 'i')", [schema])  # fmt: skip


def asked_of(filled: Filled) -> list[Operation]:
    """What to ask of a clinic: the deep page begins behind a row that is looked up."""
    pages = filled.size // 25
    with superuser() as connection, connection.cursor() as cursor:
        cursor.execute(f'SET search_path = "{filled.schema}"')
        cursor.execute(BEFORE_DEEP, [25 * (min(DEEP, max(2, pages // 2)) - 1) - 1])
        deep = cursor.fetchone()[0]
        cursor.execute("SELECT record_number FROM patients_patient ORDER BY id LIMIT 1")
        return operations(str(deep), cursor.fetchone()[0], pages=pages)


def ask(subject: str, environment: Mapping[str, str], asked: dict[str, Any]) -> Costs:
    file = FOLDER / "asked.json"
    file.write_text(json.dumps(asked))
    return {(cost["name"], cost["kind"]): cost for cost in told("bench.asking", environment, subject, str(file))}


def ours_and_floor(filled: Filled) -> tuple[Costs, Costs]:
    asked = {"cookie": filled.cookie, "operations": [[*each, each.headers] for each in asked_of(filled)]}
    ours = ask("ours", OWN, asked)
    file = FOLDER / "asked.json"
    asked["recorded"] = told("bench.recording", OWN, str(file))
    return ours, ask("floor", OWN, asked)


def grown(small: Filled, large: Filled) -> dict[tuple[str, str], tuple[float, float]]:
    """The p95 of every operation in both clinics, asked in turn."""
    operations = [[[*each, each.headers] for each in asked_of(filled)] for filled in (small, large)]
    file = FOLDER / "asked.json"
    cookies = [cookie_of(filled.size) for filled in (small, large)]
    file.write_text(json.dumps({"cookies": cookies, "operations": operations}))
    return {(name, kind): (few, many) for name, kind, few, many in told("bench.pairing", OWN, str(file))}


def peers(filled: Filled) -> dict[str, Costs]:
    """The baselines, on a copy of the same rows in tables as usually written."""
    from bench.peers.copying import copy_rows, database_url
    from bench.peers.operations import HEADERS, OPERATIONS, PAGE, SEARCH, address

    with superuser() as connection, connection.cursor() as cursor:
        copy_rows(cursor, filled.schema)
        environment = PEERS_SETTINGS | {"PEERS_DATABASE_URL": database_url(connection)}
    cookie = told("bench.peers.people", environment)
    number = min(DEEP, max(2, filled.size // 50))
    costs = {}
    for peer, addresses in OPERATIONS.items():
        kind = "json" if peer == "REST framework" else "fragment" if peer in HEADERS else "page"
        named = {name: address(peer, name) for name in addresses if name not in (SEARCH, PAGE)}
        named |= {f"search {word}": address(peer, SEARCH, word=word) for word in COMPARED}
        named |= {"page jump, deep": address(peer, PAGE, page=number)}
        headers = {name.replace("-", "_"): value for name, value in HEADERS.get(peer, {}).items()}
        asked = [[name, kind, where, headers] for name, where in named.items()]
        costs[peer] = ask(peer, environment, {"cookie": cookie, "operations": asked})
    return costs


def main() -> None:
    largest = int(os.environ.get("SIZE") or SIZES[0])
    prepare(**MEMORY, **COUNTED)
    from django.core.management import call_command

    from bench.side_by_side import together

    call_command("migrate_clinics", stdout=io.StringIO())
    call_command("collectstatic", interactive=False, verbosity=0)
    compile_dir(ROOT / "clinic", quiet=1)  # as in the image: a start is not the compiler's time
    with superuser() as connection, connection.cursor() as cursor:
        cursor.execute("CREATE EXTENSION pg_stat_statements")
        cursor.execute("CREATE EXTENSION pg_prewarm")
    results: dict[int, dict[str, Costs]] = {}
    clinics: list[Filled] = []
    for size in (size for size in SIZES if size <= largest):
        filled = fill(size)
        clinics.append(filled)
        ours, floor = ours_and_floor(filled)
        results[size] = {"ours": ours, "floor": floor, **peers(filled)}
    growth = grown(clinics[0], filled)
    searching = told("bench.searching", OWN, filled.key)
    completing = told("bench.completing", OWN, filled.key, email(filled.size))
    starting = told("bench.starting", OWN, filled.cookie)
    today = told("bench.today", OWN, filled.cookie)
    beside = [together(filled.key, filled.cookie, os.environ | OWN, writers=writers) for writers in (False, True)]
    report(Results(results, filled.seconds, searching, completing, starting, beside, today, growth))


if __name__ == "__main__":
    main()
