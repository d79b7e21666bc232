"""Writing saved views, and beginning work on many rows."""

from collections.abc import Iterable
from itertools import batched
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from clinic.audit.actions import By, record
from clinic.lists.models import Job, JobItem, JobState, SavedView
from clinic.lists.tasks import enqueue

AT_ONCE = 1000  # rows in one INSERT


class NameTaken(Exception):
    """The person already has a view of that name for that list."""


class NotYours(Exception):
    """Only who saved a view, or who owns the clinic, may change or remove it."""


class NoUndo(Exception):
    """The job cannot be taken back: it is still at work, changed nothing, or was taken back already."""


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
    """Begin to take back what a finished job changed; raises Job.DoesNotExist and NoUndo."""
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
def continue_job(*, by: By, id: UUID) -> Job:
    """Hand a job to the worker again whose worker was lost; raises Job.DoesNotExist. One that is over stays so."""
    job = Job.objects.select_for_update().get(pk=id)
    if job.is_open:
        job.state, job.touched_at = JobState.WAITING, timezone.now()
        job.save(update_fields=["state", "touched_at"])
        record("job.continued", job, by=by)
        enqueue(job)
    return job
