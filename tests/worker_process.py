"""A worker in a process of its own, which a test may kill."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django_tasks_db.models import DBTaskResult

from clinic.tenancy.models import Heartbeat, RecurringRun
from tests.patience import PATIENCE

ITS_CONNECTIONS = "FROM pg_stat_activity WHERE application_name = 'worker that is tested'"


class Process:
    """A worker of its own, and the lines that it logged."""

    def __init__(self, log: Path, **more: str) -> None:
        self.log = log
        environment = os.environ | {"PGAPPNAME": "worker that is tested", **more}
        with log.open("w") as stderr:
            command = [sys.executable, "manage.py", "work"]
            self.process = subprocess.Popen(command, cwd=settings.BASE_DIR, env=environment, stderr=stderr)
        self.pid = self.process.pid

    def lines(self) -> list[dict[str, object]]:
        return [json.loads(line) for line in self.log.read_text().splitlines()]

    def events(self) -> list[object]:
        return [line["event"] for line in self.lines()]

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Its exit code."""
        self.process.send_signal(number)
        return self.process.wait(PATIENCE)


@contextmanager
def workers(folder: Path) -> Iterator[Callable[..., Process]]:
    """A function that starts a worker, with more of an environment; what recurs is due as it begins."""
    begun: list[Process] = []

    def started(**more: str) -> Process:
        RecurringRun.objects.using("owner").all().delete()  # so that it looks after lost jobs at once
        begun.append(Process(folder / f"{len(begun)}.log", **more))
        return begun[-1]

    yield started
    for one in begun:
        one.process.kill()
        one.process.wait()
    for model in (DBTaskResult, Heartbeat, RecurringRun):
        model.objects.using("owner").all().delete()
