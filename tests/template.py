"""The database as every test finds it, made once and copied for each process.

What making it costs, some ten seconds, is spent when the code that it is made by has changed. A copy of the server's
files takes a third of a second.
"""

import fcntl
import hashlib
import io
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.core.management import call_command
from django.db import connections
from django.utils import timezone

from clinic.access import Role
from clinic.accounts.models import User
from clinic.demo.fill import fill_clinic
from clinic.postgres import embedded
from clinic.staff import actions as staff
from clinic.tenancy.models import Clinic
from tests import postgres
from tests.world import World, Writer, make_user, make_world

MADE_BY = ("clinic/**/*", "tests/postgres.py", "tests/template.py", "tests/world.py", "requirements-dev.txt")
KEPT = 3
DOMAINS = {"Riverside": "riverside.test", "Hillside": "hillside.test", "Filled": "filled.test"}
BOTH, NOBODY = "both@example.test", "nobody@example.test"
PATIENTS, ASSESSMENTS = 20_000, 30_000


def checksum() -> str:
    """Of all that the database is made by, of its day, since bulk data ends today, and of who may read its files."""
    found = hashlib.sha256(f"{os.geteuid()} {timezone.localdate()}".encode())
    for pattern in MADE_BY:
        for path in sorted(postgres.ROOT.glob(pattern)):
            if path.is_file() and "__pycache__" not in path.parts:
                found.update(f"{path.relative_to(postgres.ROOT)}\0".encode() + path.read_bytes() + b"\0")
    return found.hexdigest()[:20]


def fill() -> None:
    """Two clinics with one person of each role, somebody of both, somebody of none, and a clinic of bulk data."""
    call_command("migrate_clinics", verbosity=0, stdout=io.StringIO())
    riverside, hillside, filled = (make_world(name, domain) for name, domain in DOMAINS.items())
    both = make_user(BOTH, "Bo Both")
    make_user(NOBODY, "Noa Nobody")
    for world in (riverside, hillside):
        staff.add_member(clinic=world.clinic, user=both, role=Role.CLINICIAN, by=Writer())
    fill_clinic(clinic=filled.clinic, patients=PATIENTS, assessments=ASSESSMENTS, seed=7, by=Writer())


def world(name: str) -> World:
    """One of the clinics that `fill` made."""
    users = {role: User.objects.using("owner").get(email=f"{role}@{DOMAINS[name]}") for role in Role}
    return World(Clinic.objects.using("owner").get(name=name), users)


def start() -> None:
    """Have this process's server running with the filled database in it."""
    if postgres.OUTSIDE:
        fill()
        return
    if (postgres.DATA / "postmaster.pid").exists():  # of a run that was killed
        embedded.start(postgres.DATA, durable=False)
        embedded.let_go(postgres.DATA)
    with _alone() as templates:
        template = templates / os.environ.get("TEST_TEMPLATE", checksum())
        if not template.exists():
            _make(template)
            _forget_old(templates)
        os.utime(template)
        _copy(template, postgres.DATA)
    embedded.start(postgres.DATA, durable=False)


@contextmanager
def _alone() -> Iterator[Path]:
    """The folder of templates, while no other process makes, copies or removes one."""
    folder = postgres.VAR / "test" / "templates"
    folder.mkdir(parents=True, exist_ok=True)
    with folder.with_suffix(".lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield folder


def _make(template: Path) -> None:
    """Fill an empty server in this process's own folder, and keep its files once it has stopped."""
    shutil.rmtree(postgres.DATA, ignore_errors=True)
    embedded.start(postgres.DATA, durable=False)
    postgres.prepare_database(f"host={postgres.DATA} port=5432 user=postgres dbname=postgres", "clinic_test")
    fill()
    connections.close_all()
    embedded.let_go(postgres.DATA)
    unfinished = template.with_suffix(".unfinished")
    _copy(postgres.DATA, unfinished)
    unfinished.rename(template)


def _copy(source: Path, target: Path) -> None:
    """With owners and modes, which PostgreSQL insists on."""
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir()
    subprocess.run(["cp", "-a", f"{source}/.", str(target)], check=True)


def _forget_old(templates: Path) -> None:
    for old in sorted(templates.iterdir(), key=lambda path: path.stat().st_mtime)[:-KEPT]:
        shutil.rmtree(old, ignore_errors=True)
