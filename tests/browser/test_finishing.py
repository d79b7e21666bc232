"""Finishing a questionnaire with items open: named, gone back to, and finished so; with JavaScript and without it."""

from datetime import date
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from clinic.assessments.models import Assessment
from clinic.assessments.selfreport.actions import create_request
from clinic.instruments.catalogue import find
from clinic.patients.models import Patient
from clinic.tenancy.scope import clinic_scope
from tests.world import Writer, make_patient

scripts = pytest.mark.parametrize("scripts", [True, False])


@pytest.fixture
def patient(practice) -> Patient:
    with clinic_scope(practice.clinic):
        return make_patient(full_name=f"Fay {uuid4()}", family_name="Finish", date_of_birth=date(1961, 3, 12))


@pytest.fixture
def link(practice, patient) -> str:
    with clinic_scope(practice.clinic):
        asked = create_request(
            by=Writer(),
            clinic=practice.clinic,
            id=uuid4(),
            patient=patient,
            user=patient.user,
            definition=find("gad-7"),
            language="en",
            days=7,
        )
    return f"/answer/{asked.token}/"


def kept(practice, patient) -> Assessment | None:
    with clinic_scope(practice.clinic):
        return Assessment.objects.filter(patient=patient.pk).first()


def choose(page: Page, *items: int) -> None:
    for item in items:
        page.locator(f"#item-{item}").get_by_text("Several days", exact=True).click()


def open_link(page: Page, link: str) -> None:
    page.goto(link)
    page.get_by_label("Date of birth").fill("12/3/1961")
    page.get_by_role("button", name="Go on").click()


@scripts
def test_staff_are_asked_and_enter_never_finishes(practice, patient, visit, scripts):
    page = visit(practice.clinician, scripts=scripts)
    page.goto(f"/assessments/new/?patient={patient.pk}&instrument=gad-7")
    choose(page, 1, 2, 6)
    if scripts:
        expect(page.locator("#result")).to_contain_text("3 of 7 answered")
    for _ in range(2):
        page.get_by_label("Date").focus()
        page.keyboard.press("Enter")
        expect(page.locator("[data-open-items]")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("[data-open-items] strong")).to_have_text("3 of 7 answered")
    expect(page.locator("#item-6").get_by_label("Several days")).to_be_checked()
    page.get_by_role("button", name="Finish without a score").click()
    expect(page.get_by_role("button", name="Finish without a score")).to_have_count(0)
    expect(page.locator("main")).to_contain_text("not scored")
    assert (kept(practice, patient).status, kept(practice, patient).score) == ("completed", None)


@scripts
def test_patient_goes_back_to_what_is_open(practice, patient, link, visit, scripts):
    page = visit(width=390, scripts=scripts)
    open_link(page, link)
    choose(page, 1, 2, 6)
    page.get_by_role("button", name="Done").click()
    expect(page.locator("[data-open-items] strong")).to_have_text("4 questions are not answered.")
    page.get_by_role("link", name="Show them").click()
    expect(page.locator("#item-3")).to_be_in_viewport()
    choose(page, 3, 4, 5, 7)
    expect(page.locator("[data-open-items]")).to_have_count(0 if scripts else 1)
    page.get_by_role("button", name="Done").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you")
    assert (kept(practice, patient).status, kept(practice, patient).score) == ("completed", 7)


@scripts
def test_link_that_was_finished_too_early_is_opened_again_and_completed(practice, patient, link, visit, watch, scripts):
    phone, desk = visit(width=390, scripts=scripts), visit(practice.clinician, scripts=scripts)
    open_link(phone, link)
    choose(phone, 1, 2, 6)
    phone.get_by_role("button", name="Done").click()
    phone.get_by_role("button", name="Send as it is").click()
    expect(phone.get_by_role("heading", level=1)).to_have_text("Thank you")
    desk.goto(f"/patients/{patient.pk}/assessments/")
    desk.locator(".requests").get_by_role("link", name="GAD-7", exact=True).click()
    desk.get_by_text("Open it again for the patient").click()
    address = f"/assessments/{kept(practice, patient).pk}/reopen/"
    watch.provokes(422, address)
    desk.get_by_role("button", name="Open again").click()
    expect(desk.get_by_label("Why is it opened again?")).to_be_focused()
    desk.get_by_label("Why is it opened again?").fill("Sent before the end")
    desk.get_by_role("button", name="Open again").click()
    new = desk.get_by_label("Link", exact=True).input_value()
    open_link(phone, new)
    expect(phone.locator("#item-6").get_by_label("Several days")).to_be_checked()
    choose(phone, 3, 4, 5, 7)
    phone.get_by_role("button", name="Done").click()
    expect(phone.get_by_role("heading", level=1)).to_have_text("Thank you")
    assert (kept(practice, patient).status, kept(practice, patient).score) == ("completed", 7)
