"""Two records become one and two again, by the keyboard alone, on a desk and on a phone."""

from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from clinic.patients.models import MergedPatient
from clinic.tenancy.scope import clinic_scope
from tests.browser.keyboard import press_on, type_into
from tests.world import make_assessment, make_patient

SIZES = [(1280, 800), (390, 844)]


@pytest.fixture
def page(practice, visit) -> Page:
    return visit(practice.clinician)


@pytest.fixture
def two(practice):
    """Two records with a long name that no other has, and an assessment of the second."""
    family = f"Keihanaikukauakahihuli{uuid4().hex[:8]}"
    with clinic_scope(practice.clinic):
        found = [make_patient(full_name=f"{name} {family}", family_name=family) for name in ("Anne", "Anna")]
        make_assessment(found[1], name="Walk")
    return found


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_records_are_merged_and_taken_apart_by_keyboard(page, practice, two, width, height):
    anne, anna = two
    page.set_viewport_size({"width": width, "height": height})
    page.goto(f"/patients/{anne.pk}/details/")
    press_on(page, "Merge", "link")
    type_into(page, "Record number of the other record", anna.record_number)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    type_into(page, "Year of birth", str(anne.date_of_birth.year))
    press_on(page, f"Merge {anna.full_name} into {anne.full_name}")
    expect(page.get_by_text("The two records are one now.")).to_be_visible()
    page.goto(f"/patients/{anna.pk}/")
    expect(page).to_have_url(f"{page.url.partition('/patients')[0]}/patients/{anne.pk}/")
    expect(page.get_by_text("The record you asked for was merged into this one.")).to_be_visible()
    press_on(page, "Take apart", "link")
    expect(page.get_by_text("1 assessment")).to_be_visible()
    press_on(page, f"Take {anna.full_name} out of {anne.full_name}")
    expect(page.get_by_text("The records are two again.")).to_be_visible()
    with clinic_scope(practice.clinic):
        assert not MergedPatient.objects.filter(pk=anna.pk).exists()
