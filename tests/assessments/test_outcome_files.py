"""The parts of the outcomes as files: what the page shows, for who may take lists as files."""

import csv
import io

import pytest
from openpyxl import load_workbook

from clinic.assessments.outcomes.parts import PARTS
from clinic.tenancy.scope import clinic_scope
from tests.assessments.test_outcomes import ADDRESS, by_hand
from tests.test_permissions import MAY


@pytest.fixture
def clinician(riverside, sign_in):
    with clinic_scope(riverside.clinic):
        for totals in ((20, 4), (20, 11), (15, 21), (12,), (3, 1)):
            by_hand(*totals)
    return sign_in(riverside.clinician)


def rows(answer) -> list[list[str]]:
    """The rows of a file, without those that are empty."""
    content = b"".join(answer) if answer.streaming else answer.content
    if answer["Content-Type"].startswith("text/csv"):
        found = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    else:
        sheet = load_workbook(io.BytesIO(content)).active
        found = [["" if cell is None else str(cell) for cell in row] for row in sheet.values]
    cut = [row[: max((at for at, text in enumerate(row, 1) if text), default=0)] for row in found]
    return [row for row in cut if row]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize("part", PARTS)
def test_file_has_the_tables_of_its_part(clinician, part, kind):
    page = clinician.get(f"{ADDRESS}&part={part}")
    answer = clinician.get(f"{ADDRESS}&part={part}&_export={kind}")
    assert (answer.status_code, answer["Content-Disposition"].endswith(f'.{kind}"')) == (200, True)
    expected = [
        line
        for sheet in page.context["sheets"]
        for line in (
            [sheet.title],
            list(sheet.headings),
            *([c.text for c in row] for row in sheet.rows),
            [sheet.counted],
        )
    ]
    assert rows(answer)[1:] == expected


def test_first_part_has_its_figures_and_who_is_left_out(clinician):
    found = rows(clinician.get(f"{ADDRESS}&_export=csv"))
    assert found[0] == ["Outcomes by PHQ-9", "First total", "2026-01-01", "2026-06-30"]
    by_name = {row[0]: row[1:] for row in found}
    assert (by_name["Cases at the first total"][0], by_name["Measured again"][0]) == ("4", "3")
    assert (by_name["Response"][0], by_name["First total below the threshold"][0]) == ("1", "1")


@pytest.mark.parametrize("more", ["&_export=pdf", "&_export=", "&_export=csv&part=nothing", "&_export=csv&from=soon"])
def test_file_that_there_is_not_is_refused(clinician, more):
    answer = clinician.get(f"{ADDRESS}{more}")
    assert (answer.status_code, answer["Content-Type"].partition(";")[0]) == (400, "text/html")


def test_files_are_for_who_may_take_lists_as_files(riverside, sign_in):
    found = {role: sign_in(getattr(riverside, role)).get(f"{ADDRESS}&_export=csv").status_code for role in MAY}
    assert found == {role: 200 if {"assessments.view", "lists.export"} <= set(MAY[role]) else 403 for role in MAY}
    assert set(found.values()) == {200, 403}


@pytest.mark.clock("clinic/assessments/outcomes/sheets.py:file_of")
def test_file_is_named_by_the_clinics_day(clock, riverside, sign_in):
    answer = sign_in(riverside.clinician).get(f"{ADDRESS}&_export=csv")
    assert answer["Content-Disposition"] == f'attachment; filename="outcomes-phq-9-{clock.today}.csv"'
