"""Ctrl-K: people and pages from everywhere, by keyboard alone; and the page without a script."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from clinic.tenancy.scope import clinic_scope
from tests.world import make_patient


@pytest.fixture(scope="module")
def patient(practice):
    with clinic_scope(practice.clinic):
        return make_patient(full_name="Fiona Found", family_name="Found", user_id=practice.clinician.pk)


@pytest.mark.parametrize("width", [1280, 390])
def test_person_is_found_and_opened_by_keyboard(practice, visit, patient, width):
    page = visit(practice.clinician, width=width)
    page.goto("/assessments/")
    page.keyboard.press("Control+k")
    expect(page.locator("#finder-q")).to_be_focused()
    page.keyboard.type("fiona")
    expect(page.locator("#found").get_by_role("link", name=patient.record_number)).to_be_visible()
    assert Axe().run(page).response["violations"] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    with page.expect_navigation(url=f"**/patients/{patient.pk}/"):
        page.keyboard.press("Enter")


def test_arrows_go_through_what_is_found_and_escape_gives_the_focus_back(practice, visit, patient):
    page = visit(practice.clinician)
    page.goto("/patients/")
    page.get_by_role("link", name="Register patient").focus()
    page.keyboard.press("Control+k")
    expect(page.locator("#finder-q")).to_be_focused()
    page.keyboard.type("due")
    expect(page.locator("#found a")).to_have_text(["Due"])
    page.keyboard.press("ArrowDown")
    expect(page.locator("#found a").first).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(page.locator("#finder-q")).to_be_focused()
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(page.locator("#finder-dialog")).to_be_hidden()
    expect(page.get_by_role("link", name="Register patient")).to_be_focused()


def test_letters_typed_before_the_dialog_is_there_are_searched_for(practice, visit, patient):
    """The field that was left keeps what it has."""
    page = visit(practice.clinician)
    page.goto("/patients/")
    page.locator("#q").fill("before")
    page.route("**/find/", lambda route: (page.wait_for_timeout(400), route.continue_()))
    page.locator("#q").focus()
    page.keyboard.press("Control+k")
    page.keyboard.type("fionn")
    page.keyboard.press("Backspace")
    page.keyboard.type("a")
    expect(page.locator("#found").get_by_role("link", name=patient.record_number)).to_be_visible()
    expect(page.locator("#finder-q")).to_have_value("fiona")
    expect(page.locator("#q")).to_have_value("before")


def test_people_are_found_without_a_script(practice, visit, patient):
    page = visit(practice.clinician, scripts=False)
    page.goto("/find/")
    page.locator("#finder-q").fill("fiona")
    page.get_by_role("button", name="Find", exact=True).click()
    page.get_by_role("link", name=patient.record_number).click()
    assert page.url.endswith(f"/patients/{patient.pk}/")
