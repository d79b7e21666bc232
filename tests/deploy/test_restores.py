"""Backups of the server: all of it, or one clinic, is what it was at a moment; a rehearsal sees what is not."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import quote

import psycopg2
import pytest
from psycopg2.extensions import make_dsn

from clinic.postgres import embedded, preparation
from clinic.tenancy.lifecycle import rehearsing
from tests.patience import wait_until
from tests.postgres import ROOT
from tests.side_by_side import holds_lock

SCRIPTS = ROOT / "deploy" / "postgres"
CLINICS = ("Hillside", "Riverside")
# As the documentation has it.
ARCHIVING = dict(re.findall(r"^(archive_\w+) = (.+)$", (ROOT / "docs" / "operating.md").read_text(), re.MULTILINE))


class Server:
    """A PostgreSQL of its own with two clinics in it, which archives; scripts and commands are processes."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.data, self.backups = folder, folder / "postgres", folder / "backups"
        self.admin = make_dsn(host=str(self.data), port=5432, user="postgres", dbname="clinic")
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith("DATABASE")}
        for name, role in (("ADMIN_", "postgres"), ("OWNER_", "clinic_owner"), ("", "clinic_web")):
            self.environment[f"DATABASE_{name}URL"] = (
                f"postgres://{role}:x@{quote(str(self.data), safe='')}:5432/clinic"
            )
        self.environment |= {
            "PATH": f"{embedded.programs()}{os.pathsep}{os.environ['PATH']}",
            "MEDIA_ROOT": str(folder / "media"),
            "TRAIL_HEADS": str(folder / "heads"),
        }

    def start(self) -> None:
        archive = self.backups / "archive"
        archive.mkdir(parents=True)
        embedded.start(self.data)
        owner = self.data.stat()
        for path in (self.backups, archive):
            os.chown(path, owner.st_uid, owner.st_gid)
        preparation.prepare(
            make_dsn(self.admin, dbname="postgres"), name="clinic", owner=("clinic_owner", ""), web=("clinic_web", "")
        )
        for name, value in ARCHIVING.items():
            self.ask(f"ALTER SYSTEM SET {name} = {value}".replace("/srv/backups", str(self.backups)))
        embedded.let_go(self.data)
        embedded.start(self.data)
        self.manage("migrate_clinics")
        self.manage("demo")

    def run(self, *command: object) -> subprocess.CompletedProcess[str]:
        words = [*map(str, command)]
        return subprocess.run(words, capture_output=True, text=True, cwd=ROOT, env=self.environment)

    def ran(self, *command: object) -> str:
        done = self.run(*command)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def manage(self, *words: object) -> str:
        return self.ran(sys.executable, "manage.py", *words)

    def ask(self, statement: str, data: Path | None = None) -> str:
        """The first value of the answer, if there is one."""
        with closing(psycopg2.connect(make_dsn(self.admin, host=str(data or self.data)))) as asked:
            asked.autocommit = True
            with asked.cursor() as cursor:
                cursor.execute(statement)
                return str(cursor.fetchone()[0]) if cursor.description else ""

    def backup(self, *keep: object) -> Path:
        return Path(self.ran(SCRIPTS / "backup", make_dsn(self.admin, dbname="postgres"), self.backups, *keep).strip())

    def schema(self, name: str) -> str:
        return self.ask(f"SELECT schema_name FROM tenancy_clinic WHERE name = '{name}'")

    def write(self, name: str, address: str) -> None:
        self.ask(f"UPDATE {self.schema(name)}.patients_patient SET address = '{address}'")

    def addresses(self, name: str, data: Path | None = None) -> str:
        return self.ask(f"SELECT string_agg(DISTINCT address, ' ') FROM {self.schema(name)}.patients_patient", data)

    def now(self) -> str:
        return self.ask("SELECT clock_timestamp()")

    def start_restored(self, data: Path) -> None:
        """Returns once it has read the archive. It adds nothing to that, which is the running server's."""
        with (data / "postgresql.auto.conf").open("a") as settings:
            settings.write("archive_mode = off\n")
        embedded.start(data)
        wait_until(lambda: self.ask("SELECT pg_is_in_recovery()", data) == "False", often=0.1)

    def archive(self) -> None:
        """Wait until what was written so far is in the archive."""
        file = self.ask("SELECT pg_walfile_name(pg_switch_wal())")
        wait_until(lambda: self.ask("SELECT last_archived_wal FROM pg_stat_archiver") >= file, often=0.1)


@pytest.fixture(scope="module")
def server(django_db_setup: None) -> Iterator[Server]:
    folder = Path(tempfile.mkdtemp(prefix="restores-"))
    made = Server(folder)
    try:
        made.start()
        yield made
    finally:
        embedded.let_go(made.data)
        shutil.rmtree(folder)


@pytest.fixture
def empty(server) -> Iterator[Path]:
    """A folder for a cluster, which belongs to PostgreSQL's account."""
    folder = Path(tempfile.mkdtemp(dir=server.folder))
    os.chown(folder, server.data.stat().st_uid, server.data.stat().st_gid)
    yield folder
    embedded.let_go(folder)
    shutil.rmtree(folder)


@contextmanager
def writing(server: Server) -> Iterator[list[int]]:
    """Somebody writes in both clinics all the time; how often comes into the list."""
    ends, written = threading.Event(), [0]
    statements = [f"UPDATE {server.schema(name)}.patients_patient SET version = version + 1" for name in CLINICS]

    def write() -> None:
        with closing(psycopg2.connect(server.admin)) as connection, connection.cursor() as cursor:
            while not ends.is_set():
                for statement in statements:
                    cursor.execute(statement)
                connection.commit()
                written[0] += 1

    writer = threading.Thread(target=write)
    writer.start()
    try:
        yield written
    finally:
        ends.set()
        writer.join()


@holds_lock("tenancy.lifecycle.rehearsing._hold")
def test_newest_backup_comes_to_what_the_server_has_while_people_write(server):
    server.backup()
    with writing(server) as written:
        said = server.manage("rehearse_restore", server.backups).splitlines()
    assert written[0] > 10
    assert [re.sub(r"[\d,]+", "N", line) for line in said] == [
        "What all clinics share: N rows in N tables are the same.",
        "Hillside: N rows in N tables are the same.",
        "Riverside: N rows in N tables are the same.",
        "The newest backup restores.",
    ]
    assert [int(re.search(r": ([\d,]+) rows", line)[1].replace(",", "")) > 40 for line in said[:3]] == [True] * 3


def test_changed_row_is_found(server, monkeypatch):
    """What the archive has at one moment is held against the server at the next, when one row is another."""
    for name, value in server.environment.items():
        monkeypatch.setenv(name, value)
    server.backup()
    schema = server.schema("Riverside")
    rehearsing.noted(server.admin, [schema], "before")
    found = rehearsing.restored(server.backups, server.admin, [schema], "before")
    of_one = f"id = (SELECT id FROM {schema}.patients_patient LIMIT 1)"
    server.ask(f"UPDATE {schema}.patients_patient SET version = version + 1 WHERE {of_one}")
    expected = rehearsing.noted(server.admin, [schema], "after")
    faults = rehearsing.compared("Riverside", expected[schema], found[schema]).faults
    rows = server.ask(f"SELECT count(*) FROM {schema}.patients_patient")
    assert faults == [f"patients_patient has other contents in its {rows} rows."]
    assert rehearsing.compared("Riverside", found[schema], found[schema]).faults == []


def test_table_that_backups_lack_fails_the_rehearsal(server):
    server.backup()
    table = f"{server.schema('Riverside')}.audit_auditevent"
    server.ask(f"ALTER TABLE {table} SET UNLOGGED")
    rows = server.ask(f"SELECT count(*) FROM {table}")
    ran = server.run(sys.executable, "manage.py", "rehearse_restore", server.backups)
    server.ask(f"ALTER TABLE {table} SET LOGGED")
    assert (ran.returncode, f"Riverside: audit_auditevent has 0 rows, of {rows}." in ran.stdout.splitlines()) == (
        1,
        True,
    )
    assert "Hillside: " in ran.stdout


def test_damaged_backup_is_not_restored(server, empty):
    copy = server.backup() / "copy" / "base.tar.gz"
    whole = copy.read_bytes()
    copy.write_bytes(whole[:5000] + bytes([whole[5000] ^ 1]) + whole[5001:])
    ran = server.run(SCRIPTS / "restore", server.backups, empty, "latest")
    copy.write_bytes(whole)
    assert (ran.returncode != 0, (empty / "recovery.signal").exists()) == (True, False)


def test_server_is_what_it_was_at_a_moment(server, empty):
    server.write("Hillside", "before")
    server.backup()
    server.write("Hillside", "then")
    when = server.now()
    server.write("Hillside", "after")
    server.archive()
    server.ran(SCRIPTS / "restore", server.backups, empty, "time", when)
    server.start_restored(empty)
    assert (server.addresses("Hillside", empty), server.addresses("Hillside")) == ("then", "after")
    assert "recovery" not in (empty / "postgresql.auto.conf").read_text()


def test_one_clinic_is_what_it_was_and_others_go_on(server):
    server.backup()
    for name in CLINICS:
        server.write(name, "then")
    when = server.now()
    for name in CLINICS:
        server.write(name, "after")
    server.archive()
    file = server.folder / "hillside.backup"
    beside = [SCRIPTS / "beside", server.backups, "time", when, "--"]
    said = server.ran(*beside, sys.executable, "manage.py", "backup_clinic", "Hillside", file)
    assert said.startswith("Hillside: ")
    assert [path.name for path in (server.backups / "archive").iterdir() if not path.name.startswith("00000001")] == []
    server.manage("restore_clinic", "Hillside", file)
    assert (server.addresses("Hillside"), server.addresses("Riverside")) == ("then", "after")


def test_so_many_backups_stay_with_what_they_need_of_the_archive(server, empty):
    server.archive()
    before = {path.name for path in (server.backups / "archive").iterdir()}
    made = [server.backup(2) for _ in range(3)]
    server.write("Riverside", "written since")
    server.archive()
    assert sorted((server.backups / "whole").iterdir()) == made[1:]
    assert before & {path.name for path in (server.backups / "archive").iterdir()} == set()
    shutil.move(made[2], server.folder / "aside")
    server.ran(SCRIPTS / "restore", server.backups, empty, "latest")
    shutil.move(server.folder / "aside", made[2])
    server.start_restored(empty)
    assert server.addresses("Riverside", empty) == "written since"


def test_archive_that_fails_is_said(server):
    server.backup()
    archive = server.backups / "archive"
    archive.rename(server.backups / "away")
    try:
        ran = server.run(sys.executable, "manage.py", "rehearse_restore", server.backups)
    finally:
        (server.backups / "away").rename(archive)
    assert (ran.returncode, "PostgreSQL's archive_command fails; its log says why." in ran.stderr) == (1, True)
    server.write("Hillside", "so that there is something to archive, and it is tried again at once")
    server.archive()
