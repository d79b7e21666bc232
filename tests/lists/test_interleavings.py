"""Workers, people and kills in any order, statement by statement, against what plain rows say must come of it.

Each actor runs in a thread on a connection of its own and stops before every statement and commit until it is let go
on; a worker that is killed there loses its connection, as one of kill -9 does. Leases last no time at all: whoever
asks for a job that nobody is at this moment gets it, so that workers that are merely slow meet all the time.
"""

import random
import threading
from contextlib import suppress
from datetime import timedelta
from functools import partial
from types import SimpleNamespace

import pytest
from django.db import connection, connections
from django_tasks_db.models import DBTaskResult

from clinic.access import Actor
from clinic.audit.models import AuditEvent
from clinic.lists import actions, models, tasks
from clinic.lists import running as jobs
from clinic.lists.jobs import exports
from clinic.lists.models import Job
from clinic.patients.models import Patient
from clinic.tenancy.scope import clinic_scope
from tests.sizes import times
from tests.world import make_patient

ROWS = times(4)
REFUSED = (actions.NoCancel, actions.NoContinue, actions.NoUndo)
WAIT = 0.005  # seconds after which an actor counts as waiting for another one's lock


class Killed(BaseException):
    """What a killed worker's Python would never see."""


class Acting:
    """A piece of work that goes on by so many statements at a time."""

    def __init__(self, work) -> None:
        self.work, self.go, self.stopped = work, threading.Semaphore(0), threading.Semaphore(0)
        self.is_over = self.is_killed = self.is_waiting = False
        self.error = None
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self) -> None:
        connection.execute_wrappers.append(self._statement)
        self.commit, connection._commit = connection._commit, self._before_commit
        try:
            self._stop()
            self.work()
        except REFUSED:
            pass
        except BaseException as error:
            self.error = None if self.is_killed else error
        finally:
            with suppress(Exception):  # of a connection that was killed
                connections.close_all()
            self.is_over = True
            self.stopped.release()

    def _statement(self, execute, sql, params, many, context):
        self._stop()
        return execute(sql, params, many, context)

    def _before_commit(self) -> None:
        self._stop()
        self.commit()

    def _stop(self) -> None:
        self.stopped.release()
        self.go.acquire()
        if self.is_killed:
            with suppress(Exception):
                connection.connection.close()
            raise Killed

    def step(self) -> None:
        """Let it come to its next statement, or to where it waits for another actor."""
        if not self.is_waiting:
            self.stopped.acquire()
            self.go.release()
        self.is_waiting = not self.stopped.acquire(timeout=WAIT)
        if not self.is_waiting:
            self.stopped.release()

    def kill(self) -> None:
        self.is_killed = True


@pytest.fixture
def scene(woodside, monkeypatch):
    """Patients of whom one is archived already, and `begin()`, a job on them; each interleaving leaves them so."""
    monkeypatch.setattr(jobs, "BATCH", max(2, ROWS // 4))
    monkeypatch.setattr(exports, "BATCH", 2)
    for module in (models, tasks):
        monkeypatch.setattr(module, "LEASE", timedelta(0))
    clinic = woodside.clinic
    by = Actor(str(woodside.clinician.pk), "Clara")

    with clinic_scope(clinic):
        keys = [make_patient().pk for _ in range(ROWS)]
        Patient.objects.filter(pk=keys[0]).update(archived_at="2026-01-01T00:00Z")

    def begin(work: str) -> SimpleNamespace:
        with clinic_scope(clinic):
            told = AuditEvent.objects.order_by("-pk").values_list("pk", flat=True)[0]
            job = actions.begin_job(
                by=by, ids=keys, list="patients", label="Work", work=f"clinic.patients.bulk.{work}",
                undo_work="clinic.patients.bulk.undo_archive" if work == "archive" else "",
                parameters={"query": "", "permission": "patients.edit", "columns": ["name"]},
            )  # fmt: skip
        return SimpleNamespace(keys=keys, job=job.pk, told=told)

    yield SimpleNamespace(clinic=clinic, by=by, begin=begin)
    DBTaskResult.objects.using("owner").all().delete()


def look(scene, key) -> None:
    """What a worker does that comes by: it puts back what somebody seems to have lost, and does what is next."""
    tasks.take_up_lost()
    if (taken := tasks.take("worker")) is not None:
        tasks.do(taken)


def look_until_nothing_is_left(scene) -> None:
    while DBTaskResult.objects.filter(status__in=("READY", "RUNNING")).exists():
        look(scene, None)


def act(scene, action, key) -> None:
    with clinic_scope(scene.clinic):
        action(by=scene.by, id=key)


def undo_of(scene, key):
    with clinic_scope(scene.clinic):
        return Job.objects.filter(undoes=key).values_list("pk", flat=True).first()


KINDS = {
    "worker": look,
    "cancel": lambda scene, key: act(scene, actions.cancel_job, key),
    "continue": lambda scene, key: act(scene, actions.continue_job, key),
    "undo": lambda scene, key: act(scene, actions.undo_job, key),
}


def play(scene, key, chance: random.Random) -> None:
    """Up to three actors at once, some steps of one and then of another; now and then one is killed."""
    acting: list[Acting] = []
    left = ["worker", *chance.choices([*KINDS], weights=[7, 2, 3, 2], k=4)]
    while left or acting:
        if left and len(acting) < 3 and (not acting or chance.random() < 0.2):
            acting.append(Acting(partial(KINDS[left.pop(0)], scene, key)))
        one = chance.choice([one for one in acting if not one.is_waiting] or acting)
        if chance.random() < 0.04:
            one.kill()
        for _ in range(chance.randint(1, 12)):
            one.step()
            if one.is_over or one.is_waiting:
                break
        if one.is_over:
            one.thread.join()
            acting.remove(one)
            assert one.error is None, one.error


def account(scene, key) -> dict[str, object]:
    """Of a job: its state, what it says it did, and what its items and the trail say."""
    with clinic_scope(scene.clinic):
        job = Job.objects.get(pk=key)
        items = {item.record_id: item.state for item in job.items.all()}
        said = {"changed": job.changed, "unchanged": job.unchanged, "failed": job.failed}
        told = AuditEvent.objects.filter(record_id=key, action="job.cancelled").order_by("pk").last()
        if job.state == "cancelled":  # nothing came after it
            assert told.changes == {"changed": job.changed}
        return {"state": job.state, "said": said, "counted": jobs.counted(job), "items": items}


def expected_archived(keys, items, undone) -> list[bool]:
    """The model: a row is archived that was so before, or that the job changed and no undo changed back."""
    return [key == keys[0] or (items.get(key) == "changed" and undone.get(key) != "changed") for key in keys]


def trail_of(made) -> list[list[str]]:
    """What was written of each row since the job was begun."""
    rows = AuditEvent.objects.filter(pk__gt=made.told, record_id__in=made.keys)
    told = list(rows.order_by("pk").values_list("record_id", "action"))
    return [[action for record, action in told if record == key] for key in made.keys]


def check(scene, made) -> str:
    """The rows are as the items say, each was written once, and the counts are those of the items; the end's state."""
    job, undo = account(scene, made.job), undo_of(scene, made.job)
    back = account(scene, undo) if undo else {"items": {}, "said": None, "counted": None}
    with clinic_scope(scene.clinic):
        archived = dict(Patient.objects.filter(pk__in=made.keys).values_list("pk", "archived_at"))
        rows, trail = [archived[key] is not None for key in made.keys], trail_of(made)
    assert (job["said"], back["said"]) == (job["counted"], back["counted"])
    assert rows == expected_archived(made.keys, job["items"], back["items"])
    written = [
        ["patient.archived"] * (job["items"][key] == "changed")
        + ["patient.restored"] * (back["items"].get(key) == "changed")
        for key in made.keys
    ]
    assert trail == written
    if back["items"]:
        assert set(back["items"]) == {key for key, state in job["items"].items() if state == "changed"}
    return job["state"]


def check_file(scene, made) -> str:
    """A file that is done is whole; the end's state."""
    with clinic_scope(scene.clinic):
        job = Job.objects.get(pk=made.job)
        content = b"".join(bytes(part.content) for part in job.parts.order_by("number")).decode()
    if job.state == "done":  # only then it is given to anybody
        found = len(content.splitlines()), job.total, job.changed
        assert (bool(job.file_name), found) == (True, (ROWS, ROWS - 1, ROWS - 1))
    return job.state


def end(scene, made) -> None:
    """What was cancelled is continued; then it is taken back."""
    if undo_of(scene, made.job) is None:
        if check(scene, made) == "cancelled":
            act(scene, actions.continue_job, made.job)
        look_until_nothing_is_left(scene)
        assert check(scene, made) == "done"
        act(scene, actions.undo_job, made.job)
        look_until_nothing_is_left(scene)
    ends = check(scene, made), account(scene, undo_of(scene, made.job))["state"]
    assert ends in (("done", "done"), ("cancelled", "done"))
    with clinic_scope(scene.clinic):
        left = list(Patient.objects.filter(pk__in=made.keys).exclude(archived_at=None).values_list("pk", flat=True))
    assert left == [made.keys[0]]


@pytest.mark.parametrize("first", range(0, 200, 50))
def test_whatever_happens_in_whatever_order_rows_counts_and_undo_agree(scene, first):
    states = set()
    for seed in range(first, first + 50):
        work = "export_csv" if seed % 4 == 3 else "archive"
        made = scene.begin(work)
        play(scene, made.job, random.Random(seed))  # noqa: S311
        if work == "archive":
            check(scene, made)
        look_until_nothing_is_left(scene)
        states.add(check_file(scene, made) if work != "archive" else check(scene, made))
        if work == "archive":
            end(scene, made)
    assert states == {"done", "cancelled"}
