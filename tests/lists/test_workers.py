"""Two workers at one job: it is done once, by the one that claimed it last."""

from functools import partial
from types import SimpleNamespace

import pytest
from django_tasks_db.models import DBTaskResult

from clinic.access import Actor
from clinic.audit.models import AuditEvent
from clinic.lists import actions
from clinic.lists import running as jobs
from clinic.lists.models import Job
from clinic.lists.tasks import run_job
from clinic.patients.models import Patient
from clinic.tenancy.scope import clinic_scope
from tests.side_by_side import backend, beside, end_of, holds_lock, wait_until, waiters
from tests.world import Writer, make_patient


@pytest.fixture
def shore(woodside):
    return woodside.clinic


@pytest.fixture
def begun(woodside):
    """A job that archives three patients, waiting; `run()` is what a worker does, `kept()` what there is of it all."""
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


@holds_lock("lists.running._turn")
def test_job_of_two_workers_is_done_once(shore, begun):
    """The first waits in the middle of its rows, for a patient whom somebody else has, when the second claims it."""
    with clinic_scope(shore):
        Patient.objects.select_for_update().get(pk=begun.patients[0])
        holder = backend()
        first = beside(begun.run)
        wait_until(lambda: first.done() or waiters(holder))
        second = beside(begun.run)
        wait_until(lambda: second.done() or any(map(waiters, waiters(holder))))
    assert (end_of(first), end_of(second), begun.kept()) == (None, None, DONE)


@pytest.mark.parametrize("take", ["claim", "continue"])
def test_worker_whose_job_was_taken_over_writes_nothing_more(shore, begun, take):
    slow = jobs.claim(shore, begun.key)
    if take == "claim":
        assert jobs.claim(shore, begun.key).state == "running"
    else:
        with clinic_scope(shore):
            actions.continue_job(by=Writer(), id=begun.key)
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
    assert begun.kept() == ("running" if take == "claim" else "waiting", (0, 0, 0), ["waiting"] * 3, 0)
    begun.run()
    assert begun.kept() == DONE
