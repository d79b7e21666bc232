"""The embedded server that the bench measures, with fsync off, in a data folder that is removed at the end."""

import atexit
import contextlib
import json
import os
import platform
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psutil
import psycopg2

ROOT = Path(__file__).resolve().parent.parent
# A program of the bench that is run by another finds the server of that one.
FOLDER = Path(os.environ.setdefault("BENCH_FOLDER", str(ROOT / "var" / f"bench-{os.getpid()}")))
DATA = FOLDER / "postgres"


def prepare(*, durable: bool = False, **settings: str) -> None:
    """Start the server and the project on it. `settings` are PostgreSQL's, beside those of the project's own server."""
    from psycopg2.extensions import make_dsn

    from clinic.postgres import embedded
    from clinic.postgres import preparation as database

    embedded.SETTINGS.update(settings)
    atexit.register(shutil.rmtree, FOLDER, ignore_errors=True)  # after the server is stopped
    embedded.start(DATA, durable=durable)
    admin = make_dsn(host=str(DATA), port=5432, user="postgres", dbname="postgres")
    name = "bench"
    database.prepare(admin, name=name, owner=("bench_owner", "secret"), web=("bench_web", "secret"))
    for variable, role in (("DATABASE_URL", "bench_web"), ("DATABASE_OWNER_URL", "bench_owner")):
        os.environ[variable] = f"postgres://{role}:secret@{quote(str(DATA), safe='')}:5432/{name}"
    os.environ["DJANGO_SETTINGS_MODULE"] = "clinic.settings"
    os.environ["LOG_LEVEL"] = "ERROR"
    import django

    django.setup()


def timed(function: Callable[[], object]) -> float:
    begun = time.perf_counter()
    function()
    return time.perf_counter() - begun


def cpu() -> float:
    """CPU seconds so far: this process, the server's, and those of its connections, ended ones included."""
    postmaster = psutil.Process(int((DATA / "postmaster.pid").read_text().split()[0]))
    own = os.times()
    server = postmaster.cpu_times()
    total = own.user + own.system + sum(server[:4])
    for connection in postmaster.children():
        with contextlib.suppress(psutil.NoSuchProcess):
            total += sum(connection.cpu_times()[:2])
    return total


def cpu_of(connection: Any) -> float:
    """CPU seconds so far of the process that serves an open connection, to the nanosecond."""
    pid = connection.connection.get_backend_pid()
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9


@contextlib.contextmanager
def superuser(*, autocommit: bool = True, data: Path = DATA) -> Iterator[Any]:
    """A connection of the superuser of the server, or of another one by its data."""
    with closing(psycopg2.connect(host=str(data), port=5432, user="postgres", dbname="bench")) as connection:
        connection.autocommit = autocommit
        yield connection


def settle() -> None:
    """The catalogue as autovacuum leaves it after a while; right after bulk creation stock is slower still."""
    with superuser() as connection:
        connection.cursor().execute("VACUUM ANALYZE")


def told(module: str, environment: Mapping[str, str], *arguments: str) -> Any:
    """What a program of the bench prints, as JSON in its last line."""
    command = [sys.executable, "-m", module, *arguments]
    done = subprocess.run(
        command, check=True, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=os.environ | dict(environment)
    )
    return json.loads(done.stdout.splitlines()[-1])


def percentiles(milliseconds: Iterable[float]) -> dict[str, float]:
    taken = sorted(milliseconds)
    return {f"p{share}": taken[len(taken) * share // 100] for share in (50, 95, 99)} | {"max": taken[-1]}


def version() -> str:
    from django.db import connections

    with connections["owner"].cursor() as cursor:
        cursor.execute("SHOW server_version")
        return str(cursor.fetchone()[0])


def write(name: str, title: str, where: str, parts: list[str], *, durable: bool = False) -> None:
    """A page of results, headed by the day and the machine."""
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    versions = f"Python {platform.python_version()}, PostgreSQL {version()} embedded"
    results = ROOT / "bench" / "results" / f"{name}.md"
    results.parent.mkdir(exist_ok=True)
    head = f"# {title}, {time.strftime('%Y-%m-%d')}"
    machine = f"{os.cpu_count()} cores (load {load}), {versions}, fsync {'on' if durable else 'off'}. {where}"
    results.write_text("\n\n".join([head, machine, *parts]) + "\n")
