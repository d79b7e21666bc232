"""A worker of a cluster is killed while people write: no acknowledged write is lost, and others notice nothing.

    bin/citus .venv/bin/python -m bench.lost_worker 6 8 5

has 8 threads write into 6 clinics of its own, each write a transaction. After 5 seconds one worker is killed at once
(SIGKILL); 5 later it is started again, and 5 later everything stops. Then each acknowledged row is looked for.
"""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path
from uuid import UUID, uuid4

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.settings")
django.setup()

from django.core.management import call_command
from django.db import connection, connections

from bench.leaks import BORN, clinics
from clinic.patients.models import Patient
from clinic.staff.models import Practitioner
from clinic.tenancy.lifecycle import placing
from clinic.tenancy.models import Clinic
from clinic.tenancy.scope import clinic_scope

PHASES = ("before", "while it is dead", "after")


class Load:
    """What threads wrote: `acknowledged` by clinic, and how writes went by phase and by where the clinic lives."""

    def __init__(self, chosen: list[Clinic]) -> None:
        self.chosen, self.phase, self.ends = chosen, PHASES[0], False
        self.homes = {clinic.pk: str(placing.places()[clinic.schema_name]) for clinic in chosen}
        self.acknowledged: dict[UUID, list[UUID]] = {clinic.pk: [] for clinic in chosen}
        self.counts: Counter[tuple[str, str, str]] = Counter()

    def write(self, seed: int) -> None:
        draw = random.Random(seed)  # noqa: S311 - a seed, so that a run can be had again
        while not self.ends:
            clinic, key, phase = draw.choice(self.chosen), uuid4(), self.phase
            try:
                with clinic_scope(clinic):
                    person = Practitioner.objects.get()
                    Patient.objects.create(
                        pk=key,
                        user=person,
                        full_name=f"Patient {key}",
                        record_number=key.hex,
                        gender="female",
                        date_of_birth=BORN,
                    )
            except Exception as error:
                how = type(error).__name__
                connection.close()
                time.sleep(0.05)
            else:
                how = "written"
                self.acknowledged[clinic.pk].append(key)
            self.counts[phase, self.homes[clinic.pk], how] += 1
        connection.close()

    def lost(self) -> int:
        """How many acknowledged rows are not there."""
        missing = 0
        for clinic in self.chosen:
            with clinic_scope(clinic):
                there = set(Patient.objects.values_list("pk", flat=True))
            missing += len(set(self.acknowledged[clinic.pk]) - there)
        return missing


def kill(folder: Path) -> list[str]:
    """Kill the server of a folder and everything that it runs; what starts it again."""
    process = int((folder / "postmaster.pid").read_text().split()[0])
    program = Path(f"/proc/{process}/exe").resolve().parent / "pg_ctl"
    children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    for each in (process, *map(int, children)):
        os.kill(each, signal.SIGKILL)
    as_user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] if os.geteuid() == 0 else []
    return [*as_user, str(program), "start", "--silent", "--wait", f"--pgdata={folder}", f"--log={folder}/log"]


def main(count: int, threads: int, seconds: int) -> None:
    call_command("prepare_database")
    call_command("migrate_clinics")
    load = Load(clinics(count))
    target = placing.servers()[-1]
    each = [threading.Thread(target=load.write, args=(seed,)) for seed in range(threads)]
    for thread in each:
        thread.start()
    time.sleep(seconds)
    load.phase = PHASES[1]
    start = kill(Path(target.host))
    time.sleep(seconds)
    began = time.monotonic()
    subprocess.run(start, check=True, cwd="/")
    print(f"started again in {time.monotonic() - began:.1f} s")
    load.phase = PHASES[2]
    time.sleep(seconds)
    load.ends = True
    for thread in each:
        thread.join()
    connections.close_all()
    for (phase, home, how), times in sorted(load.counts.items(), key=lambda row: (PHASES.index(row[0][0]), row[0])):
        print(f"{phase:>16}  {'the killed one' if home == str(target) else 'another':>14}  {how}: {times}")
    lost = load.lost()
    print(f"{lost} lost of {sum(map(len, load.acknowledged.values()))} acknowledged")
    sys.exit(lost > 0)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:4] or (6, 8, 5)))
