"""How a job runs: it gathers its rows once, then takes them a few hundred at a time, each time in one transaction.

A worker that is killed leaves whole transactions behind; who continues takes the rows that are still waiting. The
worker that claimed a job last has it: another one, which was only slow, finds that at its next transaction and goes.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection, models
from django.utils import timezone

from clinic.accounts.memberships import permissions_of
from clinic.lists.models import ItemState, Job, JobItem, JobPart, JobState
from clinic.lists.reading.index_runs import Sql
from clinic.tenancy.models import Clinic
from clinic.tenancy.scope import clinic_scope

BATCH = 500
MOST_REASONS = 100  # rows that could not be changed, named on the page


class StoppedWork(Exception):
    """The job cannot go on; the message is for the person who began it."""


class TakenOver(Exception):
    """Another worker claimed the job, or somebody handed it on, since this worker's last transaction."""


@dataclass(frozen=True)
class ItemResult:
    """What became of one row; `before` and `version` are what taking it back needs."""

    record_id: UUID
    state: ItemState
    before: dict[str, Any] | None = None
    version: int | None = None
    reason: str = ""


Apply = Callable[[Job, Sequence[JobItem]], Sequence[ItemResult]]


def claim(clinic: Clinic, job_id: str) -> Job | None:
    """The job, marked as running, for the worker that asks; None for one that is over."""
    with clinic_scope(clinic):
        job = Job.objects.select_for_update().filter(pk=job_id).first()
        if job is None or not job.is_open:
            return None
        job.state, job.touched_at = JobState.RUNNING, timezone.now()
        job.save(update_fields=["state", "touched_at"])
        return job


@contextmanager
def _turn(clinic: Clinic, job: Job) -> Iterator[None]:
    """One transaction of the worker that has the job, which nobody else claims meanwhile; raises TakenOver.

    The time at which the job was touched last says whose it is: each claim, and each turn, sets another.
    """
    touched_at = job.touched_at
    try:
        with clinic_scope(clinic):
            row = Job.objects.select_for_update().get(pk=job.pk)
            if row.touched_at != touched_at or not row.is_open:
                raise TakenOver
            yield
    except BaseException:
        job.touched_at = touched_at  # what the transaction set was rolled back
        raise


def finish(clinic: Clinic, job: Job) -> None:
    _end(clinic, job, JobState.DONE, "")


def stop(clinic: Clinic, job: Job, message: str) -> None:
    _end(clinic, job, JobState.STOPPED, message)


def _end(clinic: Clinic, job: Job, state: JobState, message: str) -> None:
    with _turn(clinic, job):
        job.state, job.message, job.finished_at = state, message, timezone.now()
        job.save(update_fields=["state", "message", "finished_at"])


def gather(clinic: Clinic, job: Job, keys: Callable[[], Sql]) -> None:
    """Write down which rows the job is about, in one statement, so that the list may change while it runs.

    Raises StoppedWork when they are not as many as the person was told; nothing has been changed then.
    """
    with _turn(clinic, job):
        if job.total:
            return
        found = keys()
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO lists_jobitem (job_id, record_id, state, reason) "  # noqa: S608
                f"SELECT %s, found.id, %s, '' FROM ({found.text}) AS found (id)",
                [job.pk, ItemState.WAITING.value, *found.params],
            )
            job.total = cursor.rowcount
        if job.expected is not None and job.total != job.expected:
            raise StoppedWork(
                f"The list changed meanwhile: {job.total:,} match now, not {job.expected:,}. Nothing was changed; "
                "look at the list again."
            )
        job.save(update_fields=["total"])


def check_allowed(clinic: Clinic, job: Job) -> None:
    """Raises StoppedWork where whoever began the job may not do such a thing any more; asked for every batch."""
    if job.permission not in permissions_of(UUID(job.by_id), clinic):
        raise StoppedWork("Whoever began this may not do it any more. What was left then stays as it is.")


def run_batches(clinic: Clinic, job: Job, apply: Apply) -> None:
    """Take the waiting rows through `apply`, a transaction for each `BATCH` of them."""
    while True:
        with _turn(clinic, job):
            items = list(job.items.filter(state=ItemState.WAITING).order_by("id")[:BATCH])
            if not items:
                return
            check_allowed(clinic, job)
            _note(job, items, apply(job, items))


def _note(job: Job, items: Sequence[JobItem], results: Sequence[ItemResult]) -> None:
    by_record = {result.record_id: result for result in results}
    for item in items:
        result = by_record[item.record_id]
        item.state, item.before = result.state, result.before
        item.version, item.reason = result.version, result.reason[:200]
    JobItem.objects.bulk_update(items, ["state", "before", "version", "reason"])
    for state, field in (
        (ItemState.CHANGED, "changed"),
        (ItemState.UNCHANGED, "unchanged"),
        (ItemState.FAILED, "failed"),
    ):
        setattr(job, field, getattr(job, field) + sum(item.state == state for item in items))
    touch(job)


def touch(job: Job) -> None:
    """Save how far the job is, and that somebody is at it."""
    job.touched_at = timezone.now()
    job.save(update_fields=["changed", "unchanged", "failed", "touched_at"])


def gather_undo(clinic: Clinic, job: Job) -> None:
    """The rows that the job to be undone changed, as they were and with the version it left them at."""
    with _turn(clinic, job):
        if job.items.exists():
            return
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO lists_jobitem (job_id, record_id, state, before, version, reason) "
                "SELECT %s, record_id, %s, before, version, '' FROM lists_jobitem WHERE job_id = %s AND state = %s",
                [job.pk, ItemState.WAITING.value, job.undoes_id, ItemState.CHANGED.value],
            )


def keep_file(clinic: Clinic, job: Job, name: str, pieces: Iterator[tuple[bytes, int]]) -> None:
    """Store the file that `pieces` make up; each comes with how many rows are in it. One that is begun again is new."""
    with _turn(clinic, job):
        JobPart.objects.filter(job=job).delete()
        job.changed = 0
        touch(job)
    for number, (content, rows) in enumerate(pieces):
        with _turn(clinic, job):
            check_allowed(clinic, job)
            JobPart.objects.create(job=job, number=number, content=content)
            job.changed += rows
            touch(job)
    with _turn(clinic, job):
        job.file_name = name
        job.total = job.changed
        job.save(update_fields=["file_name", "total"])


def reasons(job: Job) -> "models.QuerySet[JobItem]":
    """The rows that could not be changed, the first ones."""
    return job.items.filter(state=ItemState.FAILED).order_by("id")[:MOST_REASONS]
