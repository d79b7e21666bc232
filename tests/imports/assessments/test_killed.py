"""A worker is killed while it writes a file of assessments, or takes one back; whoever goes on comes to the same."""

import random
from functools import partial

import pytest

from clinic.access import Actor
from clinic.assessments.models import Assessment
from clinic.imports import actions
from clinic.imports.assessments.headings import proposing
from clinic.imports.assessments.work import checking, undoing, writing
from clinic.imports.models import ImportBatch, ImportedRecord, Subject
from clinic.patients.models import Patient, with_latest_results
from clinic.tenancy.scope import clinic_scope
from tests.imports.test_killed import stopped
from tests.sizes import times
from tests.world import make_patient

ROWS = 7


@pytest.fixture(autouse=True)
def _small_steps(monkeypatch):
    for module in (checking, writing, undoing):
        monkeypatch.setattr(module, "ROWS", 3)


def outcome(world, patient) -> tuple[object, ...]:
    with clinic_scope(world.clinic):
        rows = Assessment.objects.filter(patient=patient).order_by("date")
        kept = ImportedRecord.objects.filter(record_id__in=[row.pk for row in rows], is_removed=False).count()
        last = with_latest_results(Patient.objects.all()).get(pk=patient.pk).last_score
        return [int(row.score) for row in rows], kept, last


def version(world, batch) -> int:
    with clinic_scope(world.clinic):
        return ImportBatch.objects.get(pk=batch.pk).version


def test_file_of_assessments_that_is_killed_at_any_step_is_whole(woodside):
    by = Actor(str(woodside.owner.pk), "Olive")
    steps = random.Random(4).sample(range(30, 180), min(150, times(4)))  # noqa: S311
    for number, step in enumerate(steps):
        with clinic_scope(woodside.clinic):
            patient = make_patient(record_number=f"KA-{number}")
            rows = "".join(f"KA-{number},2025-0{month}-01,{month % 4},1\n" for month in range(1, ROWS + 1))
            batch = actions.begin_import(
                by=by, clinic=woodside.clinic, file_name="p.csv", chunks=[f"MRN,Date,phq2_1,phq2_2\n{rows}".encode()],
                about=Subject.ASSESSMENTS, proposes=proposing,
            )  # fmt: skip
            answers = {"columns": batch.facts["proposed"], "user": ""}
            begin = partial(actions.answer_columns, by=by, id=batch.pk, version=batch.version, answers=answers)
        checked = stopped(woodside, begin, step)
        at = version(woodside, checked)
        stopped(woodside, partial(actions.begin_writing, by=by, id=checked.pk, version=at, whole=True), step)
        totals = [month % 4 + 1 for month in range(1, ROWS + 1)]
        assert outcome(woodside, patient) == (totals, ROWS, totals[-1]), step
        at = version(woodside, checked)
        stopped(woodside, partial(actions.begin_undo, by=by, id=checked.pk, version=at), step)
        assert outcome(woodside, patient) == ([], 0, None), step
