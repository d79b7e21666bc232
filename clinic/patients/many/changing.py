"""Work on many patients at once that changes a field of each: tags, and discharging. Each is taken back by undo."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from django.utils import timezone

from clinic.lists.models import ItemState, Job, JobItem
from clinic.lists.running import ItemResult, gather, gather_undo, run_batches
from clinic.patients import actions
from clinic.patients.bulk import GONE, LATER, PATIENTS
from clinic.patients.models import Patient, Status
from clinic.tenancy.models import Clinic

Fields = Callable[[Patient], dict[str, Any]]


def tag(clinic: Clinic, job: Job) -> None:
    """Give the tag of the job's value to each."""
    chosen = int(job.parameters["value"])
    _work(clinic, job, lambda patient: {"tags": sorted({*patient.tags, chosen})})


def untag(clinic: Clinic, job: Job) -> None:
    """Take the tag of the job's value off each."""
    chosen = int(job.parameters["value"])
    _work(clinic, job, lambda patient: {"tags": [each for each in patient.tags if each != chosen]})


def discharge(clinic: Clinic, job: Job) -> None:
    """Discharge, as of today, whoever is active."""
    _work(clinic, job, _discharged)


def _discharged(patient: Patient) -> dict[str, Any]:
    if patient.status != Status.ACTIVE:
        return {"status": patient.status}
    return {"status": Status.DISCHARGED.value, "status_on": timezone.localdate()}


def _work(clinic: Clinic, job: Job, fields: Fields) -> None:
    gather(clinic, job, lambda: PATIENTS.matching(job))
    run_batches(clinic, job, lambda job, items: [_change(job, item, fields) for item in items])


def undo(clinic: Clinic, job: Job) -> None:
    """Give each the fields back as they were, but where something was changed since."""
    gather_undo(clinic, job)
    run_batches(clinic, job, _give_back)


def _give_back(job: Job, items: Sequence[JobItem]) -> list[ItemResult]:
    return [_change(job, item, lambda _, item=item: _read(item.before or {})) for item in items]  # type: ignore[misc]


def _read(before: dict[str, Any]) -> dict[str, Any]:
    day = before.get("status_on")
    return {**before, **({"status_on": day and date.fromisoformat(day)} if "status_on" in before else {})}


def _change(job: Job, item: JobItem, fields: Fields) -> ItemResult:
    key = item.record_id
    patient = Patient.objects.filter(pk=key).first()
    if patient is None:
        return ItemResult(key, ItemState.FAILED, reason=GONE)
    wanted = fields(patient)
    before = {name: getattr(patient, name) for name in wanted}
    if before == wanted:
        return ItemResult(key, ItemState.UNCHANGED)
    try:
        changed = actions.update_patient(by=job.by, id=key, version=item.version or patient.version, **wanted)
    except actions.Changed:
        return ItemResult(key, ItemState.FAILED, reason=LATER)
    kept = {name: value.isoformat() if isinstance(value, date) else value for name, value in before.items()}
    return ItemResult(key, ItemState.CHANGED, before=kept, version=changed.version)
