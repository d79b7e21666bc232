"""A file of patients brought in by command: 100,000 rows checked, then written into a clinic with its indexes.

`SIZE` is the number of rows, 100,000 without it. The clinic has a hundredth as many patients before, who are others.
Each command is a process of its own, whose memory is what it took at most.
"""

import csv
import io
import os
import subprocess
import sys
import time
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from bench.lists import MEMORY, fill
from bench.reporting import table
from bench.server import FOLDER, ROOT, cpu, prepare, write

HEADINGS = ("Given name", "Family name", "Date of birth", "Gender", "Phone", "Email", "Address")
SYLLABLES = ("ba", "den", "fo", "gri", "hal", "ju", "ker", "lo", "mun", "ni", "pas", "rit", "sol", "tar", "vel", "zo")
AIMS = {"checked": 5, "written": 30}  # seconds for 100,000 rows


class Run(NamedTuple):
    """Seconds on the clock and of the CPU of all of it, megabytes at most, and what the command said."""

    seconds: float
    cpu: float
    memory: float
    said: str


def file_of(rows: int) -> Path:
    """A file of people who are all others: each has a name before their own that nobody has."""
    from clinic.demo.names import name_maker

    random = Random(7)  # noqa: S311
    names, file = name_maker(random), FOLDER / "patients.csv"
    with file.open("w", newline="") as opened:
        written = csv.writer(opened)
        written.writerow(HEADINGS)
        for number in range(rows):
            given, _, family = names()[0].rpartition(" ")
            first = "".join(random.choices(SYLLABLES, k=4)).title()
            day = f"{random.randrange(1930, 2020)}-{random.randrange(1, 13):02}-{random.randrange(1, 29):02}"
            phone, gender = f"020 79{random.randrange(10**5, 10**6)}", random.choice(("female", "male"))
            written.writerow(
                [f"{first} {given}", family, day, gender, phone, f"p{number}@example.org", f"{number} Road"]
            )
    return file


def brought(clinic: str, file: Path, *more: str) -> Run:
    """What the command takes; it ends with 1 where something is wrong with a row, as with the few who are alike."""
    command = [sys.executable, "-m", "bench.importing", clinic, str(file), "--practitioner", "none", *more]
    before, begun = _cpu(), time.perf_counter()
    done = subprocess.run(command, cwd=ROOT, env=os.environ, stdout=subprocess.PIPE, text=True, check=True)
    *said, memory = done.stdout.splitlines()
    return Run(time.perf_counter() - begun, _cpu() - before, float(memory), " ".join(said))


def _cpu() -> float:
    """Of this process, the server and all commands that have ended."""
    return cpu() + sum(os.times()[2:4])


def asked(clinic: str, file: str, *options: str) -> None:
    """The command itself; prints last how many megabytes this process had at most."""
    import django
    from django.core.management import CommandError, call_command

    django.setup()
    try:
        call_command("import_patients", clinic, file, *options)
    except CommandError as error:
        print(str(error)[:200])
    status = Path("/proc/self/status").read_text()  # getrusage has what the parent had at most, too
    print(int(status.partition("VmHWM:")[2].split()[0]) / 1024)


def main() -> None:
    rows = int(os.environ.get("SIZE") or 100_000)
    prepare(**MEMORY)
    from django.core.management import call_command

    from bench.server import superuser

    call_command("migrate_clinics", stdout=io.StringIO())
    with superuser() as connection:
        connection.cursor().execute("CREATE EXTENSION pg_prewarm")
    clinic, file = fill(max(100, rows // 100)).key, file_of(rows)
    runs = {"checked": brought(clinic, file, "--dry-run"), "written": brought(clinic, file, "--good")}
    size = file.stat().st_size / 2**20
    said = f"{rows:,} rows, {size:.0f} MB. “Written” checks the file once more before: that is taken off."
    write("importing", "A file of patients", said, [table(*_told(runs, rows))])


def _told(runs: dict[str, Run], rows: int) -> tuple[list[str], list[list[Any]]]:
    checked = runs["checked"]
    taken = {"checked": checked, "written": runs["written"]._replace(
        seconds=runs["written"].seconds - checked.seconds, cpu=runs["written"].cpu - checked.cpu
    )}  # fmt: skip
    lines = []
    for name, run in taken.items():
        aim = AIMS[name] * rows / 100_000
        kept = "reached" if run.seconds <= aim else "**short**"
        lines.append(
            [name, f"{run.seconds:.1f} s", f"{aim:g} s", kept, f"{run.cpu:.1f} s", f"{run.memory:.0f} MB", run.said]
        )
    return ["what", "took", "aim", "", "CPU of all", "memory", "said"], lines


if __name__ == "__main__":
    if len(sys.argv) > 1:
        asked(*sys.argv[1:])
    else:
        main()
