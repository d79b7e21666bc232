"""What the database says of itself: one statement of the web's role, however many clinics there are."""

from datetime import timedelta

import pytest
from django.db import connection
from django.db.models.functions import Now
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from clinic.metrics.declared import BACKUP_AGE, BEHIND, CLINICS, HEARTBEAT, QUEUE_OLDEST, QUEUE_TASKS
from clinic.staff.actions import OPERATOR
from clinic.staff.backups.writing import backup_clinic
from clinic.tenancy.models import Clinic, Heartbeat, State
from clinic.tenancy.work import figures


def found(metric):
    return {labels: value for each, labels, value in figures._shared() if each == metric}


def queue(status, **fields):
    values = {"task_path": "clinic.lists.tasks.run_job", "args_kwargs": {"args": [], "kwargs": {}}, **fields}
    return DBTaskResult.objects.create(status=status, backend_name="default", **values)


def test_shared_tables_are_asked_once_however_many_clinics(riverside, hillside):
    with CaptureQueriesContext(
        connection,
    ) as captured:
        figures._shared()
    assert [query["sql"][:6] for query in captured if "SAVEPOINT" not in query["sql"]] == ["SET LO", "\nSELEC"]


def test_tasks_that_wait_and_run_are_counted_and_the_oldest_due_one_has_an_age(riverside):
    for status in ("READY", "READY", "RUNNING", "SUCCESSFUL"):
        queue(status)
    DBTaskResult.objects.filter(status="READY").update(enqueued_at=Now() - timedelta(minutes=5))
    queue("READY", run_after=timezone.now() + timedelta(hours=1))
    assert found(QUEUE_TASKS) == {("default", "ready"): 3.0, ("default", "running"): 1.0}
    assert 300 <= found(QUEUE_OLDEST)["default",] < 310


def test_heartbeat_is_the_last_of_any_worker_and_absent_without_one(riverside):
    assert (found(HEARTBEAT), len(found(CLINICS))) == ({}, 4)
    for worker, seconds in (("a:1", 400), ("b:2", 40)):
        Heartbeat.objects.create(worker=worker, beaten_at=Now() - timedelta(seconds=seconds))
    assert 40 <= found(HEARTBEAT)[()] < 50


def test_clinics_are_counted_by_their_state_each_once(lakeside):
    rows = Clinic.objects.using("owner").filter(pk=lakeside.clinic.pk)
    seen = []
    for fields in (
        {"state": State.SUSPENDED},
        {"out_of_service": True},
        {"deleted_at": timezone.now()},
        {"state": State.ACTIVE, "out_of_service": False, "deleted_at": None},
    ):
        rows.update(**fields)
        seen.append({labels[0]: value for labels, value in found(CLINICS).items()})
    active = seen[3]["active"]
    assert (active >= 2, sum(seen[0].values())) == (True, active)
    assert [{name: n for name, n in each.items() if n} for each in seen] == [
        {"active": active - 1, "suspended": 1},
        {"active": active - 1, "out_of_service": 1},
        {"active": active - 1, "deleted": 1},
        {"active": active},
    ]


def test_age_of_a_backup_is_of_the_last_whole_one_else_of_the_clinic(lakeside, tmp_path):
    rows = Clinic.objects.using("owner").filter(pk=lakeside.clinic.pk)
    rows.update(created_at=Now() - timedelta(days=3))
    key = (str(lakeside.clinic.pk),)
    never = found(BACKUP_AGE)[key]
    with pytest.raises(OSError, match="No such file"):
        backup_clinic(clinic=lakeside.clinic, to=tmp_path / "nowhere" / "file", by=OPERATOR)
    failed = found(BACKUP_AGE)[key]
    backup_clinic(clinic=lakeside.clinic, to=tmp_path / "file", by=OPERATOR)
    assert (259_200 <= never <= failed < 259_260, 0 <= found(BACKUP_AGE)[key] < 60) == (True, True)


def test_answer_is_given_again_and_an_error_is_none(caplog):
    asked = []

    def ask():
        asked.append(len(asked))
        if len(asked) == 2:
            raise ValueError("Garcia")
        return [(HEARTBEAT, (), 1.0)]

    remembered = figures.Remembered(ask, 60)
    assert (remembered(), remembered(), asked) == ([(HEARTBEAT, (), 1.0)], [(HEARTBEAT, (), 1.0)], [0])
    remembered.until = 0
    assert (remembered(), len(asked)) == ([], 2)
    assert [("figures_missed" in str(record.msg), "Garcia" in str(record.msg)) for record in caplog.records] == [
        (True, False)
    ]


def test_sizes_and_clinics_behind_are_figures_too(lakeside):
    assert figures._size()[0][2] > 1_000_000
    assert figures._behind() == [(BEHIND, (), 0.0)]
    Clinic.objects.using("owner").filter(pk=lakeside.clinic.pk).update(schema_name="c_nowhere")
    behind = figures._behind()
    Clinic.objects.using("owner").filter(pk=lakeside.clinic.pk).update(schema_name=lakeside.clinic.schema_name)
    assert behind == [(BEHIND, (), 1.0)]
