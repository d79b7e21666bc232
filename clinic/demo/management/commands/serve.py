"""Run everything the clinic needs on one machine, in one process and its workers. `make run` calls it."""

import errno
import hashlib
import os
import runpy
import signal
import socket
import subprocess
import sys
import threading
import time
from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path
from typing import Any

import structlog
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connections
from django.utils.autoreload import DJANGO_AUTORELOAD_ENV
from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter

from clinic.demo.actions import how_to_sign_in

PATIENCE = 10  # seconds that requests, and then the worker, get to end
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0  # seconds before a worker that died is started again
LOOPBACK = ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1"))
LOOK = 0.2  # seconds between two looks at it

log = structlog.get_logger("clinic.serve")


class Server(BaseApplication):
    """Gunicorn in this process, with the settings of `deploy/gunicorn.conf.py` and a few differences."""

    def __init__(self, **differences: Any) -> None:
        self.differences = differences
        super().__init__()

    def load_config(self) -> None:
        shared = runpy.run_path(str(settings.BASE_DIR / "deploy" / "gunicorn.conf.py"))
        for name, value in (shared | self.differences).items():
            if name in self.cfg.settings:
                self.cfg.set(name, value)

    def load(self) -> Callable[..., Any]:
        from clinic.wsgi import application  # not before the clinics are migrated: it freezes what there is

        connections.close_all()
        return application


class Command(BaseCommand):
    help = "Prepare the database, the clinics and the static files where anything is missing, and serve."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", default=os.environ.get("PORT") or "8000", help="default: $PORT, else 8000")
        parser.add_argument(
            "--reload", action="store_true", help="one process that starts again when code changes, for developers"
        )

    def handle(self, *args: Any, port: str, reload: bool, **options: Any) -> None:
        if not os.environ.get(DJANGO_AUTORELOAD_ENV):  # else the server that is replaced has the port
            addresses(port)
        if settings.EMBEDDED or settings.DATABASE_ADMIN_URL:
            call_command("prepare_database")
        call_command("migrate_clinics", stdout=self.stdout)
        call_command("demo", verbosity=0)
        if reload:
            self.stdout.write(how_to_sign_in())
            call_command("runserver", f"127.0.0.1:{port}")
            return
        collect_static()
        self.address = f"http://127.0.0.1:{port}"
        self.worker = Watched(start_worker)
        self.hang_up_ignored = signal.getsignal(signal.SIGHUP) == signal.SIG_IGN
        here = os.getpid()
        try:
            Server(
                bind=addresses(port),
                loglevel="warning",
                graceful_timeout=PATIENCE,
                when_ready=self.when_ready,
            ).run()
        finally:
            if os.getpid() == here:  # Gunicorn's own workers leave through here as well
                end_worker(self.worker.stop())

    def when_ready(self, arbiter: Arbiter) -> None:
        """Have a closed terminal end the server as Ctrl-C does; Gunicorn by itself would reload its settings."""
        end = signal.SIG_IGN if self.hang_up_ignored else lambda *_: os.kill(os.getpid(), signal.SIGTERM)
        signal.signal(signal.SIGHUP, end)
        self.worker.watch()
        self.stdout.write(how_to_sign_in())
        if folder := settings.MAILERS["default"]["OPTIONS"].get("folder"):
            self.stdout.write(f"Mail is not sent: each message is a file in {folder}.")
        settings.SERVED_AT.write_text(self.address)
        self.stdout.write(f"The clinic record is at {self.address}")
        self.stdout.write("Ctrl-C stops it.")
        self.stdout.flush()  # before the workers are forked with what is still unwritten


class Watched:
    """The worker's process, started again whenever it dies, after a pause that grows while it dies at once.

    Gunicorn looks after the processes that serve; it also takes the exit status of this one, so that is not known.
    """

    def __init__(self, start: "Callable[[], subprocess.Popen[bytes]]") -> None:
        self.start = start
        self.process = start()
        self.changing = threading.Lock()
        self.is_over = False

    def watch(self) -> None:
        threading.Thread(target=self._watch, daemon=True).start()

    def _watch(self) -> None:
        pause, began = FIRST_PAUSE, time.monotonic()
        while not self.is_over:
            time.sleep(LOOK)
            if self.process.poll() is None:
                continue
            if time.monotonic() - began > LONGEST_PAUSE:
                pause = FIRST_PAUSE
            log.error("worker_died", seconds=pause)
            time.sleep(pause)
            with self.changing:
                if not self.is_over:
                    self.process, began = self.start(), time.monotonic()
            pause = min(pause * 2, LONGEST_PAUSE)

    def stop(self) -> "subprocess.Popen[bytes]":
        """Start no more of them; the one that there is."""
        self.is_over = True
        with self.changing:
            return self.process


def start_worker() -> "subprocess.Popen[bytes]":
    """Start the worker as its own process, which ends with this one; its metrics are at the port after the web's."""
    ports = {"METRICS_PORT": str(settings.METRICS_PORT + 1)} if settings.METRICS_PORT else {}
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "work", "--with-parent"]
    return subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True, env=os.environ | ports)  # noqa: S603


def end_worker(worker: "subprocess.Popen[bytes]") -> None:
    """Let the worker finish its transaction. Its job is gone on with by whichever worker comes next."""
    if worker.stdin is not None:
        worker.stdin.close()
    try:
        worker.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        worker.kill()
        worker.wait()


def addresses(port: str) -> list[str]:
    """Where this machine is served to itself, by IPv6 too where it has that.

    Raises CommandError for a port that is not valid, or that another program uses, before anything is started.
    """
    if not (port.isascii() and port.isdigit() and 0 < int(port) < 65536):
        raise CommandError(f"PORT is {port!r}; it must be a number from 1 to 65535.")
    found = []
    for family, host in LOOPBACK:
        try:
            with socket.socket(family) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind((host, int(port)))
        except PermissionError as error:
            raise CommandError(f"Port {port} needs root; choose another: make run PORT=8001") from error
        except OSError as error:
            if error.errno in (errno.EAFNOSUPPORT, errno.EADDRNOTAVAIL):
                continue
            raise CommandError(f"Port {port} is in use{_by(port)}; choose another: make run PORT=8001") from error
        found.append(f"[{host}]:{port}" if family == socket.AF_INET6 else f"{host}:{port}")
    return found


def _by(port: str) -> str:
    """Which program listens there, as far as this user may know."""
    import psutil  # comes with what `make run` needs, not with production

    try:
        for each in psutil.net_connections("tcp"):
            if each.status == psutil.CONN_LISTEN and each.laddr and each.laddr.port == int(port) and each.pid:
                return f" by {psutil.Process(each.pid).name()} (process {each.pid})"
    except psutil.Error:
        return ""  # another user's
    return ""


def collect_static() -> None:
    """Collect the static files if one of them was added, removed or changed since the last time."""
    seen = hashlib.sha256()
    for finder in get_finders():
        for name, storage in finder.list(ignore_patterns=[]):
            status = os.stat(storage.path(name))
            seen.update(f"{name} {status.st_size} {status.st_mtime_ns}\n".encode())
    note = Path(settings.STATIC_ROOT).with_suffix(".collected")
    if not note.exists() or note.read_text() != seen.hexdigest():
        call_command("collectstatic", interactive=False, verbosity=0)
        note.write_text(seen.hexdigest())
