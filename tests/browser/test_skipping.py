"""Items that are asked only after some answers: hidden by the script, said in words without it, answered by keys."""

from datetime import date

import pytest
from playwright.sync_api import Page, expect

from clinic.assessments.models import Assessment
from clinic.assessments.selfreport.actions import create_request
from clinic.instruments.actions import add_custom_instrument, set_instrument_choices
from clinic.instruments.catalogue import find
from clinic.tenancy.scope import clinic_scope
from tests.instruments.kinds import EVERY_KIND
from tests.world import Writer, make_patient


@pytest.fixture(scope="module")
def drinking(practice):
    with clinic_scope(practice.clinic):
        set_instrument_choices(by=Writer(), licence_classes=["non-commercial"], hidden=[])
        add_custom_instrument(by=Writer(), data=EVERY_KIND, origin="form")
    return practice


def sheet(page: Page, world, instrument="audit-c"):
    with clinic_scope(world.clinic):
        patient = make_patient(date_of_birth=date(1980, 1, 1), gender="male")
    page.goto(f"/assessments/new/?patient={patient.pk}&instrument={instrument}")
    return patient


def kept(world, patient):
    with clinic_scope(world.clinic):
        return Assessment.objects.get(patient=patient.pk)


def test_abstainer_needs_three_keystrokes(drinking, visit):
    page = visit(drinking.clinician)
    patient = sheet(page, drinking)
    expect(page.locator("#item-2")).to_be_visible()
    expect(page.get_by_text("Only if item 1 is not")).to_have_count(2)
    expect(page.get_by_text("Only if item 1 is not").first).to_be_hidden()
    page.keyboard.press("0")
    expect(page.locator("#item-2, #item-3").locator("visible=true")).to_have_count(0)
    expect(page.locator("#result")).to_contain_text("1 of 1 answered")
    expect(page.locator("[data-complete]")).to_be_focused()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text("Assessment completed.")
    made = kept(drinking, patient)
    assert (made.status, made.score, made.answers) == ("completed", 0, {"1": 0})


def test_question_comes_back_with_its_answer_when_it_is_asked_again(drinking, visit):
    page = visit(drinking.clinician)
    patient = sheet(page, drinking)
    for key in "12":
        page.keyboard.press(key)
    page.locator("#item-1").get_by_text("Never", exact=True).click()
    expect(page.locator("#item-2")).to_be_hidden()
    expect(page.locator("#result")).to_contain_text("1 of 1 answered")
    expect(page.locator("#result")).to_contain_text("Item 2 is answered and does not count")
    page.locator("#item-1").get_by_text("Monthly or less").click()
    expect(page.locator("#item-2 :checked")).to_have_value("2")
    expect(page.locator("#result")).to_contain_text("2 of 3 answered")
    expect(page.locator("#saving")).to_be_empty()
    assert kept(drinking, patient).answers == {"1": 1, "2": 2}


def test_keys_pass_over_what_is_not_asked(drinking, visit):
    page = visit(drinking.clinician)
    sheet(page, drinking, "own-every-kind")
    expect(page.locator("[data-item]").locator("visible=true")).to_have_count(1)
    page.keyboard.press("1")
    expect(page.locator("[data-item]").locator("visible=true")).to_have_count(7)
    expect(page.locator("#item-2 input").first).to_be_focused()
    page.keyboard.press("c")
    page.locator("#item-3").get_by_text("Beer").click()
    page.get_by_label("Tell us more").fill("0 of 7")
    expect(page.locator("#result")).to_contain_text("2 of 2 answered")
    expect(page.locator("#saving")).to_be_empty()


def test_without_script_every_question_is_there_and_says_when_it_is_asked(drinking, visit):
    page = visit(drinking.clinician, scripts=False)
    patient = sheet(page, drinking)
    expect(page.get_by_text("Only if item 1 is not “Never”").locator("visible=true")).to_have_count(2)
    page.locator("#item-1").get_by_text("Never", exact=True).click()
    page.get_by_role("button", name="Complete").click()
    expect(page.locator("main")).to_contain_text("Assessment completed.")
    assert kept(drinking, patient).score == 0


def test_patient_is_not_asked_either(drinking, visit):
    with clinic_scope(drinking.clinic):
        patient = make_patient(date_of_birth=date(1961, 3, 12))
        about = {"id": patient.pk, "patient": patient, "user": patient.user, "definition": find("audit-c")}
        asked = create_request(by=Writer(), clinic=drinking.clinic, language="en", days=7, **about)
    page = visit(width=390)
    page.goto(f"/answer/{asked.token}/")
    page.get_by_label("Date of birth").fill("12/3/1961")
    page.get_by_role("button", name="Go on").click()
    page.locator("#item-1").get_by_text("Never", exact=True).click()
    expect(page.locator("#item-2")).to_be_hidden()
    expect(page.locator("#result")).to_contain_text("1 of 1 answered")
    page.get_by_role("button", name="Done").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Thank you")
    assert kept(drinking, patient).score == 0
