"""Does a test notice? Changes the code in small ways, one at a time, and runs the room's tests that reach the line.

`make mutants` tries 60 changes of each room and writes docs/mutants.md; `ROOMS="jobs access"` tries some rooms, and
keeps what is written of the others. Each change is made in a copy of the tree that has a database server of its own.
"""

import argparse
import json
import math
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from queue import Empty, Queue
from random import Random
from typing import Any

from bench.choosing import chosen
from bench.mutating import Change, Module
from bench.rooms import MEANINGLESS, ROOMS

ROOT = Path(__file__).resolve().parent.parent
VAR = ROOT / "var" / "mutants"
PYTHON = str(ROOT / ".venv" / "bin" / "python")
TREES = 2
IGNORED = ("migrations", "__init__.py", "management")

running: set[int] = set()  # groups of processes, some of which a change may have made endless


def end_all(number: int, _frame: object) -> None:
    """Leave no test behind when this program is stopped."""
    for group in list(running):
        with suppress(ProcessLookupError):
            os.killpg(group, signal.SIGKILL)
    os._exit(128 + number)


@dataclass
class Tried:
    room: str
    change: Change
    tests: int
    outcome: str
    seconds: float

    @property
    def key(self) -> tuple[str, str]:
        return self.change.function, f"{' '.join(self.change.before.split())} -> {' '.join(self.change.text.split())}"


def changes(patterns: tuple[str, ...]) -> list[Change]:
    found: list[Change] = []
    paths = {pattern: list((ROOT / "clinic").glob(pattern)) for pattern in patterns}
    if gone := [pattern for pattern, files in paths.items() if not files]:
        raise SystemExit(f"bench/rooms.py names what is not there: {', '.join(gone)}")
    for path in sorted({path for files in paths.values() for path in files}):
        if not set(path.parts) & set(IGNORED):
            found += Module(path, str(path.relative_to(ROOT / "clinic"))).changes()
    return found


def reach(tests: list[str]) -> dict[str, Any]:
    """Which lines each test reaches that passes on the code as it is, and how long it takes."""
    folder = VAR / "reached"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    command = [PYTHON, "-m", "pytest", "-p", "tests.reached", "-n", str(TREES), "--dist", "worksteal",
               "-p", "no:cacheprovider", *tests]  # fmt: skip
    if subprocess.run(command, cwd=ROOT, env=os.environ | {"REACHED": str(folder)}).returncode > 1:
        raise SystemExit("The tests do not run on the code as it is: mend that first.")
    return {test: found for file in folder.glob("*.json") for test, found in json.loads(file.read_text()).items()}


class Tree:
    """A copy of what is tested, where changes are made."""

    def __init__(self, number: int) -> None:
        self.folder = VAR / f"tree{number}"
        shutil.rmtree(self.folder, ignore_errors=True)
        listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
        for name in filter(None, listed.stdout.split("\0")):
            (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
            if (ROOT / name).exists():
                shutil.copy2(ROOT / name, self.folder / name)
        with suppress(FileNotFoundError):
            shutil.copytree(ROOT / ".mypy_cache", self.folder / ".mypy_cache", copy_function=shutil.copy2)
        templates = self.folder / "var" / "test" / "templates"
        templates.mkdir(parents=True)
        (templates / template()).symlink_to(ROOT / "var" / "test" / "templates" / template())

    def run(self, command: list[str], patience: float, **environment: str) -> int | None:
        """The code that a command ends with; None for one that had to be ended."""
        with (self.folder / "var" / "log").open("w") as output:
            process = subprocess.Popen(
                [PYTHON, *command], cwd=self.folder, stdout=output, stderr=output, start_new_session=True,
                env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1", **environment},
            )  # fmt: skip
            running.add(process.pid)
            try:
                return process.wait(timeout=patience)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
                return None
            finally:
                running.discard(process.pid)

    def noticed(self, tests: list[str], patience: float, **environment: str) -> str:
        """How the change that is in the tree is noticed, by the tests or else by the checks of `make lint`."""
        if tests:
            names = self.folder / "var" / "tests.txt"
            names.write_text("\n".join(tests))
            code = self.run(["-m", "pytest", "-x", "-p", "no:cacheprovider", f"@{names}"], patience, **environment)
            if code != 0:
                return {1: "noticed", None: "noticed: it never ended"}.get(code, "noticed: it did not start")
        for check in (["manage.py", "makemigrations", "--check", "--dry-run"], ["-m", "mypy"]):
            if self.run(check, 300.0):
                return "noticed: by a check"
        return "survived"

    def attempt(self, room: str, change: Change, reached: dict[str, Any]) -> Tried:
        tests, in_tests = chosen(change, reached)
        began = time.monotonic()
        path = self.folder / "clinic" / change.path
        source = path.read_bytes()
        path.write_bytes(change.of(source))
        try:
            patience = 60 + 5 * sum(reached[test]["seconds"] for test in tests)
            outcome = self.noticed(tests, patience, **({"TEST_TEMPLATE": template()} if in_tests else {}))
        finally:
            path.write_bytes(source)
        return Tried(room, change, len(tests), outcome, time.monotonic() - began)


def template() -> str:
    """The newest filled database: of the unchanged code, since `reach` has just used it."""
    folder = ROOT / "var" / "test" / "templates"
    return max((path for path in folder.iterdir() if not path.suffix), key=lambda path: path.stat().st_mtime).name


def try_all(wanted: list[tuple[str, Change]], reached: dict[str, Any], minutes: float) -> list[Tried]:
    """What became of each, in the order of `wanted`; none is begun after so many minutes."""
    end = time.monotonic() + 60 * minutes
    queue: Queue[tuple[str, Change]] = Queue()
    for each in wanted:
        queue.put(each)
    tried: list[Tried] = []

    def work(number: int) -> None:
        tree = Tree(number)
        while time.monotonic() < end:
            try:
                room, change = queue.get_nowait()
            except Empty:
                return
            done = tree.attempt(room, change, reached)
            tried.append(done)
            sys.stdout.write(f"{len(tried)}/{len(wanted)} {room} {done.outcome} ({done.tests} tests, "
                             f"{done.seconds:.0f} s) {change}\n")  # fmt: skip
            sys.stdout.flush()

    threads = [threading.Thread(target=work, args=[number]) for number in range(TREES)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return tried


def interval(noticed: int, of: int) -> str:
    """Wilson's, at 95 %."""
    if not of:
        return "-"
    z, share = 1.96, noticed / of
    middle = (share + z * z / (2 * of)) / (1 + z * z / of)
    half = z / (1 + z * z / of) * math.sqrt(share * (1 - share) / of + z * z / (4 * of * of))
    return f"{100 * (middle - half):.0f} to {100 * min(1, middle + half):.0f} %"


@dataclass(frozen=True)
class Row:
    """What docs/mutants.md says of one room: its line of the table, and what was not noticed."""

    line: str
    left: tuple[str, ...] = ()


def row_of(room: str, tried: list[Tried], possible: int, told: str) -> Row:
    nothing = [one for one in tried if one.outcome == "survived" and one.key in MEANINGLESS]
    noticed = [one for one in tried if one.outcome != "survived"]
    left = [one for one in tried if one.outcome == "survived" and one.key not in MEANINGLESS]
    of, by_check = len(tried) - len(nothing), sum(one.outcome == "noticed: by a check" for one in noticed)
    share = f"{100 * len(noticed) / of:.0f} %" if of else "-"
    figures = f"{possible} | {len(tried)} | {len(nothing)} | {len(noticed)} | {by_check} | {share}"
    line = f"| {room} | {figures} | {interval(len(noticed), of)} | {told} |"
    return Row(line, tuple(sorted(f"- {room}: {one.change}" for one in left)))


def kept(output: Path) -> dict[str, Row]:
    """What is written of each room."""
    lines = output.read_text().splitlines() if output.exists() else []
    found = {}
    for room in ROOMS:
        rows = [line for line in lines if line.startswith(f"| {room} |")]
        if rows:
            found[room] = Row(rows[0], tuple(line for line in lines if line.startswith(f"- {room}: ")))
    return found


def report(rows: dict[str, Row]) -> str:
    lines = [
        "# Changes that the tests notice",
        "",
        "`make mutants`: small changes of a room's code, one at a time, and those of its tests (`bench/rooms.py`) that",
        "reach the changed line. What they do not notice is put to the checks of `make lint`, which `make test` runs",
        "beside them. The interval is Wilson's at 95 %, for all changes of a room. What means nothing is not counted.",
        "",
        "| room | possible | tried | mean nothing | noticed | of these by a check | share | interval | seed, day, of |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    told = [rows.get(room, Row(f"| {room} | not run | | | | | | | |")) for room in ROOMS]
    lines += [row.line for row in told]
    lines += ["", "## Not noticed", ""]
    lines += [line for row in told for line in row.left] or ["Nothing."]
    lines += ["", "## Means nothing, by function", ""]
    lines += [f"- `{function}`: `{change}`: {reason}" for (function, change), reason in sorted(MEANINGLESS.items())]
    return "\n".join(lines) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=60)
    parser.add_argument("--minutes", type=float, default=60.0 * len(ROOMS))
    parser.add_argument("--known", action="store_true", help="take the lines that tests reach from the last run")
    parser.add_argument("--output", type=Path, default=ROOT / "docs" / "mutants.md")
    parser.add_argument("rooms", nargs="*", default=list(ROOMS))
    options = parser.parse_args()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, end_all)
    known = VAR / "reached.json"
    if not options.known:
        known.parent.mkdir(parents=True, exist_ok=True)
        known.write_text(json.dumps(reach(sorted({path for room in options.rooms for path in ROOMS[room].tests}))))
    reached = json.loads(known.read_text())
    wanted, possible = [], {}
    for room in options.rooms:
        every = changes(ROOMS[room].code)
        possible[room] = len(every)
        drawn = Random(f"{options.seed} {room}").sample(every, min(options.count, len(every)))  # noqa: S311
        wanted += [(room, change) for change in drawn]
    Random(options.seed).shuffle(wanted)  # noqa: S311  # so that a run that is cut short says something of every room
    tried = try_all(wanted, reached, options.minutes)
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True)
    told = f"{options.seed}, {datetime.now(UTC):%Y-%m-%d}, {commit.stdout.strip()}"
    rows = {
        room: row_of(room, [one for one in tried if one.room == room], possible[room], told) for room in options.rooms
    }
    options.output.write_text(report(kept(options.output) | rows))


if __name__ == "__main__":
    main()
