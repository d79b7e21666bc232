"""Cancelling and continuing: what is offered is what is accepted, and nothing is begun twice."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, InterfaceError, OperationalError, connection
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from clinic.lists import running as jobs
from clinic.lists import tasks
from clinic.lists.models import Job, JobState
from clinic.postgres.outages import is_lost
from clinic.tenancy.models import Heartbeat
from clinic.tenancy.scope import clinic_scope
from tests.committed import administer
from tests.lists.test_job_pages import LOST, make, page, reread
from tests.lists.test_workers import DONE, begun, lapse, shore
from tests.side_by_side import backend

__all__ = ["begun", "lapse", "make", "shore"]  # fixtures
GOES_ON = "This work goes on by itself; there is nothing to continue."
QUEUED, LATE, UNDONE = "queued", "late", "undone"


@pytest.mark.parametrize(
    ("state", "has", "offered", "refusal"),
    [
        (JobState.WAITING, {QUEUED}, False, GOES_ON),
        (JobState.WAITING, {QUEUED, LATE}, False, GOES_ON),
        (JobState.WAITING, {LATE}, True, ""),
        (JobState.RUNNING, set(), False, GOES_ON),
        (JobState.RUNNING, {QUEUED, LATE}, False, GOES_ON),
        (JobState.RUNNING, {LATE}, True, ""),
        (JobState.DONE, {LATE}, False, "This work is done."),
        (JobState.STOPPED, set(), True, ""),
        (JobState.CANCELLED, set(), True, ""),
        (JobState.STOPPED, {UNDONE}, False, "This work was taken back."),
        (JobState.CANCELLED, {UNDONE}, False, "This work was taken back."),
    ],
)
def test_continue_is_offered_and_accepted_where_nobody_is_at_it(client, make, riverside, state, has, offered, refusal):
    job = make(state=state, changed=1, touched_at=timezone.now() - LOST * (LATE in has))
    if QUEUED in has:
        tasks.run_job.enqueue(clinic_id=str(riverside.clinic.pk), job_id=str(job.pk))
    if UNDONE in has:
        make(label="Undo", undoes=job)
    before = DBTaskResult.objects.count()
    assert (f"/work/{job.pk}/continue/" in page(client, job)) is offered
    answer = client.post(f"/work/{job.pk}/continue/")
    kept = reread(riverside, job)
    if refusal:
        assert (answer.status_code, refusal in answer.content.decode(), kept.state) == (409, True, state)
    else:
        assert (answer.status_code, kept.state, kept.message, kept.finished_at) == (302, JobState.WAITING, "", None)
    assert DBTaskResult.objects.count() - before == (0 if refusal else 1)


@pytest.mark.parametrize("state", JobState)
def test_cancel_is_offered_and_accepted_while_a_job_is_open(client, make, riverside, state):
    job = make(state=state, total=5, changed=2)
    is_open = state in (JobState.WAITING, JobState.RUNNING)
    assert (f"/work/{job.pk}/cancel/" in page(client, job)) is is_open
    answer = client.post(f"/work/{job.pk}/cancel/")
    kept = reread(riverside, job)
    if is_open:
        told = "Cancelled by Clara Clinician. What was done until then stays, and the rest is as it was."
        assert (answer.status_code, kept.state, kept.message) == (302, JobState.CANCELLED, told)
        shown = page(client, job)
        assert (told in shown, "<dt>Not reached</dt> <dd> <bdi>3</bdi> </dd>" in shown) == (True, True)
        assert f"/work/{job.pk}/undo/" in shown
    else:
        assert (answer.status_code, "This work is over." in answer.content.decode(), kept.state) == (409, True, state)


def test_cancelled_job_is_taken_back_as_far_as_it_came(client, patients, work, riverside, monkeypatch):
    """Cancelled between two batches, by who began it."""
    monkeypatch.setattr(jobs, "BATCH", 2)
    address = client.post("/patients/bulk/", {"do": "archive", "id": patients.keys[:5]})["Location"]
    note, batches = jobs._note, []

    def note_and_cancel(job, items, results):
        note(job, items, results)
        batches.append([item.record_id for item in items])

    monkeypatch.setattr(jobs, "_note", note_and_cancel)
    monkeypatch.setattr(jobs.turns, "get_on", lambda: client.post(f"{address}cancel/") if len(batches) == 1 else None)
    work()
    with clinic_scope(riverside.clinic):
        job = Job.objects.get()
        archived = set(job.items.filter(state="changed").values_list("record_id", flat=True))
    assert (job.state, job.changed, job.waiting, archived) == (JobState.CANCELLED, 2, 3, set(batches[0]))
    monkeypatch.undo()
    client.post(f"{address}undo/")
    work()
    with clinic_scope(riverside.clinic):
        undo = Job.objects.get(undoes=job)
        left = [patient.archived_at for patient in type(patients.made[0]).objects.filter(pk__in=patients.keys)]
    assert (undo.state, undo.changed, left) == (JobState.DONE, 2, [None] * 12)


def test_job_whose_worker_loses_its_connection_is_taken_up(shore, begun, lapse, monkeypatch):
    """In the middle of a batch; the worker itself gets a new connection and goes on with what is next."""
    taken, note = tasks.take("worker"), jobs._note

    def lose(job, items, results):
        administer("SELECT pg_terminate_backend(%s)", backend())
        note(job, items, results)

    monkeypatch.setattr(jobs, "_note", lose)
    with pytest.raises(DatabaseError) as lost:
        tasks.do(taken)
    assert is_lost(lost.value) is True
    connection.close()
    monkeypatch.setattr(jobs, "_note", note)
    left = begun.kept()
    lapse()
    DBTaskResult.objects.update(started_at=timezone.now() - timedelta(minutes=1))
    tasks.take_up_lost()
    tasks.do(tasks.take("worker"))
    assert (left, begun.kept()) == (("running", (0, 0, 0), ["waiting"] * 3, 0), DONE)


@pytest.mark.parametrize(
    ("statement", "lost"),
    [
        ("DO $$ BEGIN RAISE SQLSTATE '57P01'; END $$", True),
        ("DO $$ BEGIN RAISE SQLSTATE '57P03'; END $$", True),
        ("DO $$ BEGIN RAISE SQLSTATE '08006'; END $$", True),
        ("DO $$ BEGIN RAISE SQLSTATE '57014'; END $$", False),
        ("DO $$ BEGIN RAISE SQLSTATE '40P01'; END $$", False),
        ("DO $$ BEGIN RAISE SQLSTATE '53100'; END $$", False),
        ("SELECT 1 / 0", False),
        ("COMMIT", False),
    ],
)
def test_lost_connection_is_told_from_an_error_of_what_was_asked(shore, statement, lost):
    with pytest.raises((DatabaseError, InterfaceError)) as told, clinic_scope(shore), connection.cursor() as cursor:
        cursor.execute(statement)
    assert is_lost(told.value) is lost
    connection.close()


def test_other_errors_are_no_lost_connections():
    told = [is_lost(error) for error in (ValueError(), OSError(), OperationalError(), InterfaceError())]
    assert told == [False, False, True, True]


def test_page_of_a_job_that_waits_says_whether_anybody_works(client, make, riverside):
    job = make(touched_at=timezone.now() - LOST)
    tasks.run_job.enqueue(clinic_id=str(riverside.clinic.pk), job_id=str(job.pk))
    Heartbeat.objects.all().delete()
    nobody = page(client, job)
    Heartbeat.objects.create(worker="here:1")
    somebody = page(client, job)
    ends = "when background work runs again: whoever looks after the server can start it.", "when its turn comes."
    assert [end in shown for shown in (nobody, somebody) for end in ends] == [True, False, False, True]
