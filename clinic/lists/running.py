"""How a job runs: it gathers its rows once, then takes them a few hundred at a time, each time in one transaction.

A worker that is killed leaves whole transactions behind; who takes the job up takes the rows that are still waiting.
Each transaction of a worker begins by renewing its lease, in one statement that touches the job's row only where the
token is still its own: a worker that was merely slow, whose job was cancelled or taken up by another, writes nothing.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.db import connection, models
from django.utils import timezone

from clinic.accounts.memberships import permissions_of, restricted_to
from clinic.lists.models import ItemState, Job, JobItem, JobPart, JobState
from clinic.lists.reading.index_runs import Sql
from clinic.tenancy.models import Clinic
from clinic.tenancy.scope import clinic_scope
from clinic.tenancy.work import turns
from clinic.tenancy.work.heartbeat import worker_name

BATCH = 500
MOST_NAMED = 10  # rows that were changed, named on the page; of more it says how many
MOST_REASONS = 100  # rows that could not be changed, named on the page


class StoppedWork(Exception):
    """The job cannot go on; the message is for the person who began it."""


class TakenOver(Exception):
    """The job is no longer this worker's: it was cancelled, or another took it up after the lease had ended."""


class Leased(Exception):
    """Another worker has the job, or rows of it, and was at it just now."""


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
    """The job, for the worker that asks, under a token of its own; None for one that is over. Raises Leased.

    Whoever has the job's row locked is at it, however long that takes.
    """
    with clinic_scope(clinic):
        job = Job.objects.select_for_update(skip_locked=True).filter(pk=job_id).first()
        if job is None and Job.objects.filter(pk=job_id).exists():
            raise Leased
        if job is None or not job.is_open:
            return None
        if job.is_leased:
            raise Leased
        job.state, job.touched_at = JobState.RUNNING, timezone.now()
        job.token, job.worker = job.token + 1, worker_name()
        job.save(update_fields=["state", "touched_at", "token", "worker"])
        return job


@contextmanager
def turn(clinic: Clinic, job: Job) -> Iterator[None]:
    """One transaction of the worker that has the job, which nobody else takes or cancels meanwhile; raises TakenOver.

    It sees the patients that whoever began the job sees. Where the process was told to end, raises ToldToEnd instead
    of beginning one.
    """
    turns.get_on()
    with clinic_scope(clinic, seen_by=restricted_to(job.by_id, clinic)):
        if not _mine(job).update(touched_at=timezone.now()):
            raise TakenOver
        yield


def _mine(job: Job) -> "models.QuerySet[Job]":
    """The job's row, as long as it is this worker's."""
    return Job.objects.filter(pk=job.pk, token=job.token, state=JobState.RUNNING)


def _write(job: Job, **fields: Any) -> None:
    """Save fields of the job in its turn; a turn that was long does not end with an old lease."""
    Job.objects.filter(pk=job.pk).update(touched_at=timezone.now(), **fields)


def hand_back(clinic: Clinic, job: Job) -> None:
    """Let another worker have the job at once; nothing where it is another's already."""
    with clinic_scope(clinic):
        _mine(job).update(state=JobState.WAITING, touched_at=timezone.now())


def finish(clinic: Clinic, job: Job) -> None:
    _end(clinic, job, JobState.DONE, "")


def stop(clinic: Clinic, job: Job, message: str) -> None:
    _end(clinic, job, JobState.STOPPED, message)


def _end(clinic: Clinic, job: Job, state: JobState, message: str) -> None:
    with turn(clinic, job):
        _write(job, state=state, message=message, finished_at=timezone.now())


def gather(clinic: Clinic, job: Job, keys: Callable[[], Sql]) -> None:
    """Write down which rows the job is about, in one statement, so that the list may change while it runs.

    Raises StoppedWork when they are not as many as the person was told; nothing has been changed then.
    """
    with turn(clinic, job):
        if job.items.exists():
            return
        found = keys()
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO lists_jobitem (job_id, record_id, state, reason) "  # noqa: S608
                f"SELECT %s, found.id, %s, '' FROM ({found.text}) AS found (id)",
                [job.pk, ItemState.WAITING.value, *found.params],
            )
            total = cursor.rowcount
        if job.expected is not None and total != job.expected:
            raise StoppedWork(
                f"The list changed meanwhile: {total:,} match now, not {job.expected:,}. Nothing was changed; "
                "look at the list again."
            )
        _write(job, total=total)


def check_allowed(clinic: Clinic, job: Job) -> None:
    """Raises StoppedWork where whoever began the job may not do such a thing any more; asked for every batch."""
    if not job.permissions <= permissions_of(job.by_id, clinic):
        raise StoppedWork("Whoever began this may not do it any more. What was left then stays as it is.")


def run_batches(clinic: Clinic, job: Job, apply: Apply) -> None:
    """Take the waiting rows through `apply`, a transaction for each `BATCH` of them; raises Leased."""
    while True:
        with turn(clinic, job):
            waiting = job.items.filter(state=ItemState.WAITING)
            items = list(waiting.select_for_update(skip_locked=True).order_by("id")[:BATCH])
            if not items:
                if waiting.exists():  # in a transaction that has not ended yet
                    raise Leased
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
    _write(job, **counted(job))


def counted(job: Job) -> dict[str, int]:
    """How many of the job's rows were changed, were so already and failed."""
    found = dict(job.items.order_by().values_list("state").annotate(models.Count("id")))
    return {
        "changed": found.get(ItemState.CHANGED, 0),
        "unchanged": found.get(ItemState.UNCHANGED, 0),
        "failed": found.get(ItemState.FAILED, 0),
    }


def gather_undo(clinic: Clinic, job: Job) -> None:
    """The rows that the job to be undone changed, as they were and with the version it left them at."""
    with turn(clinic, job):
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
    with turn(clinic, job):
        JobPart.objects.filter(job=job).delete()
        _write(job, changed=0)
    digest = sha256()
    for number, (content, rows) in enumerate(pieces):
        digest.update(content)
        with turn(clinic, job):
            check_allowed(clinic, job)
            JobPart.objects.create(job=job, number=number, content=content, rows=rows)
            _write(job, changed=_rows_kept(job))
    with turn(clinic, job):
        _write(job, file_name=name, file_digest=digest.hexdigest(), total=_rows_kept(job))


def kept_pieces(clinic: Clinic, job: Job) -> Iterator[bytes]:
    """The file of a job. A stream is read after the request's own transaction has ended, so each piece has its own."""
    number = 0
    while True:
        with clinic_scope(clinic):
            part = JobPart.objects.filter(job=job.pk, number=number).first()
        if part is None:
            return
        yield bytes(part.content)
        number += 1


def _rows_kept(job: Job) -> int:
    return int(JobPart.objects.filter(job=job).aggregate(sum=models.Sum("rows", default=0))["sum"])


def reasons(job: Job) -> "models.QuerySet[JobItem]":
    """The rows that could not be changed, the first ones."""
    return job.items.filter(state=ItemState.FAILED).order_by("id")[:MOST_REASONS]


def changed_few(job: Job) -> list[UUID]:
    """The keys of the rows that were changed, where these are few enough to be named."""
    changed = job.items.filter(state=ItemState.CHANGED).order_by("id")
    keys = list(changed.values_list("record_id", flat=True)[: MOST_NAMED + 1])
    return keys if len(keys) <= MOST_NAMED else []
