"""Registering people once, by the keyboard alone, on a desk and on a phone: one at a time, and many from a file."""

import csv
import io
from pathlib import Path
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from clinic.patients.models import DuplicatePair, Patient
from clinic.tenancy.scope import clinic_scope
from tests.browser.keyboard import press_on, reach, type_into
from tests.browser.test_merging import SIZES
from tests.world import make_patient


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_look_alike_is_shown_beside_the_form_and_refused(visit, practice, width, height):
    family = f"Quist{uuid4().hex[:8]}"
    phone, year = f"+44770090{width:04}", 1900 + width % 100  # which nobody has but at this size
    about = {"family_name": family, "date_of_birth": f"{year}-03-12", "phone_number": phone}
    with clinic_scope(practice.clinic):
        there = make_patient(full_name=f"Ola {family}", user_id=practice.owner.pk, **about)
    page = visit(practice.clinician)
    page.set_viewport_size({"width": width, "height": height})
    page.goto("/patients/new/")
    type_into(page, "Full name", f"Ola {family}")
    type_into(page, "Date of birth", f"12 March {year}")
    reach(page, page.get_by_label("Female").or_(page.locator("[name=gender]").first).first)
    page.keyboard.press("Space")
    type_into(page, "Phone number", phone)
    page.keyboard.press("Tab")
    expect(page.locator("aside.similar").get_by_text(there.record_number)).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    press_on(page, "Register patient")
    expect(page.get_by_role("heading", name="Possibly the same person")).to_be_visible()
    type_into(page, "How you know that it is someone else", "Father and daughter")
    press_on(page, "Register: this is someone else")
    expect(page.get_by_text("Patient registered.")).to_be_visible()
    with clinic_scope(practice.clinic):
        refused = DuplicatePair.objects.get(note="Father and daughter", refused_by_id=str(practice.clinician.pk))
        assert there.pk in (refused.first_id, refused.second_id)
        refused.delete()


def send(page: Page, name: str, content: str) -> None:
    """Choose a file by the keyboard, and have it checked by the worker."""
    page.goto("/patients/import/")
    reach(page, page.get_by_label("File"))  # what opens then is the browser's own, and opens late on a busy machine
    page.get_by_label("File").set_input_files({"name": name, "mimeType": "text/csv", "buffer": content.encode()})
    press_on(page, "Send the file")
    press_on(page, "Check the file")


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_file_is_brought_in_with_its_error_corrected(visit, practice, worker, width, height):
    family = f"Quist{uuid4().hex[:8]}"
    page = visit(practice.owner)
    page.set_viewport_size({"width": width, "height": height})
    send(page, "people.csv", f"Name,Born,Gender\nAnn {family},12 March 1961,F\nBo {family},31 June 1960,M\n")
    expect(page.get_by_role("button", name="Bring in the 1 good row")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    reach(page, page.get_by_role("link", name="Download the rows to correct").first)
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    rows = Path(download.value.path()).read_text("utf-8-sig")
    assert [row[0] for row in csv.reader(io.StringIO(rows))] == ["Name", f"Bo {family}"]
    page.reload()
    press_on(page, "Bring in the 1 good row")
    expect(page.get_by_role("link", name="See the newest patients")).to_be_visible()
    send(page, "rows-to-correct.csv", rows.replace("31 June", "30 June"))
    expect(page.get_by_role("button", name="Bring in 1 patient")).to_be_visible()
    press_on(page, "Bring in 1 patient")
    expect(page.get_by_role("link", name="See the newest patients")).to_be_visible()
    with clinic_scope(practice.clinic):
        assert Patient.objects.filter(family_name=family).count() == 2
