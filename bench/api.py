"""The JSON API for a program, beside a plain ModelViewSet of REST framework on the same rows in the same run.

`SIZE` is the number of patients, 10,000 without it. A list of 25, a search, a page by cursor at depth 20,000 (in the
middle of a smaller list), changes, a patient created, and `ROWS`, 1,000, in one request. Each subject answers in a
process of its own, one request after another; CPU is that of the process and of all of PostgreSQL. The budgets hold
where the floor (bench/floor.py) takes 2 ms for its first page.
"""

import io
import json
import os
from typing import Any

from bench.lists import BEFORE_DEEP, COUNTED, MEMORY, OWN, PEERS_SETTINGS, Filled, ask, fill
from bench.operations import FRAGMENT
from bench.programs import ROWS
from bench.reporting import FLOOR, Budget, cpu, table, verdict
from bench.server import FOLDER, prepare, superuser, told, write

DEPTH = 20_000
UNLIMITED = {"API_REQUESTS_PER_MINUTE": str(10**9)}
CSRF = "x" * 32  # in the cookie and in the header, as a page of the peer would send it
WORDS = {
    "list": "a list of 25",
    "search": "a search, “gonz”",
    "deep": f"a page behind {DEPTH:,} rows",
    "changes": "a page of changes",
    "create": "a patient created",
    "bulk": f"each of {ROWS:,} created by one request",
}
MOST = {"list": 7, "search": 7, "deep": 7, "changes": 7, "create": 12, "bulk": 3}
Costs = dict[str, dict[str, Any]]


def depth_of(size: int) -> int:
    return min(DEPTH, size // 2)


def token_for(filled: Filled) -> str:
    from django.test import Client

    from clinic.api.actions import create_api_client
    from clinic.staff.actions import OPERATOR
    from clinic.tenancy.models import Clinic

    program, secret = create_api_client(
        clinic=Clinic.objects.get(pk=filled.key), name="Bench", by=OPERATOR, scopes=("write",)
    )
    form = {"grant_type": "client_credentials", "client_id": program.client_id, "client_secret": secret}
    return str(Client(SERVER_NAME="127.0.0.1").post("/o/token/", form).json()["access_token"])


def asked_of(subject: str, more: dict[str, str], asked: dict[str, Any]) -> Costs:
    file = FOLDER / "asked.json"
    file.write_text(json.dumps(asked))
    costs: Costs = told("bench.programs", more, subject, str(file))
    return costs


def ours(filled: Filled) -> Costs:
    path, deep = "/api/v1/patients/", depth_of(filled.size)
    with superuser() as connection, connection.cursor() as cursor:
        cursor.execute(f'SET search_path = "{filled.schema}"')
        cursor.execute(BEFORE_DEEP, [deep - 26])
        before = cursor.fetchone()[0]
        cursor.execute("SELECT id::text FROM staff_practitioner WHERE is_active ORDER BY id LIMIT 1")
        practitioner = cursor.fetchone()[0]
    addresses = {
        "reading": {"list": path, "search": f"{path}?search=gonz"},
        "deep": f"{path}?page={deep // 25}&after={before}",
        "changes": "/api/v1/changes/?page_size=25", "create": path, "bulk": f"{path}bulk/",
    }  # fmt: skip
    headers = {"authorization": f"Bearer {token_for(filled)}"}
    asked = {"cookie": "", "headers": headers, "practitioner": practitioner, "addresses": addresses}
    return asked_of("ours", OWN | UNLIMITED, {**asked, "clinic": filled.key})


def plain(filled: Filled) -> Costs:
    from bench.peers.copying import copy_rows, database_url

    with superuser() as connection, connection.cursor() as cursor:
        copy_rows(cursor, filled.schema)
        cursor.execute("SELECT id::text FROM peers.practitioner ORDER BY id LIMIT 1")
        practitioner = cursor.fetchone()[0]
        environment = PEERS_SETTINGS | {"PEERS_DATABASE_URL": database_url(connection)}
    path, page = "/api/patients/", depth_of(filled.size) // 25 + 1
    reading = {"list": path, "search": f"{path}?search=gonz", "deep": f"{path}?page={page}"}
    cookie = f"{told('bench.peers.people', environment)}; csrftoken={CSRF}"
    addresses = {"reading": reading, "create": path, "bulk": path}
    asked = {"cookie": cookie, "headers": {"x_csrftoken": CSRF}, "practitioner": practitioner, "addresses": addresses}
    return asked_of("plain", environment, asked)


def floor_of(filled: Filled) -> float:
    """Milliseconds of CPU that the floor's first page takes here."""
    asked: dict[str, Any] = {"cookie": filled.cookie}
    asked["operations"] = [["first page", "fragment", "/patients/", FRAGMENT]]
    file = FOLDER / "asked.json"
    file.write_text(json.dumps(asked))
    asked["recorded"] = told("bench.recording", OWN, str(file))
    return cpu(ask("floor", OWN, asked)["first page", "fragment"])


def of_one(name: str, cost: dict[str, Any]) -> float:
    """Milliseconds of CPU, of one row where many are made."""
    return cpu(cost) / (ROWS if name == "bulk" else 1)


def budgets(costs: Costs, floor: float) -> list[Budget]:
    found = {name: of_one(name, costs[name]) * FLOOR / floor for name in MOST}
    return [(WORDS[name], f"{found[name]:.2f}", str(most), found[name] <= most) for name, most in MOST.items()]


def lines(costs: Costs, other: Costs) -> list[list[str]]:
    rows = []
    for name, words in WORDS.items():
        for subject, found in (("ours", costs), ("plain REST framework", other)):
            if cost := found.get(name):
                rows.append([
                    words, subject, f"{of_one(name, cost):.2f}", f"{cost['app']:.2f}", f"{cost['database']:.2f}",
                    f"{cost['p50']:.2f}", f"{cost['p95']:.2f}", str(cost["statements"]), f"{cost['bytes'] / 1024:.1f}",
                ])  # fmt: skip
    return rows


def main() -> None:
    prepare(**MEMORY, **COUNTED)
    from django.core.management import call_command

    call_command("migrate_clinics", stdout=io.StringIO())
    call_command("collectstatic", interactive=False, verbosity=0)
    with superuser() as connection, connection.cursor() as cursor:
        cursor.execute("CREATE EXTENSION pg_stat_statements")
        cursor.execute("CREATE EXTENSION pg_prewarm")
    filled = fill(int(os.environ.get("SIZE") or 10_000))
    floor, costs, other = floor_of(filled), ours(filled), plain(filled)
    kept = [[name, found, most, verdict(is_kept)] for name, found, most, is_kept in budgets(costs, floor)]
    head = f"CPU, ms where the floor takes {FLOOR} (here {floor:.2f})"
    parts = [
        table([head, "measured", "at most", ""], kept),
        table(["what", "by", "CPU ms of one", "of the request: application", "PostgreSQL", "p50 ms", "p95 ms",
               "statements", "KB"], lines(costs, other)),
    ]  # fmt: skip
    print(*parts, sep="\n\n")
    where = "Each subject answers in one process, one request after another; CPU is that of the process and of all of "
    write("api", f"The JSON API with {filled.size:,} patients", f"{where}PostgreSQL.", parts)


if __name__ == "__main__":
    main()
