"""Answers from a file, by the keyboard alone, on a desk and on a phone: an error corrected, and one taken back."""

import csv
import io
from pathlib import Path
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from clinic.assessments.models import Assessment
from clinic.tenancy.scope import clinic_scope
from tests.browser.keyboard import press_on, reach
from tests.browser.test_merging import SIZES
from tests.world import make_patient

NINE = ",".join(f"phq9_{code}" for code in range(1, 10))


def send(page: Page, name: str, content: str) -> None:
    """Choose a file by the keyboard, and have it checked by the worker."""
    page.goto("/assessments/import/")
    reach(page, page.get_by_label("File"))
    page.get_by_label("File").set_input_files({"name": name, "mimeType": "text/csv", "buffer": content.encode()})
    press_on(page, "Send the file")
    press_on(page, "Check the file")


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_answers_are_brought_in_with_an_error_corrected_and_taken_back(visit, practice, worker, width, height):
    number = f"Q-{uuid4().hex[:8]}"
    with clinic_scope(practice.clinic):
        patient = make_patient(record_number=number, user_id=practice.owner.pk)
    page = visit(practice.owner)
    page.set_viewport_size({"width": width, "height": height})
    rows = f"{number},2026-03-01,{','.join('1' * 9)},9\n{number},2026-03-15,{','.join('2' * 9)},17\n"
    send(page, "answers.csv", f"Record number,Date given,{NINE},Total\n{rows}")
    expect(page.get_by_text("The file says 17, and its answers come to 18.")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    reach(page, page.get_by_role("link", name="Download the rows to correct").first)
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    wrong = Path(download.value.path()).read_text("utf-8-sig")
    assert [row[1] for row in csv.reader(io.StringIO(wrong))] == ["Date given", "2026-03-15"]
    page.reload()
    press_on(page, "Bring in the 1 good row")
    expect(page.get_by_role("link", name="See the assessments")).to_be_visible()
    send(page, "rows-to-correct.csv", wrong.replace(",17,", ",18,"))
    press_on(page, "Bring in 1 assessment")
    expect(page.get_by_text("1 assessment is in the record now")).to_be_visible()
    press_on(page, "Take it back")
    expect(page.get_by_text("1 of 1 assessment was taken back.")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    with clinic_scope(practice.clinic):
        assert [row.score_text for row in Assessment.objects.filter(patient=patient)] == ["9"]
