"""Readers beside writers: 16 people search, sort and page through a list while 4 register and rename patients.

Run by bench.lists under `clinic.settings`: `python -m bench.side_by_side CLINIC COOKIE read|write SEED`. Each program
has four threads and prints, as JSON, what its requests took in milliseconds, and how many were not answered well.
"""

import json
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from random import Random
from typing import Any
from uuid import uuid4

import django

from bench.server import ROOT, percentiles

SECONDS, THREADS, READERS = 15, 4, 4
PAUSE = 0.05  # seconds between two changes of one writer
QUERIES = (
    "?q=mar", "?q=gonz", "?q=jos%C3%A9+garc%C3%ADa", "?q=smith+j", "?q=8978", "?q=1980-03-04", "", "?sort=-last_score",
    "?sort=date_of_birth", "?sort=practitioner", "?gender=female&age=18-39", "?page=last", "?page=2",
)  # fmt: skip

if __name__ == "__main__":
    django.setup()

from clinic.patients import actions
from clinic.staff.actions import OPERATOR
from clinic.staff.models import Practitioner
from clinic.tenancy.models import Clinic
from clinic.tenancy.scope import clinic_scope
from tests.visitor import Visitor


def read(cookie: str, seed: int, until: float) -> tuple[list[float], int]:
    random, visitor, taken, wrong = Random(seed), Visitor(cookie), list[float](), 0  # noqa: S311
    while time.monotonic() < until:
        begun = time.perf_counter()
        status, _ = visitor.get(f"/patients/{random.choice(QUERIES)}", hx_request="true", hx_target="table")
        taken.append((time.perf_counter() - begun) * 1000)
        wrong += status != "200 OK"
    return taken, wrong


def write(clinic: Clinic, seed: int, until: float) -> tuple[list[float], int]:
    random, taken, mine = Random(seed), list[float](), list[Any]()  # noqa: S311
    while time.monotonic() < until:
        begun, name = time.perf_counter(), f"{random.choice('AGMS')}{uuid4().hex[:8]}"
        with clinic_scope(clinic):
            if mine and random.random() < 0.5:
                actions.update_patient(by=OPERATOR, id=random.choice(mine), version=None, full_name=f"{name} Renamed")
            else:
                values: Any = {"gender": "female", "date_of_birth": "1970-01-01", "record_number": f"N-{name}"}
                user = Practitioner.objects.active().first()
                made = actions.create_patient(by=OPERATOR, user=user, full_name=f"{name} New", **values)
                mine.append(made.pk)
        taken.append((time.perf_counter() - begun) * 1000)
        time.sleep(PAUSE)
    return taken, 0


def main(key: str, cookie: str, kind: str, seed: int) -> None:
    clinic = Clinic.objects.get(pk=key)
    Visitor(cookie).get("/patients/")
    print("ready", flush=True)
    sys.stdin.readline()
    until = time.monotonic() + SECONDS

    def work(number: int) -> tuple[list[float], int]:
        return read(cookie, number, until) if kind == "read" else write(clinic, number, until)

    with ThreadPoolExecutor(THREADS) as pool:
        done = list(pool.map(work, range(seed, seed + THREADS)))
    print(
        json.dumps({"taken": [each for taken, _ in done for each in taken], "wrong": sum(wrong for _, wrong in done)})
    )


def together(key: str, cookie: str, environment: dict[str, str], *, writers: bool) -> dict[str, Any]:
    """Readers, with writers or without, all at once."""
    kinds = ["read"] * READERS + ["write"] * writers
    programs = [
        subprocess.Popen(
            [sys.executable, "-m", "bench.side_by_side", key, cookie, kind, str(number * 100)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=environment,
        )
        for number, kind in enumerate(kinds)
    ]  # fmt: skip
    for program in programs:
        if program.stdout is None or program.stdout.readline() != "ready\n":
            raise SystemExit("A program of readers or writers did not start.")
    for program in programs:
        if program.stdin is not None:
            program.stdin.write("\n")
            program.stdin.flush()
    answers = [json.loads(program.communicate()[0]) for program in programs]
    read_times = [each for answer in answers[:READERS] for each in answer["taken"]]
    return {
        **percentiles(read_times),
        "requests": len(read_times),
        "wrong": sum(answer["wrong"] for answer in answers),
        "writes": sum(len(answer["taken"]) for answer in answers[READERS:]),
    }


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]))
