"""A worker is killed at every step of a job; who continues it comes to what one that was left alone comes to."""

import io
from datetime import timedelta
from functools import partial
from itertools import count
from uuid import uuid4

import openpyxl
import pytest
from django.utils import timezone

from clinic.audit.models import AuditEvent
from clinic.lists import running as jobs
from clinic.lists.jobs import exports
from clinic.lists.models import Job, JobPart, JobState
from clinic.lists.tasks import run_job
from clinic.patients.models import Patient
from clinic.staff.models import Practitioner
from clinic.tenancy.scope import clinic_scope
from tests.killing import killed_before
from tests.world import make_patient

WORK = "clinic.patients.bulk"


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch):
    monkeypatch.setattr(jobs, "BATCH", 2)
    monkeypatch.setattr(exports, "BATCH", 2)


@pytest.fixture
def begin(woodside):
    """A function that begins a job on three new patients, of whom one is archived already."""

    def begun(work: str, *, undo_work="", value="") -> Job:
        with clinic_scope(woodside.clinic):
            Patient.objects.active().update(archived_at="2026-01-01T00:00Z")
            key = uuid4().hex[:8]
            people = [make_patient(full_name=f"{key} Person {number}", family_name="") for number in range(3)]
            Patient.objects.filter(pk=people[0].pk).update(archived_at="2026-01-01T00:00Z")
            job = Job.objects.create(
                list="patients", label="Work", work=f"{WORK}.{work}", undo_work=undo_work, by_id=woodside.clinician.pk,
                by_name="Clara", total=0 if work.startswith("export") else 3,
                parameters={"query": "", "permission": "patients.view", "value": value, "columns": ["name", "gender"]},
            )  # fmt: skip
            if job.total:
                job.items.model.objects.bulk_create(job.items.model(job=job, record_id=one.pk) for one in people)
        return job

    return begun


def outcome(world, job: Job) -> dict[str, object]:
    """Everything that a job leaves behind, without keys and times."""
    with clinic_scope(world.clinic):
        job = Job.objects.get(pk=job.pk)
        rows = {item.record_id: item for item in job.items.all()}
        people = Patient.objects.filter(pk__in=rows).order_by("full_name").select_related("user")
        return {
            "job": (job.state, job.message, job.total, job.changed, job.unchanged, job.failed, job.file_name),
            "rows": [(rows[one.pk].state, rows[one.pk].version) for one in people],
            "people": [(one.full_name[8:], one.archived_at is not None, one.version, str(one.user)) for one in people],
            "trail": [
                list(AuditEvent.objects.filter(record_id=one.pk).order_by("pk").values_list("action", flat=True))
                for one in people
            ],
            "file": cells(b"".join(bytes(part.content) for part in JobPart.objects.filter(job=job).order_by("number"))),
        }


def cells(content: bytes) -> list[object]:
    """What is in a file, without the key that each job's people have."""
    if not content.startswith(b"PK"):
        return [line[-20:] for line in content.decode().splitlines()]
    rows = openpyxl.load_workbook(io.BytesIO(content)).active.iter_rows(values_only=True)
    return [[str(value)[-8:] for value in row] for row in rows]


def run(world, job: Job) -> None:
    run_job.func(clinic_id=str(world.clinic.pk), job_id=str(job.pk))


def lapse(world, job: Job) -> None:
    """As if nobody had been at the job for a minute."""
    with clinic_scope(world.clinic):
        Job.objects.filter(pk=job.pk).update(touched_at=timezone.now() - timedelta(minutes=1))


def same_after_any_kill(world, begin) -> int:
    """The number of steps at which a job was killed; begun again it came to the same each time."""
    whole = begin()
    run(world, whole)
    expected = outcome(world, whole)
    assert expected["job"][0] == JobState.DONE
    for step in count(1):
        job = begin()
        killed = killed_before(step, partial(run, world, job))
        lapse(world, job)
        run(world, job)
        assert outcome(world, job) == expected, step
        if not killed:
            return step - 1
    raise AssertionError("itertools.count ended")


@pytest.mark.parametrize("work", ["archive", "export_csv", "export_xlsx"])
def test_job_that_is_killed_at_any_step_is_continued(woodside, begin, work):
    assert same_after_any_kill(woodside, partial(begin, work)) > 10


def test_assignment_that_is_killed_at_any_step_is_continued(woodside, begin):
    with clinic_scope(woodside.clinic):
        other = Practitioner.objects.order_by("-display_name").first()
    assert same_after_any_kill(woodside, partial(begin, "assign", value=str(other.pk))) > 10


def test_undo_that_is_killed_at_any_step_is_continued(woodside, begin):
    def undo() -> Job:
        done = begin("archive", undo_work=f"{WORK}.undo_archive")
        run(woodside, done)
        with clinic_scope(woodside.clinic):
            return Job.objects.create(
                list="patients", label="Undo", work=f"{WORK}.undo_archive", undoes=done, total=2,
                by_id=woodside.clinician.pk, by_name="Clara",
            )  # fmt: skip

    assert same_after_any_kill(woodside, undo) > 10


def test_job_that_is_over_is_not_run_again(woodside, begin):
    job = begin("archive")
    run(woodside, job)
    before = outcome(woodside, job)
    with clinic_scope(woodside.clinic):
        Patient.objects.filter(full_name__endswith=" Person 2").update(archived_at=None)
    run(woodside, job)
    assert outcome(woodside, job)["job"] == before["job"]
    with clinic_scope(woodside.clinic):
        assert Patient.objects.active().filter(full_name__endswith=" Person 2").exists()
