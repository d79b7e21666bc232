"""The record as it is deployed, on one machine: PostgreSQL that keeps what it acknowledges, PgBouncer, Gunicorn and the
worker, each a process of its own that can be killed. `make crash` and `make load` ask it over HTTP, as programs do.
"""

import http.client
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import psutil

from bench.server import DATA, ROOT
from tests import pooler
from tests.patience import PATIENCE, wait_until
from tests.ports import free_port, is_listening

ROLES = {"DATABASE_URL": "bench_web", "DATABASE_OWNER_URL": "bench_owner"}


class Stack:
    """Everything that runs; `kill_...` kills a part at once and has it started again, as an operator's system does."""

    def __init__(self, *, workers: int = 2, **environment: str) -> None:
        self.pooler_port, self.port = free_port(), free_port()
        self.folder = Path(tempfile.mkdtemp(prefix="stack-"))
        self.environment = os.environ | environment | {"WEB_CONCURRENCY": str(workers), "LOG_LEVEL": "ERROR"}
        for name, role in ROLES.items():
            self.environment[name] = f"postgres://{role}:secret@127.0.0.1:{self.pooler_port}/bench"
        pooler.configure(self.folder, self.pooler_port)
        self.pooler = pooler.started(self.folder, self.pooler_port)
        self.web = self._start("-m", "gunicorn", "--bind", f"127.0.0.1:{self.port}", "-c", "deploy/gunicorn.conf.py")
        self.jobs = self._start("manage.py", "work")
        wait_until(lambda: is_listening(self.port), often=0.05)

    def _start(self, *arguments: str) -> subprocess.Popen[bytes]:
        with (self.folder / "programs.log").open("ab") as log:
            command = [sys.executable, *arguments]
            return subprocess.Popen(command, cwd=ROOT, env=self.environment, stdout=log, stderr=log)

    def web_workers(self) -> list[psutil.Process]:
        return psutil.Process(self.web.pid).children()

    def kill_web_worker(self, which: int) -> None:
        """Gunicorn starts another one by itself."""
        if found := self.web_workers():
            found[which % len(found)].kill()

    def kill_postgres(self) -> None:
        from clinic.postgres import embedded

        kill_server()
        embedded.start_again(DATA)

    def kill_pooler(self) -> None:
        self.pooler.kill()
        self.pooler.wait()
        self.pooler = pooler.started(self.folder, self.pooler_port)

    def kill_jobs(self) -> None:
        self.jobs.kill()
        self.jobs.wait()
        self.jobs = self._start("manage.py", "work")

    def restart(self) -> None:
        """New workers take over from the old ones, which end what they have begun."""
        self.web.send_signal(signal.SIGHUP)

    def errors(self) -> str:
        """What the programs logged of errors."""
        lines = (self.folder / "programs.log").read_text(errors="replace").splitlines()
        return "\n".join(line for line in lines if '"level": "error"' in line)

    def stop(self) -> None:
        for process in (self.web, self.jobs, self.pooler):
            process.terminate()
        for process in (self.web, self.jobs, self.pooler):
            process.wait(PATIENCE)
        shutil.rmtree(self.folder, ignore_errors=True)


def kill_server() -> None:
    """Kill PostgreSQL with all of its processes, at once."""
    postmaster = psutil.Process(int((DATA / "postmaster.pid").read_text().split()[0]))
    everybody = [postmaster, *postmaster.children()]
    postmaster.suspend()  # so that it starts nobody meanwhile
    for process in everybody[1:]:
        process.kill()
    postmaster.kill()
    psutil.wait_procs(everybody, timeout=PATIENCE)


class Program:
    """One connection of a program to the API; it is opened again whenever it was lost."""

    def __init__(self, port: int, token: str) -> None:
        self.port, self.headers = port, {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        self.connection: http.client.HTTPConnection | None = None

    def ask(self, method: str, path: str, body: dict[str, Any] | None = None, timeout: float = 30) -> tuple[int, bytes]:
        """Status and body; raises OSError or HTTPException where no whole answer came."""
        try:
            if self.connection is None:
                self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
            self.connection.request(method, path, json.dumps(body) if body else None, self.headers)
            answer = self.connection.getresponse()
            return answer.status, answer.read()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        if self.connection is not None:
            self.connection.close()
            self.connection = None


def clinic_with_program(name: str, patients: int = 0) -> tuple[Any, str]:
    """A clinic of its own, and the token of a program that may write in it for hours."""
    from django.test import Client

    from clinic.api.actions import create_api_client
    from clinic.demo.fill import fill_clinic
    from clinic.staff import actions

    owner = actions.create_user(email=f"{name.lower()}@bench.test", name="Bench", password="p")
    clinic = actions.create_clinic(name=name, owner=owner, by=actions.OPERATOR)
    if patients:
        fill_clinic(clinic=clinic, patients=patients, assessments=3 * patients, seed=1, by=actions.OPERATOR)
    program, secret = create_api_client(clinic=clinic, name="Bench", by=actions.OPERATOR, scopes=("write",))
    form = {"grant_type": "client_credentials", "client_id": program.client_id, "client_secret": secret}
    return clinic, str(Client(SERVER_NAME="127.0.0.1").post("/o/token/", form).json()["access_token"])
