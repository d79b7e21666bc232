"""Writing saved views, and beginning work on many rows."""

from collections.abc import Iterable
from itertools import batched
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from clinic.access import Actor
from clinic.audit.actions import By, record
from clinic.lists.models import FILES_KEPT, Job, JobItem, JobPart, JobState, SavedView
from clinic.lists.tasks import enqueue, is_queued

AT_ONCE = 1000  # rows in one INSERT
WORKER = Actor("worker", "Background work")


class NameTaken(Exception):
    """The person already has a view of that name for that list."""


class NotYours(Exception):
    """Only who saved a view, or who owns the clinic, may change or remove it."""


class NotNow(Exception):
    """What is asked of a job cannot be done with it as it is; the message is for whoever asked."""


class NoUndo(NotNow):
    """The job cannot be taken back: it is still at work, changed nothing, or was taken back already."""


class NoContinue(NotNow):
    """Nothing is to be continued: the job is queued or at work, is whole, or was taken back."""


class NoCancel(NotNow):
    """The job is over."""


@transaction.atomic
def save_view(*, by: By, list: str, name: str, query: str, is_shared: bool) -> SavedView:
    """Keep a list's address under a name; raises NameTaken."""
    view = SavedView(
        list=list, name=name, query=query, owner_id=UUID(by.id), owner_name=by.name, is_shared=is_shared
    )  # fmt: skip
    try:
        with transaction.atomic():
            view.save(force_insert=True)
    except IntegrityError as error:
        raise NameTaken("You already have a view of that name.") from error
    record("view.saved", view, by=by, changes={"list": list, "shared": is_shared})
    return view


@transaction.atomic
def change_view(*, by: By, id: UUID, owns_clinic: bool, **fields: Any) -> SavedView:
    """Change `name`, `query` or `is_shared`; raises SavedView.DoesNotExist, NotYours and NameTaken."""
    view = _own_view(by, id, owns_clinic)
    for field, value in fields.items():
        setattr(view, field, value)
    try:
        with transaction.atomic():
            view.save(update_fields=[*fields])
    except IntegrityError as error:
        raise NameTaken("You already have a view of that name.") from error
    record("view.changed", view, by=by, changes={"fields": sorted(fields), "shared": view.is_shared})
    return view


@transaction.atomic
def remove_view(*, by: By, id: UUID, owns_clinic: bool) -> None:
    """Forget a view; raises SavedView.DoesNotExist and NotYours."""
    view = _own_view(by, id, owns_clinic)
    record("view.removed", view, by=by)
    view.delete()


def _own_view(by: By, id: UUID, owns_clinic: bool) -> SavedView:
    view = SavedView.objects.seen_by(by.id).select_for_update().get(pk=id)
    if str(view.owner_id) != by.id and not owns_clinic:
        raise NotYours("This view was saved by somebody else.")
    return view


@transaction.atomic
def begin_job(*, by: By, ids: Iterable[UUID] | None = None, **fields: Any) -> Job:
    """Hand work on many rows to the worker; `fields` are the job's. Without `ids` the work gathers its rows itself."""
    job = Job(by_id=by.id, by_name=by.name, **fields)
    job.save(force_insert=True)
    for chunk in batched(ids or (), AT_ONCE):
        JobItem.objects.bulk_create(JobItem(job=job, record_id=id) for id in chunk)
        job.total += len(chunk)
    if job.total:
        job.save(update_fields=["total"])
    record("job.begun", job, by=by, changes={"list": job.list, "what": job.label, "rows": job.total})
    enqueue(job)
    return job


@transaction.atomic
def undo_job(*, by: By, id: UUID) -> Job:
    """Begin to take back what a job changed that is over; raises Job.DoesNotExist and NoUndo."""
    job = Job.objects.select_for_update().get(pk=id)
    if job.is_open or not job.undo_work or not job.changed or Job.objects.filter(undoes=job).exists():
        raise NoUndo("There is nothing to take back.")
    return begin_job(
        by=by,
        list=job.list,
        label=f"Undo: {job.label}",
        work=job.undo_work,
        undoes=job,
        total=job.changed,
    )


@transaction.atomic
def cancel_job(*, by: By, id: UUID) -> Job:
    """End a job that waits or runs, after the batch that its worker is at; raises Job.DoesNotExist and NoCancel.

    The worker finds at its next transaction that the job is no longer its own.
    """
    job = Job.objects.select_for_update().get(pk=id)
    if not job.is_open:
        raise NoCancel("This work is over.")
    job.state, job.finished_at = JobState.CANCELLED, timezone.now()
    job.message = f"Cancelled by {by.name}. What was done until then stays, and the rest is as it was."
    job.save(update_fields=["state", "message", "finished_at"])
    record("job.cancelled", job, by=by, changes={"changed": job.changed})
    return job


def why_not_continue(job: Job) -> str:
    """Why a job cannot be continued, as a sentence; empty where it can. Who writes has the job's row locked."""
    if job.state == JobState.DONE:
        return "This work is done."
    if Job.objects.filter(undoes=job).exists():
        return "This work was taken back."
    if job.is_leased or (job.is_open and is_queued(job)):
        return "This work goes on by itself; there is nothing to continue."
    return ""


@transaction.atomic
def continue_job(*, by: By, id: UUID) -> Job:
    """Queue a job again that was ended early, or is open and forgotten; raises Job.DoesNotExist and NoContinue."""
    job = Job.objects.select_for_update().get(pk=id)
    if why := why_not_continue(job):
        raise NoContinue(why)
    job.state, job.message, job.finished_at, job.touched_at = JobState.WAITING, "", None, timezone.now()
    job.save(update_fields=["state", "message", "finished_at", "touched_at"])
    record("job.continued", job, by=by)
    enqueue(job)
    return job


@transaction.atomic
def remove_old_files(*, by: By = WORKER) -> None:
    """Remove the files of the active clinic's jobs that are older than `FILES_KEPT`; each can be made again."""
    over = Job.objects.exclude(state__in=(JobState.WAITING, JobState.RUNNING))
    for job in over.filter(finished_at__lt=timezone.now() - FILES_KEPT, parts__isnull=False).distinct():
        JobPart.objects.filter(job=job).delete()
        record("job.file_removed", job, by=by)
