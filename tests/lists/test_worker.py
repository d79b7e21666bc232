"""The worker's real process: killed, told to end, without its database; and what it says of itself."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from io import StringIO
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db.models.functions import Now
from django.test import Client
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from clinic.access import Actor
from clinic.lists import actions
from clinic.lists.models import Job
from clinic.patients.models import Patient
from clinic.tenancy.models import Heartbeat
from clinic.tenancy.scope import clinic_scope
from clinic.tenancy.work import heartbeat, turns
from tests.committed import administer
from tests.patience import PATIENCE, wait_until
from tests.side_by_side import backend, waiters
from tests.worker_process import ITS_CONNECTIONS, Process, workers
from tests.world import make_patient


@pytest.fixture
def start(tmp_path, woodside) -> Iterator[Callable[..., Process]]:
    with workers(tmp_path) as started:
        yield started


@pytest.fixture
def begin(woodside):
    """A function that begins to archive three patients; `job()` is the job as it is."""

    def begun() -> SimpleNamespace:
        with clinic_scope(woodside.clinic):
            keys = [make_patient().pk for _ in range(3)]
            by = Actor(str(woodside.clinician.pk), "Clara")
            key = actions.begin_job(
                by=by, ids=keys, list="patients", label="Archive", work="clinic.patients.bulk.archive",
                parameters={"query": "", "permission": "patients.edit", "columns": []},
            ).pk  # fmt: skip

        def job() -> Job:
            with clinic_scope(woodside.clinic):
                return Job.objects.get(pk=key)

        return SimpleNamespace(keys=keys, key=key, job=job)

    return begun


@contextmanager
def at_its_rows(woodside, begun) -> Iterator[None]:
    """A worker is in the middle of a batch, and waits there for a patient whom somebody else has."""
    with clinic_scope(woodside.clinic):
        Patient.objects.select_for_update().get(pk=begun.keys[-1])
        holder = backend()
        wait_until(lambda: waiters(holder))
        yield


def lapse(woodside, begun) -> None:
    """As if a minute had passed."""
    ago = timezone.now() - timedelta(minutes=1)
    with clinic_scope(woodside.clinic):
        Job.objects.filter(pk=begun.key).update(touched_at=ago)
    DBTaskResult.objects.update(started_at=ago)


def test_job_of_a_killed_worker_is_taken_up_by_another(woodside, start, begin):
    begun, first = begin(), start()
    with at_its_rows(woodside, begun):
        first.end(signal.SIGKILL)
    wait_until(lambda: administer(f"SELECT count(*) {ITS_CONNECTIONS}") == [(0,)])
    left = begun.job()
    lapse(woodside, begun)
    second = start()
    wait_until(lambda: begun.job().state == "done")
    done = begun.job()
    assert (left.state, left.token, left.changed) == ("running", 1, 0)
    assert (done.token, done.changed, done.worker == left.worker) == (2, 3, False)
    assert (second.end(), "job_lost" in second.events()) == (0, True)


def test_worker_in_the_middle_of_a_batch_ends_in_time_and_leaves_it_undone(woodside, start, begin):
    begun, one = begin(), start()
    with at_its_rows(woodside, begun):
        code = one.end()
    assert (code, begun.job().changed) == (0, 0)


def test_worker_waits_out_the_loss_of_the_database_and_ends_when_told(start, begin):
    one = start()
    wait_until(lambda: "worker_began" in one.events() and Heartbeat.objects.exists())
    administer(f"SELECT pg_terminate_backend(pid) {ITS_CONNECTIONS}")
    begun = begin()
    wait_until(lambda: begun.job().state == "done")
    assert begun.job().worker == Heartbeat.objects.get().worker
    assert (one.end(), list(Heartbeat.objects.all())) == (0, [])
    assert (one.events()[0], one.events()[-1]) == ("worker_began", "worker_ends")


UNREACHABLE = "postgres://clinic_web:secret@127.0.0.1:9/clinic"


def test_worker_without_a_database_says_so_in_lines_and_still_ends(tmp_path):
    environment = os.environ | {"DATABASE_URL": UNREACHABLE}
    log = tmp_path / "log"
    with log.open("w") as stderr:
        command = [sys.executable, "manage.py", "work"]
        process = subprocess.Popen(command, cwd=settings.BASE_DIR, env=environment, stderr=stderr)
    wait_until(lambda: log.read_text().count("worker_pauses") > 1)
    process.send_signal(signal.SIGTERM)
    code, text = process.wait(PATIENCE), log.read_text()
    lines = [json.loads(line) for line in text.splitlines()]
    pauses = [line["seconds"] for line in lines if line["event"] == "worker_pauses"]
    assert (code, pauses[:2], "secret" in text, lines[-1]["event"]) == (0, [0.5, 1.0], False, "heartbeat_missed")


FAIL = """
import threading
import django
django.setup()
from clinic.lists import worker
worker.tell_in_json()
def fail():
    raise ValueError("Marguerite")
thread = threading.Thread(target=fail)
thread.start()
thread.join()
fail()
"""


def test_last_traceback_is_a_line_without_what_was_said():
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "clinic.settings"}
    ran = subprocess.run(
        [sys.executable, "-c", FAIL], cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True
    )
    lines = [json.loads(line) for line in ran.stderr.splitlines()]
    assert [(line["event"], line["exception"], line["frames"][-1]) for line in lines] == [
        ("worker_failed", "ValueError", "<string>:8 fail"),
    ] * 2
    assert (ran.returncode, "Marguerite" in ran.stderr) == (1, False)


@pytest.mark.parametrize(
    ("ago", "said"),
    [
        (None, "no worker is running: lists' work on many rows and files wait"),
        (4, "a worker was heard of 4 seconds ago"),
        (61, "no worker was heard of for 61 seconds: lists' work on many rows and files wait"),
    ],
)
def test_how_the_workers_are_is_said_in_words(db, ago, said):
    Heartbeat.objects.all().delete()
    if ago is not None:
        for name, seconds in (("here:1", ago), ("there:1", ago + 100)):
            Heartbeat.objects.create(worker=name, beaten_at=Now() - timedelta(seconds=seconds))
    answer = Client().get("/readyz")
    assert (answer.status_code, answer.json()["worker"]) == (200, said)


def test_list_of_clinics_says_how_the_workers_are(woodside):
    out = StringIO()
    call_command("clinics", stdout=out)
    assert out.getvalue().splitlines()[-1] == "Worker: no worker is running: lists' work on many rows and files wait."


def test_worker_that_hangs_does_not_beat(db, monkeypatch):
    beats = []
    for since in (heartbeat.STUCK + 1, heartbeat.STUCK - 1):
        Heartbeat.objects.all().delete()
        monkeypatch.setattr(turns, "got_on_at", time.monotonic() - since)
        heartbeat.beat_if_it_gets_on("here:1")
        heartbeat.beat_if_it_gets_on("here:1")
        beats.append(Heartbeat.objects.count())
    assert beats == [0, 1]


def test_heartbeats_of_workers_that_are_gone_are_removed_after_a_day(db):
    for name, hours in (("here:1", 25), ("there:1", 23)):
        Heartbeat.objects.create(worker=name, beaten_at=Now() - timedelta(hours=hours))
    heartbeat.forget_the_gone()
    assert list(Heartbeat.objects.values_list("worker", flat=True)) == ["there:1"]


@pytest.mark.parametrize(
    ("ago", "code", "said"),
    [
        (None, 1, r"No worker of this container has been heard of\.\n"),
        (5, 0, ""),
        (600, 1, r"The worker was last heard of 6\d\d seconds ago\.\n"),
    ],
)
def test_health_check_of_a_container_asks_for_its_own_worker(woodside, ago, code, said):
    rows = Heartbeat.objects.using("owner")
    rows.create(worker="another-container:1")
    mine = heartbeat.worker_name()
    if ago is not None:
        rows.create(worker=mine, beaten_at=Now() - timedelta(seconds=ago))
    try:
        command = [sys.executable, "deploy/healthy.py", "worker"]
        ran = subprocess.run(command, cwd=settings.BASE_DIR, capture_output=True, text=True)
    finally:
        rows.all().delete()
    assert (ran.returncode, bool(re.fullmatch(said, ran.stderr))) == (code, True)
