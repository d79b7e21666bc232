"""A worker is killed while it writes a file, or takes one back; whoever goes on comes to the same."""

import random
from datetime import timedelta
from functools import partial

import pytest
from django.utils import timezone

from clinic.access import Actor
from clinic.audit.models import AuditEvent
from clinic.imports import actions
from clinic.imports.models import ImportBatch, ImportedRecord
from clinic.imports.work import checking, undoing, writing
from clinic.lists.models import Job
from clinic.lists.tasks import run_job
from clinic.patients.models import Patient
from clinic.tenancy.scope import clinic_scope
from tests.killing import killed_before
from tests.sizes import times

ROWS = 7
HEAD = "Full name,Date of birth,Gender,Phone number\n"


@pytest.fixture(autouse=True)
def _small_steps(monkeypatch):
    for module in (checking, writing, undoing):
        monkeypatch.setattr(module, "ROWS", 3)


def run(world, batch) -> None:
    run_job.func(clinic_id=str(world.clinic.pk), job_id=str(batch.job_id))


def lapse(world, batch) -> None:
    """As if nobody had been at it for a minute."""
    with clinic_scope(world.clinic):
        Job.objects.filter(pk=batch.job_id).update(touched_at=timezone.now() - timedelta(minutes=1))


def stopped(world, begin, step: int) -> ImportBatch:
    """What was begun, killed before its step of that number and then gone on with; whether it was killed is noted."""
    with clinic_scope(world.clinic):
        batch = begin()
    batch.was_killed = killed_before(step, partial(run, world, batch))
    lapse(world, batch)
    run(world, batch)
    return batch


def outcome(world, name: str) -> tuple[object, ...]:
    with clinic_scope(world.clinic):
        patients = Patient.objects.filter(full_name__startswith=f"{name} ").order_by("full_name")
        keys = [patient.pk for patient in patients]
        events = AuditEvent.objects.filter(record_id__in=keys, action="patient.created").count()
        kept = ImportedRecord.objects.filter(record_id__in=keys, is_removed=False).count()
        return [patient.full_name for patient in patients], events, kept


def test_file_that_is_killed_at_any_step_is_whole(woodside):
    """Every step where steps are few; in the proof at twenty places of a larger file."""
    by = Actor(str(woodside.owner.pk), "Olive")
    steps = random.Random(3).sample(range(2, 60), min(58, times(3)))  # noqa: S311
    for number, step in enumerate(steps):
        name = f"Kill{number}"
        text = HEAD + "".join(f"{name} {row},1961-03-{row + 10},F,\n" for row in range(ROWS))
        with clinic_scope(woodside.clinic):
            batch = actions.begin_import(by=by, clinic=woodside.clinic, file_name="p.csv", chunks=[text.encode()])
            answers = {"columns": batch.facts["proposed"], "user": str(woodside.clinician.pk)}
            begin = partial(actions.answer_columns, by=by, id=batch.pk, version=batch.version, answers=answers)
        checked = stopped(woodside, begin, step)
        with clinic_scope(woodside.clinic):
            version = ImportBatch.objects.get(pk=checked.pk).version
        stopped(woodside, partial(actions.begin_writing, by=by, id=checked.pk, version=version, whole=True), step)
        assert outcome(woodside, name) == ([f"{name} {row}" for row in range(ROWS)], ROWS, ROWS), step
        with clinic_scope(woodside.clinic):
            version = ImportBatch.objects.get(pk=checked.pk).version
        stopped(woodside, partial(actions.begin_undo, by=by, id=checked.pk, version=version), step)
        assert outcome(woodside, name) == ([], 0, 0), step
