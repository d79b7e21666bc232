"""New clinics, deploys, requests and memory, ours against django-tenants as it comes, on the same clinics in one run.

`SIZE` is the largest number of clinics; stock is timed on a few clinics and multiplied. The server is the embedded
one with fsync off, in a data folder that is removed at the end.
"""

import atexit
import contextlib
import io
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

import psutil
import psycopg2

from bench import costs

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "var" / f"bench-{os.getpid()}"
DATA = FOLDER / "postgres"
SIZES = (20, 300, 2000)
SAMPLE = 5
UNDO = """
DROP TABLE IF EXISTS {0}.patients_visit;
ALTER TABLE {0}.patients_patient DROP COLUMN IF EXISTS nickname, ALTER COLUMN version TYPE integer;
DELETE FROM {0}.django_migrations WHERE name = 'p9001_real';
COMMENT ON SCHEMA {0} IS '{1}'
"""


def prepare() -> None:
    from psycopg2.extensions import make_dsn

    from clinic.tenancy import database, embedded

    atexit.register(shutil.rmtree, FOLDER, ignore_errors=True)  # after the server is stopped
    embedded.start(DATA, durable=False)
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


def settle() -> None:
    """The catalogue as autovacuum leaves it after a while; right after bulk creation stock is slower still."""
    with closing(psycopg2.connect(host=str(DATA), port=5432, user="postgres", dbname="bench")) as connection:
        connection.autocommit = True
        connection.cursor().execute("VACUUM ANALYZE")


def use_release(later: bool) -> None:
    from django.conf import settings

    from clinic.tenancy import migrating, provisioning

    settings.MIGRATION_MODULES = {"patients": "bench.later"} if later else {}
    migrating.release.cache_clear()
    provisioning.fingerprint.cache_clear()


def deploy() -> tuple[float, float]:
    """Seconds on the clock, and of CPU."""
    from django.core.management import call_command

    begun = cpu()
    seconds = timed(lambda: call_command("migrate_clinics", stdout=io.StringIO()))
    return seconds, cpu() - begun


def fill(size: int) -> dict[str, list[float]]:
    """Make clinics up to `size`; seconds of some more, with their owner and without, and from prepared schemas."""
    from clinic.accounts.models import User
    from clinic.staff import actions
    from clinic.tenancy import preparing, provisioning
    from clinic.tenancy.models import Clinic

    user = User.objects.using("owner").filter(email="o@bench.test").first()
    user = user or actions.create_user(email="o@bench.test", name="O", password="p")
    present = Clinic.objects.using("owner").count()

    def create(number: int) -> float:
        return timed(lambda: actions.create_clinic(name=f"Clinic {number}", owner=user, by=actions.OPERATOR))

    for number in range(present, size):
        provisioning.create_clinic(name=f"Clinic {number}")
    settle()
    made = [create(size + number) for number in range(10)]
    begun = cpu()
    bare = [timed(lambda n=n: provisioning.create_clinic(name=f"Extra {n}")) for n in range(10)]
    work = (cpu() - begun) / len(bare)
    preparing.refill(20)
    begun = cpu()
    prepared = [create(size + 10 + number) for number in range(10)]
    work_prepared = (cpu() - begun) / len(prepared)
    bare_prepared = [timed(lambda n=n: provisioning.create_clinic(name=f"More {n}")) for n in range(10)]
    names = [f"Clinic {size + number}" for number in range(20)]
    for clinic in Clinic.objects.using("owner").exclude(name__startswith="Clinic "):
        provisioning.drop_clinic(clinic)
    for clinic in Clinic.objects.using("owner").filter(name__in=names):
        provisioning.drop_clinic(clinic)
    return {
        "made": made,
        "bare": bare,
        "prepared": prepared,
        "bare_prepared": bare_prepared,
        "work": [work],
        "work_prepared": [work_prepared],
    }


def stock(size: int) -> dict[str, list[float]]:
    from clinic.tenancy.models import Clinic

    sample = [clinic.schema_name for clinic in Clinic.objects.using("owner").order_by("pk")[:SAMPLE]]
    command = [sys.executable, "-m", "bench.stock", ",".join(sample)]
    done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT)
    return json.loads(done.stdout.splitlines()[-1])


def undo() -> None:
    from clinic.tenancy import provisioning
    from clinic.tenancy.grants import GRANTS
    from clinic.tenancy.models import Clinic

    noted = provisioning.noted_grants(GRANTS)
    for clinic in Clinic.objects.using("owner"):
        provisioning.run([UNDO.format(f'"{clinic.schema_name}"', noted)])


def measure(size: int) -> list[str]:
    """The table's lines for one number of clinics."""
    from clinic.tenancy import migrating

    ours = fill(size)
    settle()
    theirs = stock(size)
    undo()
    median = {name: statistics.median(values) * 1000 for name, values in ours.items()}
    stock_create = statistics.median(theirs["create"]) * 1000
    lines = [
        f"| new clinic, {size:,} present | {stock_create:,.0f} ms "
        f"| {median['bare']:.1f} ms, of CPU {median['work']:.1f} ({median['made']:.1f} with its owner, audited) |",
        f"| the same from a prepared schema | | {median['bare_prepared']:.1f} ms "
        f"({median['prepared']:.1f} with its owner, of CPU {median['work_prepared']:.1f}) |",
    ]
    if size < 300:
        return lines
    migrating.release()
    settle()
    nothing, survey = deploy(), timed(migrating.survey)
    use_release(later=True)
    one = deploy()
    use_release(later=False)
    undo()
    settle()
    for what, key, (seconds, work) in (("nothing to do", "nothing", nothing), ("one migration", "one", one)):
        each = statistics.median(theirs[key])
        more = f", its survey {survey:.2f} s" if key == "nothing" else ""
        lines.append(
            f"| deploy with {what}, {size:,} clinics | {each * size:,.0f} s ({each * 1000:,.0f} ms each, "
            f"{SAMPLE} timed) | {seconds:.2f} s ({work:.2f} s of CPU{more}) |"
        )
    return lines


def main() -> None:
    largest = int(os.environ.get("SIZE") or 300)
    prepare()
    from django.db import connections

    deploy()
    with connections["owner"].cursor() as cursor:
        cursor.execute("SHOW server_version")
        server = cursor.fetchone()[0]
    lines = ["| | django-tenants as it comes | this project |", "|---|---|---|"]
    for size in (size for size in SIZES if size <= largest):
        lines += measure(size)
        if size == largest:
            lines += [*costs.requests(), *costs.memory(size)]
        print("\n".join(lines), end="\n\n", flush=True)
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    title = f"# Tenancy, {time.strftime('%Y-%m-%d')}"
    where = (
        f"{os.cpu_count()} cores (load {load}), Python {platform.python_version()}, PostgreSQL {server} embedded, "
        "fsync off. One migration: a column with an index, a table with a foreign key, a type change. Stock deploys "
        f"are timed on {SAMPLE} clinics, as one `migrate_schemas` each in one process, and multiplied."
    )
    results = ROOT / "bench" / "results" / "tenancy.md"
    results.parent.mkdir(exist_ok=True)
    results.write_text("\n\n".join([title, where, "\n".join(lines)]) + "\n")


main()
