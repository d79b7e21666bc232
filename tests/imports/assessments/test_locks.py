"""Two files at once that have the same questionnaire, beside each other."""

from typing import Any

from clinic.access import Actor
from clinic.assessments.models import Assessment
from clinic.imports import actions
from clinic.imports.assessments.headings import proposing
from clinic.imports.assessments.work import checking, writing
from clinic.imports.models import Stage, Subject
from clinic.imports.work.checking import table
from clinic.imports.work.steps import Work, of_operator
from tests.side_by_side import overlap
from tests.world import World, make_patient


def ready(world: World, in_world: Any, number: str) -> Work:
    """A file of one questionnaire that may be written."""
    by = Actor(str(world.owner.pk), "Olive")
    text = f"MRN,Date,phq2_1,phq2_2\n{number},2026-03-01,1,1\n"
    with in_world():
        batch = actions.begin_import(
            by=by, clinic=world.clinic, file_name="a.csv", chunks=[text.encode()],
            about=Subject.ASSESSMENTS, proposes=proposing,
        )  # fmt: skip
        actions.settle_columns(batch, {"columns": batch.facts["proposed"], "user": ""})
        batch.stage, batch.rows, batch.good = Stage.WRITING, 1, 1
        batch.save()
    return of_operator(world.clinic, batch, by)


def test_questionnaire_that_two_files_have_is_brought_in_once(woodside, in_woodside):
    with in_woodside():
        patient = make_patient(record_number="TW-1")
        people = checking.named_practitioners()
    works = [ready(woodside, in_woodside, "TW-1") for _ in range(2)]
    rows = [list(checking.reader_of(work, people).over(table(work).rows)) for work in works]

    def bring(which: int) -> tuple[int, int]:
        writing.write_rows(works[which], rows[which])
        return works[which].batch.created, works[which].batch.here

    both = overlap(in_woodside, lambda: bring(0), lambda: bring(1))
    assert (both.first, both.second, both.waited) == ((1, 0), (0, 1), True)
    with in_woodside():
        assert Assessment.objects.filter(patient=patient).count() == 1
