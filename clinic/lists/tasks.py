"""The queue: a task says "look at this job of this clinic", and nothing else; whose the job is, the job itself knows.

So a task may be done twice, late or by two workers at once. One that a killed worker left is put back when the lease
of its job is over, and one that cannot be done now is put back for later.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, cast

import structlog
from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.tasks import TaskResultStatus, task
from django.utils import timezone
from django.utils.module_loading import import_string
from django_tasks_db.models import DBTaskResult
from structlog.contextvars import bound_contextvars, get_contextvars

from clinic.lists.models import LEASE, Job
from clinic.lists.running import Leased, StoppedWork, TakenOver, claim, finish, hand_back, stop
from clinic.metrics.counting import count
from clinic.metrics.declared import JOBS_ENDED
from clinic.postgres.outages import is_lost
from clinic.services import QUEUES, service_of_work, worked_queues
from clinic.tenancy.backend.base import DatabaseWrapper
from clinic.tenancy.fleet.migration import reason
from clinic.tenancy.models import Clinic
from clinic.tenancy.scope import clinic_scope, public_scope
from clinic.tenancy.work import turns

log = structlog.get_logger("clinic.job")
Work = Callable[[Clinic, Job], None]
Taken = DBTaskResult[Any, Any]  # a task that a worker has
AGAIN = timedelta(minutes=1)  # when a job of a closed clinic is looked at again
TASKS_KEPT = timedelta(days=7)


class Later(Exception):
    """Nothing can be done about the job now; it is to be looked at again after `pause`."""

    def __init__(self, pause: timedelta) -> None:
        self.pause = pause


def enqueue(job: Job) -> None:
    """Queue the job of the active clinic, in the transaction that wrote it."""
    clinic = cast(DatabaseWrapper, connection).clinic
    with public_scope():
        asked_by = get_contextvars().get("request_id", "")
        queue = QUEUES[service_of_work(job.work)]
        run_job.using(queue_name=queue).enqueue(clinic_id=str(clinic.pk), job_id=str(job.pk), request_id=asked_by)


def is_queued(job: Job) -> bool:
    """Whether a worker will look at the job of the active clinic, or does."""
    with public_scope():
        tasks = DBTaskResult.objects.filter(status__in=(TaskResultStatus.READY, TaskResultStatus.RUNNING))
        return bool(tasks.filter(args_kwargs__kwargs__job_id=str(job.pk)).exists())


@task
def run_job(clinic_id: str, job_id: str, request_id: str = "") -> None:
    """Do one job, or what is left of it. An error ends the job, not the worker, and is noted without any value.

    What is logged meanwhile has the id of the request that asked for it. Raises Later, and what a lost connection
    raises; ToldToEnd passes through.
    """
    with bound_contextvars(request_id=request_id):
        _look_at(clinic_id, job_id)


def _look_at(clinic_id: str, job_id: str) -> None:
    clinic = Clinic.objects.filter(pk=clinic_id).first()
    if clinic is None:
        return
    if clinic.is_closed:
        log.info("job_left_alone", clinic=clinic_id, job=job_id)
        raise Later(AGAIN)
    try:
        if (job := claim(clinic, job_id)) is not None:
            log.info("job_begun", clinic=clinic_id, job=job_id, work=job.work)
            _do(clinic, job)
    except Leased as leased:
        raise Later(LEASE) from leased


def _do(clinic: Clinic, job: Job) -> None:
    try:
        work: Work = import_string(job.work)
        work(clinic, job)
        finish(clinic, job)
        count(JOBS_ENDED, "done")
        log.info("job_done", clinic=str(clinic.pk), job=str(job.pk))
    except StoppedWork as why:
        count(JOBS_ENDED, "stopped")
        _stop(clinic, job, str(why))
    except Leased:
        raise
    except TakenOver:
        count(JOBS_ENDED, "given_up")
        log.info("job_given_up", clinic=str(clinic.pk), job=str(job.pk))
    except turns.ToldToEnd:
        hand_back(clinic, job)
        raise
    except Exception as error:
        if is_lost(error):
            raise
        count(JOBS_ENDED, "failed")
        log.error("job_failed", clinic=str(clinic.pk), job=str(job.pk), why=reason(error))
        _stop(clinic, job, "Something went wrong on our side, and the rest was left as it is.")


def _stop(clinic: Clinic, job: Job, message: str) -> None:
    try:
        stop(clinic, job, message)
    except TakenOver:
        log.info("job_given_up", clinic=str(clinic.pk), job=str(job.pk))


def take(worker: str) -> Taken | None:
    """The next task of this worker's queues, noted as its own; None where none is due."""
    with transaction.atomic():
        found: Taken | None = DBTaskResult.objects.ready().filter(queue_name__in=worked_queues()).get_locked()
        if found is not None:
            found.claim(worker)
    return found


def do(taken: Taken) -> None:
    """Do a task that was taken. What went wrong is noted without values; a lost connection is the caller's."""
    try:
        taken.task.call(*taken.args_kwargs["args"], **taken.args_kwargs["kwargs"])
    except Later as later:
        _put_back(taken, later.pause)
    except turns.ToldToEnd:
        _put_back(taken, timedelta(0))
        raise
    except Exception as error:
        if is_lost(error):
            raise
        log.error("task_failed", task=taken.task_path, why=reason(error))
        _end(taken, TaskResultStatus.FAILED, type(error).__qualname__, reason(error))
    else:
        _end(taken, TaskResultStatus.SUCCESSFUL)


def _end(taken: Taken, status: TaskResultStatus, error: str = "", why: str = "") -> None:
    _as_taken(taken).update(status=status, finished_at=timezone.now(), exception_class_path=error, traceback=why)


def _put_back(taken: Taken, pause: timedelta) -> None:
    _as_taken(taken).update(status=TaskResultStatus.READY, run_after=timezone.now() + pause)


def _as_taken(taken: Taken) -> "QuerySet[Taken]":
    """Nothing where it was put back meanwhile, and perhaps taken again: then it is another worker's to end."""
    return DBTaskResult.objects.filter(pk=taken.pk, status=TaskResultStatus.RUNNING, started_at=taken.started_at)


def take_up_lost() -> None:
    """Put back the tasks whose worker is gone: begun a lease ago, and nobody has been at their job for as long."""
    begun = Q(status=TaskResultStatus.RUNNING, started_at__lt=timezone.now() - LEASE)
    for taken in DBTaskResult.objects.filter(begun, task_path=f"{__name__}.run_job"):
        turns.get_on()
        keys = taken.args_kwargs["kwargs"]
        if not _is_leased(keys["clinic_id"], keys["job_id"]):
            log.warning("job_lost", clinic=keys["clinic_id"], job=keys["job_id"], worker=taken.worker_ids[-1])
            _put_back(taken, timedelta(0))


def _is_leased(clinic_id: str, job_id: str) -> bool:
    """Whether the clinic's job is a living worker's; a closed clinic is not looked into."""
    clinic = Clinic.objects.filter(pk=clinic_id).first()
    if clinic is None or clinic.is_closed:
        return False
    with clinic_scope(clinic):
        job = Job.objects.filter(pk=job_id).first()
        return job is not None and job.is_leased


def remove_old() -> None:
    """Tasks that are over say nothing that the jobs do not."""
    over = DBTaskResult.objects.filter(status__in=(TaskResultStatus.SUCCESSFUL, TaskResultStatus.FAILED))
    over.filter(finished_at__lt=timezone.now() - TASKS_KEPT).delete()
