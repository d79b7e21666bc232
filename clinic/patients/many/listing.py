"""Work on many patients at once that puts them on a list, or takes them off one. Each is the other's undo."""

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from clinic.lists.models import ItemState, Job, JobItem
from clinic.lists.running import ItemResult, StoppedWork, gather, gather_undo, run_batches
from clinic.patients.bulk import GONE, PATIENTS
from clinic.patients.hand_picked.actions import put_on_list, take_off_list
from clinic.patients.models import Patient, PatientList
from clinic.tenancy.models import Clinic

Deed = Callable[..., set[UUID]]
NO_LIST = "This list is no longer there."


def put_on(clinic: Clinic, job: Job) -> None:
    gather(clinic, job, lambda: PATIENTS.matching(job))
    run_batches(clinic, job, _doing(put_on_list))


def take_off(clinic: Clinic, job: Job) -> None:
    gather(clinic, job, lambda: PATIENTS.matching(job))
    run_batches(clinic, job, _doing(take_off_list))


def undo_put_on(clinic: Clinic, job: Job) -> None:
    gather_undo(clinic, job)
    run_batches(clinic, job, _doing(take_off_list))


def undo_take_off(clinic: Clinic, job: Job) -> None:
    gather_undo(clinic, job)
    run_batches(clinic, job, _doing(put_on_list))


def _doing(deed: Deed) -> Callable[[Job, Sequence[JobItem]], list[ItemResult]]:
    def apply(job: Job, items: Sequence[JobItem]) -> list[ItemResult]:
        chosen = (job.undoes or job).parameters["value"]
        found = PatientList.objects.open_to(job.by_id).filter(pk=chosen).first()
        if found is None:
            raise StoppedWork(NO_LIST)
        keys = [item.record_id for item in items]
        here = set(Patient.objects.filter(pk__in=keys).values_list("pk", flat=True))
        done = deed(by=job.by, list=found, patients=keys)
        return [_result(key, here, done) for key in keys]

    return apply


def _result(key: UUID, here: set[Any], done: set[UUID]) -> ItemResult:
    if key not in here:
        return ItemResult(key, ItemState.FAILED, reason=GONE)
    return ItemResult(key, ItemState.CHANGED if key in done else ItemState.UNCHANGED)
