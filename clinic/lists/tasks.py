"""What the worker runs. A task names its clinic and its job by id; it opens the clinic's scope itself."""

from collections.abc import Callable
from typing import cast

import structlog
from django.db import connection
from django.tasks import task
from django.utils.module_loading import import_string

from clinic.lists.models import Job
from clinic.lists.running import StoppedWork, TakenOver, claim, finish, stop
from clinic.tenancy.backend.base import DatabaseWrapper
from clinic.tenancy.fleet.migration import reason
from clinic.tenancy.models import Clinic
from clinic.tenancy.scope import public_scope

log = structlog.get_logger("clinic.job")
Work = Callable[[Clinic, Job], None]


def enqueue(job: Job) -> None:
    """Queue the job of the active clinic, in the transaction that wrote it."""
    clinic = cast(DatabaseWrapper, connection).clinic
    with public_scope():
        run_job.enqueue(clinic_id=str(clinic.pk), job_id=str(job.pk))


@task
def run_job(clinic_id: str, job_id: str) -> None:
    """Do one job, or what is left of it. An error ends the job, not the worker, and is noted without any value."""
    clinic = Clinic.objects.filter(pk=clinic_id).first()
    if clinic is None or clinic.is_closed:
        log.warning("job_left_alone", clinic=clinic_id, job=job_id)
        return
    job = claim(clinic, job_id)
    if job is None:
        return
    try:
        _do(clinic, job)
    except TakenOver:
        log.warning("job_taken_over", clinic=clinic_id, job=job_id)


def _do(clinic: Clinic, job: Job) -> None:
    """Raises TakenOver where another worker has the job."""
    work: Work = import_string(job.work)
    try:
        work(clinic, job)
        finish(clinic, job)
    except StoppedWork as why:
        stop(clinic, job, str(why))
    except TakenOver:
        raise
    except Exception as error:
        log.error("job_failed", clinic=str(clinic.pk), job=str(job.pk), why=reason(error))
        stop(clinic, job, "Something went wrong on our side, and the rest was left as it is.")
