"""Parts of the running record are killed while programs write; what was acknowledged is looked for afterwards.

    python -m bench.crash run 500 100 100 20000

kills web workers 500 times, PostgreSQL 100 times, and PgBouncer and the worker 100 times together, until 20,000 writes
were acknowledged. A program that gets no answer, or 503, sends the same again. An acknowledged write that is not there
is lost; a record and the trail that do not agree are half a write; two events for one write are a double one.

`control` has PostgreSQL acknowledge before it has written (`synchronous_commit=off`), and must find losses; a `trial`
leaves bench/results as it is.
"""

import io
import random
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from http.client import HTTPException
from itertools import count
from pathlib import Path
from string import ascii_lowercase
from typing import Any
from uuid import uuid4

from bench.reporting import table
from bench.server import DATA, prepare, superuser, write
from bench.stack import Program, Stack, clinic_with_program
from tests.patience import PATIENCE

WRITERS = 8
TRIES = 300
UNLIMITED = {"API_REQUESTS_PER_MINUTE": str(10**9)}
FORGETFUL = {"synchronous_commit": "off", "wal_writer_delay": "10s"}


@dataclass
class Written:
    """What one writer was told about its patients: their names, and the addresses that were acknowledged, in order."""

    names: dict[str, str] = field(default_factory=dict)
    addresses: dict[str, list[str]] = field(default_factory=dict)
    statuses: Counter[str] = field(default_factory=Counter)
    given_up: int = 0


def word(draw: random.Random) -> str:
    return "".join(draw.choices(ascii_lowercase, k=9)).title()


def somebody(draw: random.Random) -> dict[str, Any]:
    """A new patient. One of fifty resembles others, whom another writer may change at the same moment."""
    is_alike = draw.random() < 0.02
    name = f"Ada {word(draw)} Bell" if is_alike else f"{word(draw)} {word(draw)}"
    born = "1961-03-12" if is_alike else f"{draw.randint(1930, 2020)}-{draw.randint(1, 12):02}-15"
    return {"full_name": name, "gender": "female", "date_of_birth": born, "user": None}


class Writers:
    """Programs that register patients and change their addresses, until they are told to end."""

    def __init__(self, stack: Stack, token: str) -> None:
        self.ends, self.each = threading.Event(), [Written() for _ in range(WRITERS)]
        self.threads = [
            threading.Thread(target=self._write, args=(Program(stack.port, token), written, seed))
            for seed, written in enumerate(self.each)
        ]
        for thread in self.threads:
            thread.start()

    def acknowledged(self) -> int:
        return sum(len(it.names) + sum(map(len, it.addresses.values())) for it in self.each)

    def end(self) -> None:
        self.ends.set()
        for thread in self.threads:
            thread.join()

    def _write(self, program: Program, written: Written, seed: int) -> None:
        draw = random.Random(seed)  # noqa: S311 - a seed, so that a run can be had again
        for number in count():
            if self.ends.is_set():
                break
            if written.names and draw.random() < 0.5:
                key, address = draw.choice(list(written.names)), f"{number} {word(draw)} Lane"
                if self._send(program, written, "PATCH", f"/api/v1/patients/{key}/", {"address": address}):
                    written.addresses.setdefault(key, []).append(address)
            else:
                key, body = str(uuid4()), somebody(draw)
                name = body["full_name"]
                if self._send(program, written, "POST", "/api/v1/patients/", {"id": key, **body}):
                    written.names[key] = name
        program.close()

    def _send(self, program: Program, written: Written, method: str, path: str, body: dict[str, Any]) -> bool:
        """Send the same until it is acknowledged; False where that was given up."""
        for _ in range(TRIES):
            try:
                status, _ = program.ask(method, path, body)
            except (OSError, HTTPException):
                written.statuses["no answer"] += 1
            else:
                written.statuses[str(status)] += 1
                if status < 300:
                    return True
                if status < 500:
                    break
            time.sleep(0.1)
        written.given_up += 1
        return False


def judged(schema: str, writers: Writers, data: Path = DATA) -> dict[str, int]:
    """How many acknowledged writes are lost, are there by half, or twice; what was given up may be there once."""
    with superuser(data=data) as connection, connection.cursor() as cursor:
        cursor.execute(f'SET search_path = "{schema}", public')
        cursor.execute("SELECT id::text, full_name, address, version FROM patients_patient")
        rows = {key: (name, address, version) for key, name, address, version in cursor.fetchall()}
        cursor.execute("SELECT patient_id::text, action, changes FROM audit_auditevent WHERE patient_id IS NOT NULL")
        events = cursor.fetchall()
    created = Counter(key for key, action, _ in events if action == "patient.created")
    changed = Counter((key, changes["address"][1]) for key, action, changes in events if action == "patient.changed")
    of_patient = Counter(key for key, _ in changed.elements())
    lost = half = 0
    for written in writers.each:
        lost += sum(rows.get(key, ("",))[0] != name for key, name in written.names.items())
        lost += sum((key, address) not in changed for key, all_ in written.addresses.items() for address in all_)
    for key, (_, address, version) in rows.items():
        half += created[key] == 0 or version != 1 + of_patient[key] or bool(address and (key, address) not in changed)
    half += len(set(created) - set(rows))
    double = sum(times > 1 for times in (*created.values(), *changed.values()))
    return {"lost": lost, "half": half, "double": double}


def kill_all(stack: Stack, writers: Writers, kills: Counter[str], acknowledged: int) -> None:
    """Kill in an order by chance, spread over the writes, until each part was killed so often."""
    draw = random.Random(1)  # noqa: S311 - a seed, so that a run can be had again
    todo = list(kills.elements())
    draw.shuffle(todo)
    for number, part in enumerate(todo, 1):
        wait_for(writers, acknowledged * number // (len(todo) + 1))
        if part == "web worker":
            stack.kill_web_worker(draw.randrange(8))
        else:
            {"PostgreSQL": stack.kill_postgres, "PgBouncer": stack.kill_pooler, "worker": stack.kill_jobs}[part]()
    wait_for(writers, acknowledged)


def wait_for(writers: Writers, acknowledged: int) -> None:
    last, since = -1, time.monotonic()
    while (now := writers.acknowledged()) < acknowledged:
        if now > last:
            last, since = now, time.monotonic()
        if time.monotonic() > since + PATIENCE:
            raise TimeoutError(f"Nothing was acknowledged for {PATIENCE} seconds.")
        time.sleep(0.05)


def run(name: str, kills: Counter[str], acknowledged: int) -> dict[str, int]:
    """What is lost, half and double after so many kills, and what was answered."""
    clinic, token = clinic_with_program(name)
    with superuser() as connection, connection.cursor() as cursor:
        cursor.execute("CHECKPOINT")  # what the programs need is kept, also where PostgreSQL acknowledges too early
    stack = Stack(**UNLIMITED)
    writers = Writers(stack, token)
    try:
        kill_all(stack, writers, kills, acknowledged)
    finally:
        writers.end()
        if any("500" in written.statuses for written in writers.each):
            print(stack.errors())
        stack.stop()
    return {"acknowledged": writers.acknowledged(), **judged(clinic.schema_name, writers), **answers(writers)}


def answers(writers: Writers) -> dict[str, int]:
    """How many writes were given up, and how often each status was answered."""
    statuses: Counter[str] = sum((written.statuses for written in writers.each), Counter())
    return {"given up": sum(written.given_up for written in writers.each), **dict(sorted(statuses.items()))}


def set_up(**settings: str) -> None:
    prepare(durable=True, **settings)
    from django.core.management import call_command

    call_command("migrate_clinics", stdout=io.StringIO())


def main(kind: str, web: int, postgres: int, others: int, acknowledged: int) -> None:
    is_control = kind == "control"
    set_up(**(FORGETFUL if is_control else {}))
    kills = Counter(
        {"web worker": web, "PostgreSQL": postgres, "PgBouncer": others // 2, "worker": others - others // 2}
    )
    found = run(kind.title(), kills, acknowledged)
    shown = table(["what", "how many"], [[what, f"{number:,}"] for what, number in {**kills, **found}.items()])
    print(f"{kind}\n\n{shown}")
    if is_control:
        sys.exit(found["lost"] == 0)
    if kind == "run":
        keep(shown)
    sys.exit(any(found[what] for what in ("lost", "half", "double")) or "500" in found)


def keep(shown: str) -> None:
    from django.db import connections

    connections.close_all()  # PostgreSQL was killed beneath them
    where = "Behind PgBouncer, Gunicorn with two workers, a worker; eight programs write."
    write("crash", "What is left after kills", where, [shown], durable=True)


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:6]))
