"""Two workers at one job: it is done once, whoever stops, comes late or is told to end."""

from datetime import timedelta
from functools import partial
from types import SimpleNamespace

import pytest
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from clinic.access import Actor
from clinic.audit.models import AuditEvent
from clinic.lists import actions, tasks
from clinic.lists import running as jobs
from clinic.lists.models import LEASE, Job, JobItem
from clinic.lists.tasks import Later, run_job
from clinic.patients.models import Patient
from clinic.tenancy.models import Clinic, State
from clinic.tenancy.scope import clinic_scope
from clinic.tenancy.work import turns
from tests.patience import wait_until
from tests.side_by_side import backend, beside, end_of, holds_lock, waiters
from tests.world import Writer, make_patient


@pytest.fixture
def shore(woodside):
    return woodside.clinic


@pytest.fixture
def begun(woodside):
    """A job that archives three patients, waiting; `run()` is what a worker does, `kept()` what there is of it all."""
    DBTaskResult.objects.using("owner").all().delete()  # whatever another test has left
    with clinic_scope(woodside.clinic):
        keys = [make_patient().pk for _ in range(3)]
        job = actions.begin_job(
            by=Actor(str(woodside.clinician.pk), "Clara"),
            ids=keys,
            list="patients",
            label="Archive 3 patients",
            work="clinic.patients.bulk.archive",
            undo_work="clinic.patients.bulk.undo_archive",
            parameters={"query": "", "permission": "patients.edit", "columns": []},
        )

    def kept():
        with clinic_scope(woodside.clinic):
            row = Job.objects.get(pk=job.pk)
            items = list(row.items.order_by("id").values_list("state", flat=True))
            archived = AuditEvent.objects.filter(action="patient.archived", record_id__in=keys).count()
            return row.state, (row.changed, row.unchanged, row.failed), items, archived

    run = partial(run_job.call, clinic_id=str(woodside.clinic.pk), job_id=str(job.pk))
    yield SimpleNamespace(key=job.pk, patients=keys, kept=kept, run=run)
    DBTaskResult.objects.using("owner").all().delete()


DONE = ("done", (3, 0, 0), ["changed"] * 3, 3)


@pytest.fixture
def lapse(shore, begun):
    """A function that has the lease run out."""

    def lapse():
        with clinic_scope(shore):
            Job.objects.filter(pk=begun.key).update(touched_at="2026-01-01T00:00Z")

    return lapse


def act(shore, begun, action) -> None:
    with clinic_scope(shore):
        action(by=Writer(), id=begun.key)


def test_second_worker_leaves_a_job_alone_that_has_one(shore, begun):
    """The first waits in the middle of its rows, for a patient whom somebody else has, when the second asks."""
    with clinic_scope(shore):
        Patient.objects.select_for_update().get(pk=begun.patients[0])
        holder = backend()
        first = beside(begun.run)
        wait_until(lambda: first.done() or waiters(holder))
        second = end_of(beside(begun.run))
    assert (end_of(first), type(second), second.pause, begun.kept()) == (None, Later, LEASE, DONE)


def test_second_worker_that_comes_between_two_batches_leaves_it_alone_too(shore, begun):
    first = jobs.claim(shore, begun.key)
    with pytest.raises(jobs.Leased):
        jobs.claim(shore, begun.key)
    assert begun.kept() == ("running", (0, 0, 0), ["waiting"] * 3, 0)
    jobs.finish(shore, first)


@pytest.mark.parametrize("how", ["taken up", "cancelled", "continued"])
def test_worker_whose_job_is_no_longer_its_own_writes_nothing_more(shore, begun, lapse, how):
    slow = jobs.claim(shore, begun.key)
    lapse()
    if how == "taken up":
        assert jobs.claim(shore, begun.key).token == slow.token + 1
    else:
        act(shore, begun, actions.cancel_job)
    if how == "continued":
        act(shore, begun, actions.continue_job)
    for write in (
        partial(jobs.finish, shore, slow),
        partial(jobs.stop, shore, slow, "Stopped"),
        partial(jobs.gather, shore, slow, lambda: None),
        partial(jobs.gather_undo, shore, slow),
        partial(jobs.run_batches, shore, slow, lambda job, items: []),
        partial(jobs.keep_file, shore, slow, "file.csv", iter([])),
    ):
        with pytest.raises(jobs.TakenOver):
            write()
    jobs.hand_back(shore, slow)
    states = {"taken up": "running", "cancelled": "cancelled", "continued": "waiting"}
    assert begun.kept() == (states[how], (0, 0, 0), ["waiting"] * 3, 0)
    lapse()
    begun.run()
    assert begun.kept() == (DONE if how != "cancelled" else (states[how], (0, 0, 0), ["waiting"] * 3, 0))


def test_slow_worker_takes_no_piece_of_a_file_from_who_took_it_up(shore, begun, lapse):
    slow = jobs.claim(shore, begun.key)
    pieces = iter([(b"slow", 1), (b"slower", 1)])
    lapse()
    quick = jobs.claim(shore, begun.key)
    jobs.keep_file(shore, quick, "quick.csv", iter([(b"one", 1), (b"two", 2)]))
    with pytest.raises(jobs.TakenOver):
        jobs.keep_file(shore, slow, "slow.csv", pieces)
    with clinic_scope(shore):
        job = Job.objects.get(pk=begun.key)
        assert ([bytes(part.content) for part in job.parts.order_by("number")], job.file_name, job.total) == (
            [b"one", b"two"], "quick.csv", 3,
        )  # fmt: skip


@holds_lock("lists.running.run_batches")
def test_rows_that_somebody_holds_are_left_and_the_job_is_not_done(shore, begun):
    job = jobs.claim(shore, begun.key)
    with clinic_scope(shore):
        list(JobItem.objects.select_for_update().filter(job=job.pk))
        held = end_of(beside(partial(jobs.run_batches, shore, job, lambda job, items: [])))
    assert (type(held), begun.kept()) == (jobs.Leased, ("running", (0, 0, 0), ["waiting"] * 3, 0))


def test_lost_job_is_put_back_and_done_by_another_worker(shore, begun, lapse):
    """The first worker is gone after it took the task, and again after it claimed the job."""
    (taken,) = [tasks.take("gone")]
    seen = []
    for worker in ("before the claim", "after it"):
        if worker == "after it":
            jobs.claim(shore, begun.key)
        tasks.take_up_lost()
        seen.append(tasks.take("other"))
        DBTaskResult.objects.filter(pk=taken.pk).update(started_at="2026-01-01T00:00Z")
        if worker == "after it":
            tasks.take_up_lost()
            seen.append(tasks.take("other"))
            lapse()
        tasks.take_up_lost()
        seen.append(tasks.take("other"))
    assert [one and one.pk for one in seen] == [None, taken.pk, None, None, taken.pk]
    tasks.do(seen[-1])
    assert (begun.kept(), DBTaskResult.objects.get(pk=taken.pk).status) == (DONE, "SUCCESSFUL")


def test_slow_worker_does_not_end_the_task_of_who_took_the_job_up(shore, begun, monkeypatch):
    monkeypatch.setattr(tasks, "LEASE", timedelta(0))
    slow = tasks.take("slow")
    tasks.take_up_lost()
    other = tasks.take("other")
    states = []
    for taken in (slow, other):
        tasks.do(taken)
        states.append(DBTaskResult.objects.get().status)
    assert (states, begun.kept()) == (["RUNNING", "SUCCESSFUL"], DONE)


def test_task_whose_rows_somebody_holds_is_looked_at_again(shore, begun):
    with clinic_scope(shore):
        list(JobItem.objects.select_for_update().filter(job=begun.key))
        end_of(beside(lambda: tasks.do(tasks.take("worker"))))
    task = DBTaskResult.objects.get()
    assert (task.status, task.run_after > timezone.now(), begun.kept()[0]) == ("READY", True, "running")


def test_job_of_a_suspended_clinic_is_looked_at_again(shore, begun):
    clinics = Clinic.objects.using("owner").filter(pk=shore.pk)
    clinics.update(state=State.SUSPENDED)
    try:
        tasks.do(tasks.take("worker"))
        left = begun.kept(), DBTaskResult.objects.get().status, tasks.take("worker")
    finally:
        clinics.update(state=State.ACTIVE)
    DBTaskResult.objects.update(run_after="2026-01-01T00:00Z")
    tasks.do(tasks.take("worker"))
    waiting = ("waiting", (0, 0, 0), ["waiting"] * 3, 0)
    assert (left, begun.kept()) == ((waiting, "READY", None), DONE)


def test_worker_that_is_told_to_end_hands_its_job_to_the_next(shore, begun, monkeypatch):
    monkeypatch.setattr(jobs, "BATCH", 1)
    turns_left = iter([False, False, True])
    monkeypatch.setattr(turns, "get_on", lambda: stop() if next(turns_left) else None)

    def stop():
        raise turns.ToldToEnd

    with pytest.raises(turns.ToldToEnd):
        tasks.do(tasks.take("first"))
    left = begun.kept()
    monkeypatch.setattr(turns, "get_on", lambda: None)
    tasks.do(tasks.take("second"))
    assert (left, begun.kept()) == (("waiting", (1, 0, 0), ["changed", "waiting", "waiting"], 1), DONE)
