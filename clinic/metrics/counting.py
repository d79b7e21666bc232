"""Counting what happens, in files that the processes of one server share.

A process that serves no metrics counts nothing, and never loads the package. One that does has a slot of the folder,
which is another's after its end: a killed process leaves no file, and what it counted goes on.
"""

import fcntl
import os
import shutil
import tempfile
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

from clinic.metrics.declared import METRICS, SECONDS, Kind, Metric

FOLDER = "PROMETHEUS_MULTIPROC_DIR"  # the package reads it
PREFIX = "clinic-metrics-"
kept: dict[str, Any] = {}  # metrics of this process by name; empty where it serves none
held: list[int] = []  # keeps the slot's lock as long as this process lives


def make_folder() -> Path:
    """A folder in memory for this process and its children; what servers that were killed left there is removed."""
    memory = Path("/dev/shm")  # noqa: S108
    place = memory if os.access(memory, os.W_OK) else Path(tempfile.gettempdir())
    for left in place.glob(f"{PREFIX}*"):
        if not _lives(left.name.removeprefix(PREFIX).partition("-")[0]):
            shutil.rmtree(left, ignore_errors=True)
    folder = tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-", dir=place)
    os.environ[FOLDER] = folder
    return Path(folder)


def remove_folder() -> None:
    if folder := os.environ.pop(FOLDER, ""):
        shutil.rmtree(folder, ignore_errors=True)


def _lives(pid: str) -> bool:
    with suppress(ProcessLookupError, ValueError):
        with suppress(PermissionError):
            os.kill(int(pid), 0)
        return True
    return False


def take_slot(folder: Path) -> tuple[int, int]:
    """The first number that no living process has, and the open file whose lock says so."""
    number = 0
    while True:
        handle = os.open(folder / f"slot-{number}", os.O_CREAT | os.O_RDWR, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
            number += 1
        else:
            return number, handle


def begin() -> None:
    """Count in this process from now on, in the folder that its parent or it made."""
    from prometheus_client import CollectorRegistry, Counter, Histogram, values

    number, handle = take_slot(Path(os.environ[FOLDER]))
    held.append(handle)
    package: Any = values
    package.ValueClass = package.MultiProcessValue(process_identifier=lambda: number)
    registry = CollectorRegistry()
    kinds: dict[Kind, Any] = {Kind.COUNTER: Counter, Kind.HISTOGRAM: partial(Histogram, buckets=SECONDS)}
    for metric in METRICS:
        if metric.kind in kinds:
            kept[metric.name] = kinds[metric.kind](metric.name, metric.says, metric.labels, registry=registry)


def count(metric: Metric, *labels: str) -> None:
    if metric.name in kept:
        kept[metric.name].labels(*labels).inc()


def observe(metric: Metric, seconds: float, *labels: str) -> None:
    if metric.name in kept:
        (kept[metric.name].labels(*labels) if labels else kept[metric.name]).observe(seconds)
