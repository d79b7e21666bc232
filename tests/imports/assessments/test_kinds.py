"""Every kind of question in a file: as its codes, as its words, and as our own file for analysis has it."""

import io

import pytest
from django.db import transaction

from clinic.api.exports.columns import TABLES, answer_rows
from clinic.api.exports.formats import FORMATS
from clinic.assessments.models import Assessment
from clinic.imports.assessments.cells import Cells
from clinic.instruments.actions import add_custom_instrument
from clinic.instruments.catalogue import find_version
from clinic.instruments.parsing import read_definition
from clinic.tenancy.scope import clinic_scope
from tests.imports.assessments.sending import checked, written
from tests.imports.sending import faults
from tests.instruments.kinds import ANSWERS, EVERY_KIND, WORDS
from tests.world import Writer

HEAD = "MRN,Date,Instrument,Q1,Q2,Q3,Q4,Q5,Q6,Q7\n"
AS_CODES = ["1", "unsure", "0;2", "At home.\nAlone.", "2026-02-01", "false", "71"]


@pytest.fixture
def kinds(riverside):
    """The id of an instrument with a question of every kind."""
    with clinic_scope(riverside.clinic):
        return add_custom_instrument(by=Writer(), data=EVERY_KIND, origin="form")[0].instrument


def quoted(cells: list[str]) -> str:
    return ",".join(f'"{cell}"' for cell in cells)


@pytest.mark.parametrize("cells", [AS_CODES, WORDS], ids=["codes", "words"])
def test_answers_of_every_kind_are_brought_in(riverside, owner, people, kinds, cells):
    batch = checked(owner, riverside, f"{HEAD}AB-1,2026-03-01,{kinds},{quoted(cells)}\n")
    assert faults(riverside, batch) == []
    written(owner, riverside, batch)
    with clinic_scope(riverside.clinic):
        assert Assessment.objects.get().answers == ANSWERS


def test_our_own_file_has_them_as_they_are_read(riverside, owner, people, kinds):
    text = f"{HEAD}AB-1,2026-03-01,{kinds},{quoted(AS_CODES)}\n"
    with transaction.atomic():
        written(owner, riverside, checked(owner, riverside, text))
        with clinic_scope(riverside.clinic):
            row, file = Assessment.objects.get(), io.BytesIO()
            writer = FORMATS["csv"].writer(file, TABLES["answers"].shown(names=True))
            writer.write(answer_rows(row, find_version(row.instrument, row.instrument_version), names=True))
        transaction.set_rollback(True)
    batch = checked(owner, riverside, file.getvalue())
    assert faults(riverside, batch) == []
    written(owner, riverside, batch)
    with clinic_scope(riverside.clinic):
        assert Assessment.objects.get().answers == ANSWERS


WRONG = {
    (2, "0"): "Several answers of item 2 have this code or these points: write it in words.",
    (3, "0;7"): "Item 3 has no such answer. It takes 0 (Wine), 1 (Beer), 2 (Spirits).",
    (5, "soon"): "This is not a date we can read.",
    (6, "perhaps"): "Write yes or no.",
    (7, "heavy"): "Write a number, such as 37 or 37.5.",
    (7, "400"): "Item 7 must lie between 20 and 300.",
}


@pytest.mark.parametrize("wrong", WRONG)
def test_answer_that_fits_no_question_is_an_error_of_its_column(riverside, owner, people, kinds, wrong):
    place, text = wrong
    cells = [*AS_CODES[: place - 1], text, *AS_CODES[place:]]
    batch = checked(owner, riverside, f"{HEAD}AB-1,2026-03-01,{kinds},{quoted(cells)}\n")
    [(row, column, message)] = faults(riverside, batch)
    assert (row, column, message.startswith(WRONG[wrong])) == (2, f"Q{place}", True)


CODED = {
    "title": "Coded", "name": "Coded from one", "type": "other", "answered_by": "patient", "source": "Made up",
    "licence": "Nobody's", "licence_class": "free", "scoring": {"minimum": 0, "maximum": 1},
    "items": [{"code": "1", "text": "How?", "options": [
        {"points": 0, "text": "Badly", "code": "1"}, {"points": 1, "text": "Well", "code": "2"},
    ]}],
}  # fmt: skip


def test_code_of_one_answer_that_is_the_points_of_another_is_not_guessed():
    definition = read_definition({"id": "coded", "version": "1", **CODED})
    item, cells = definition.items[0], Cells()
    found = {}
    for text in ("0", "1", "2", "2 = Well", "1 = Well", "well"):
        try:
            found[text] = cells.read(definition, item, text)
        except Exception as error:
            found[text] = type(error).__name__
    assert found == {"0": 0, "1": "ValidationError", "2": 1, "2 = Well": 1, "1 = Well": 1, "well": 1}
