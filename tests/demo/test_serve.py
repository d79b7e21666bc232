"""`make run` after its environment is there: a first start from nothing, then a second."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import psutil
import pytest
from django.conf import settings

from clinic.demo.actions import sign_ins
from clinic.demo.management.commands import serve
from tests.patience import PATIENCE, wait_until
from tests.ports import free_port
from tests.serving import has_address


class Run:
    """A process that serves, with everything it makes in `var`."""

    def __init__(self, var: Path, port: int) -> None:
        self.port = port
        self.log = var.with_name(f"{port}-{time.monotonic_ns()}.log")
        environment = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        environment |= {"VAR_DIR": str(var), "PORT": str(port)}
        command = [sys.executable, "manage.py", "serve"]
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                command,
                cwd=settings.BASE_DIR,
                env=environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_DFL),  # ignored by a runner without terminal
            )

    def wait_until_serving(self) -> None:
        def is_serving() -> bool:
            assert self.process.poll() is None, self.log.read_text()
            return "Ctrl-C stops it." in self.log.read_text()

        wait_until(is_serving)

    def get(self, path: str) -> int:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        connection.request("GET", path)
        status = connection.getresponse().status
        connection.close()
        return status

    def answers(self, path: str) -> int:
        """As `get`; 0 where nobody answers."""
        try:
            return self.get(path)
        except (OSError, HTTPException):
            return 0

    def say(self, text: bytes) -> bytes:
        with socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE) as client:
            client.sendall(text)
            return client.recv(1000).split(b"\r\n")[0]

    def end(self, number: signal.Signals) -> int:
        self.process.send_signal(number)
        return self.process.wait(timeout=PATIENCE)


@pytest.fixture(scope="module")
def var(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("run") / "var"


def serving(var: Path) -> Iterator[Run]:
    started = Run(var, free_port())
    try:
        started.wait_until_serving()
        yield started
    finally:
        if started.process.poll() is None:
            started.end(signal.SIGTERM)


@pytest.fixture(scope="module")
def first(var: Path) -> Iterator[Run]:
    yield from serving(var)


@pytest.fixture
def second(first: Run, var: Path) -> Iterator[Run]:
    """A start where everything is there already, after the first one, which would keep the database running."""
    if first.process.poll() is None:
        first.end(signal.SIGTERM)
    yield from serving(var)


def assert_stopped(run: Run, var: Path) -> None:
    """The database stops with the last process that needs it: the worker, which sees that the server has ended."""
    wait_until(lambda: not (var / "postgres" / "postmaster.pid").exists())
    with pytest.raises(ConnectionRefusedError):
        run.get("/healthz")


def test_first_start_tells_where_and_as_whom_to_sign_in(first: Run) -> None:
    told = first.log.read_text()
    assert f"The clinic record is at http://127.0.0.1:{first.port}" in told
    assert "owner@riverside.test" in told
    assert [first.get(path) for path in ("/healthz", "/readyz", "/accounts/login/")] == [200, 200, 200]


def test_link_of_a_command_leads_to_the_port_that_is_served(first: Run, var: Path) -> None:
    environment = {"PATH": os.environ["PATH"], "VAR_DIR": str(var)}
    command = [sys.executable, "manage.py", "create_clinic", "Seaside", "--owner", "nora@new.test"]
    said = subprocess.check_output(command, cwd=settings.BASE_DIR, env=environment, text=True)
    assert re.findall(r"http://[^/]+/accounts/join/", said) == [f"http://127.0.0.1:{first.port}/accounts/join/"]


def test_who_can_sign_in_is_the_last_that_a_first_start_tells(first: Run, var: Path) -> None:
    wait_until(lambda: any((var / "mail").glob("*.eml")))  # what came in overnight is mailed at once
    told = [line for line in first.log.read_text().splitlines() if not line.startswith("{")]
    assert [line.strip() for line in told[-12:]] == [
        *sign_ins(),
        f"Mail is not sent: each message is a file in {var / 'mail'}.",
        f"The clinic record is at http://127.0.0.1:{first.port}",
        "Ctrl-C stops it.",
    ]


def test_log_keeps_neither_searches_nor_what_no_request_is(first: Run) -> None:
    assert first.get("/patients/?q=Marguerite") == 302
    assert first.say(b"GET /patients/?q=Mar guerite HTTP/1.1\r\nHost: x\r\n\r\n") == b"HTTP/1.1 400 Bad Request"
    assert "guerite" not in first.log.read_text()


def test_port_in_use_is_said_in_one_line(first: Run, var: Path) -> None:
    refused = Run(var, first.port)
    assert refused.process.wait(timeout=PATIENCE) == 1
    told = rf"CommandError: Port {first.port} is in use by \S+ \(process (\d+)\); choose another: make run PORT=8001\n"
    found = re.fullmatch(told, refused.log.read_text())
    assert found is not None, refused.log.read_text()
    serving = psutil.Process(first.process.pid)
    assert int(found[1]) in [serving.pid, *(child.pid for child in serving.children())]


@pytest.mark.parametrize("host", [host for family, host in serve.LOOPBACK if has_address(family, host)])
def test_machine_serves_itself_by_both_protocols(first: Run, host: str) -> None:
    with socket.create_connection((host, first.port), timeout=PATIENCE) as client:
        client.sendall(b"GET /healthz HTTP/1.0\r\n\r\n")
        assert client.recv(1000).split(b"\r\n")[0] == b"HTTP/1.0 200 OK"


def workers(run: Run) -> list[int]:
    """The processes of background work that belong to it."""
    return [child.pid for child in psutil.Process(run.process.pid).children() if is_at_work(child)]


def is_at_work(process: psutil.Process) -> bool:
    with suppress(psutil.NoSuchProcess):  # it ended between two looks
        return process.status() != psutil.STATUS_ZOMBIE and "work" in process.cmdline()
    return False


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_worker_that_dies_is_started_again(first: Run, number: signal.Signals) -> None:
    wait_until(lambda: workers(first))
    (died,) = workers(first)
    told = first.log.read_text().count("worker_died")
    os.kill(died, number)
    wait_until(lambda: workers(first) not in ([], [died]))
    assert (len(workers(first)), first.log.read_text().count("worker_died") - told) == (1, 1)


def test_process_that_serves_is_started_again(first: Run) -> None:
    for child in psutil.Process(first.process.pid).children():
        if child.pid not in workers(first):
            child.kill()
    wait_until(lambda: first.answers("/readyz") == 200)
    assert first.process.poll() is None


KILL = """
import os, signal, sys
import django
from pathlib import Path
django.setup()
from django.db import connection
connection.ensure_connection()
postmaster = int(Path(sys.argv[1]).read_text().split()[0])
os.kill(postmaster, signal.SIGKILL)
connection.close()
connection.ensure_connection()
print(postmaster)
"""


def test_database_that_is_killed_is_started_again_by_who_needs_it(first: Run, var: Path) -> None:
    """By a process that had it running before, as those that serve had."""
    environment = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    environment |= {"VAR_DIR": str(var), "DJANGO_SETTINGS_MODULE": "clinic.settings"}
    command = [sys.executable, "-c", KILL, str(var / "postgres" / "postmaster.pid")]
    ran = subprocess.run(command, cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    wait_until(lambda: first.answers("/readyz") == 200)
    assert (var / "postgres" / "postmaster.pid").read_text().split()[0] != ran.stdout.strip()
    assert "Traceback" not in first.log.read_text()


def test_termination_stops_everything_it_started(first: Run, var: Path) -> None:
    assert first.end(signal.SIGTERM) == 0
    assert_stopped(first, var)


def test_interruption_of_a_second_start_stops_everything_too(second: Run, var: Path) -> None:
    assert "shared tables" not in second.log.read_text()
    assert second.end(signal.SIGINT) == 0
    assert_stopped(second, var)


def test_closed_terminal_stops_everything_too(second: Run, var: Path) -> None:
    assert second.end(signal.SIGHUP) == 0
    assert_stopped(second, var)


def test_worker_that_dies_at_once_is_started_again_more_and_more_slowly(monkeypatch, caplog) -> None:
    monkeypatch.setattr(serve, "LOOK", 0.001)
    monkeypatch.setattr(serve, "FIRST_PAUSE", 0.01)
    monkeypatch.setattr(serve, "LONGEST_PAUSE", 0.04)
    started: list[subprocess.Popen[bytes]] = []

    def start() -> "subprocess.Popen[bytes]":
        started.append(subprocess.Popen(["true"] if len(started) < 4 else ["sleep", "60"]))
        return started[-1]

    watched = serve.Watched(start)
    watched.watch()
    wait_until(lambda: len(started) == 5)
    last = watched.stop()
    last.kill()
    last.wait()
    assert [record.msg["seconds"] for record in caplog.records] == [0.01, 0.02, 0.04, 0.04]
    assert (last, watched.process, len(started)) == (started[-1], started[-1], 5)
