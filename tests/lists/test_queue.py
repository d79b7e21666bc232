"""Tasks of the queue by the clock: put back when a lease is over, looked at later, removed when they say nothing."""

import json
from datetime import timedelta

import pytest
from django_tasks_db.models import DBTaskResult

from clinic.lists import actions, tasks
from clinic.lists.models import Job
from clinic.tenancy.scope import clinic_scope
from clinic.ui.logs import formatter
from tests.clock import in_one_zone
from tests.world import Writer, make_patient


@pytest.fixture
def job(riverside) -> Job:
    DBTaskResult.objects.all().delete()  # whatever another test has left
    with clinic_scope(riverside.clinic):
        return actions.begin_job(
            by=Writer(id=str(riverside.clinician.pk)), ids=[make_patient().pk], list="patients", label="Archive",
            work="clinic.patients.bulk.archive", parameters={"query": "", "permission": "patients.edit"},
        )  # fmt: skip


def after(clock, *steps: int, look) -> list[bool]:
    """Whether `look` found something, each time so many seconds later."""
    found = []
    for seconds in steps:
        clock.move(seconds=seconds)
        found.append(bool(look()))
    return found


def put_back():
    tasks.take_up_lost()
    return tasks.take("other")


@in_one_zone
@pytest.mark.clock("clinic/lists/tasks.py:take_up_lost", "clinic/lists/tasks.py:_put_back")
def test_task_of_a_dead_worker_is_put_back_after_a_lease(clock, job):
    assert tasks.take("gone") is not None
    assert after(clock, 30, 1, look=put_back) == [False, True]


@in_one_zone
@pytest.mark.clock("clinic/lists/tasks.py:_put_back")
def test_task_that_is_put_back_for_later_waits_until_then(clock, job):
    tasks._put_back(tasks.take("worker"), timedelta(minutes=1))
    assert after(clock, 59, 1, look=lambda: tasks.take("worker")) == [False, True]


@in_one_zone
@pytest.mark.clock("clinic/lists/tasks.py:_put_back")
def test_task_that_somebody_took_meanwhile_is_not_put_back(clock, job):
    slow = tasks.take("slow")
    clock.move(seconds=31)
    assert put_back() is not None
    tasks._put_back(slow, timedelta(0))
    assert (tasks.take("third"), DBTaskResult.objects.get().worker_ids) == (None, ["slow", "other"])


@in_one_zone
@pytest.mark.clock("clinic/lists/tasks.py:_end", "clinic/lists/tasks.py:remove_old")
def test_task_that_is_over_is_removed_after_a_week(clock, job):
    tasks.do(tasks.take("worker"))
    assert DBTaskResult.objects.get().finished_at == clock.moment

    def is_there():
        tasks.remove_old()
        return DBTaskResult.objects.exists()

    assert after(clock, 7 * 24 * 60 * 60, 1, look=is_there) == [True, False]


@in_one_zone
@pytest.mark.clock("clinic/lists/tasks.py:remove_old")
def test_task_that_waits_is_kept(clock, job):
    clock.move(days=30)
    tasks.remove_old()
    assert DBTaskResult.objects.get().status == "READY"


def test_task_that_fails_is_over_and_noted_without_what_was_said(job, monkeypatch, caplog):
    """A name of a task that is no more, as after a rollback of a release."""
    DBTaskResult.objects.update(task_path="clinic.lists.tasks.Marguerite")
    tasks.do(tasks.take("worker"))
    kept = DBTaskResult.objects.get()
    assert (kept.status, kept.exception_class_path, kept.traceback[:14]) == ("FAILED", "ImportError", "ImportError in")


def test_work_is_logged_under_the_request_that_asked_for_it(client, patients, work, caplog):
    asked = {"do": "archive", "scope": "rows", "id": patients.keys[:2]}
    client.post("/patients/bulk/", asked, headers={"X-Request-Id": "lab-42"})
    caplog.clear()
    with caplog.at_level("INFO"):
        work()
    lines = [json.loads(formatter().format(line)) for line in caplog.records if line.name == "clinic.job"]
    assert [(line["event"], line["request_id"]) for line in lines] == [("job_begun", "lab-42"), ("job_done", "lab-42")]
