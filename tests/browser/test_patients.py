"""Patients in the browser: registering, errors, two of one name, two people at one record, archiving, printing."""

import re

import pytest
from playwright.sync_api import Page, expect

from clinic.patients.actions import update_patient
from clinic.patients.models import Patient
from clinic.tenancy.scope import clinic_scope
from tests.world import Writer, make_patient


@pytest.fixture
def page(practice, visit) -> Page:
    return visit(practice.clinician)


@pytest.fixture
def patient(practice, request) -> Patient:
    """A patient called after the test."""
    with clinic_scope(practice.clinic):
        return make_patient(full_name=f"Ana {request.node.name}", family_name=request.node.name)


def fill(page: Page, *, name: str, born: str = "12 March 1961") -> None:
    page.get_by_label("Full name").fill(name)
    page.get_by_label("Female").check()
    page.get_by_label("Date of birth").fill(born)


def submit(page: Page, name: str) -> None:
    with page.expect_navigation():
        page.get_by_role("button", name=name).click()


def count(practice, **lookup) -> int:
    with clinic_scope(practice.clinic):
        return Patient.objects.filter(**lookup).count()


def changed_by_another(practice, patient: Patient, **fields: str) -> None:
    with clinic_scope(practice.clinic):
        update_patient(by=Writer(name="Olive Owner"), id=patient.pk, version=None, **fields)


def test_patient_is_registered_and_said_so_once(page):
    page.goto("/patients/")
    page.get_by_role("link", name="Register patient").first.click()
    fill(page, name="Beatriz Soares", born="12/3/1961")
    submit(page, "Register patient")
    expect(page.get_by_role("heading", level=1)).to_have_text("Soares, Beatriz")
    expect(page.get_by_text("Patient registered.")).to_be_visible()
    page.reload()
    expect(page.get_by_text("Patient registered.")).to_have_count(0)


def test_date_of_birth_is_echoed_as_it_was_understood(page):
    page.goto("/patients/new/")
    page.get_by_label("Date of birth").fill("12/3/1961")
    page.get_by_label("Date of birth").press("Tab")
    expect(page.locator(".echo")).to_have_text(re.compile(r"^12 March 1961, \d+ years$"))


def test_edit_page_opens_with_the_date_echoed(page, patient):
    page.goto(f"/patients/{patient.pk}/edit/")
    expect(page.locator(".echo")).to_have_text(re.compile(rf"^{patient.birth_date_text}, \d+ years$"))


def test_error_summary_takes_the_focus_and_links_to_the_fields(page, watch):
    page.goto("/patients/new/")
    page.get_by_label("Address").fill("12 Mill Lane")
    watch.provokes(422, "/patients/new/")
    submit(page, "Register patient")
    expect(page.locator(".error-summary")).to_be_focused()
    expect(page.get_by_label("Address")).to_have_value("12 Mill Lane")
    page.get_by_role("link", name="Full name: Write the full name, or say").click()
    expect(page.get_by_label("Full name")).to_be_focused()
    expect(page.get_by_label("Full name")).to_have_accessible_description(re.compile("Write the full name, or say"))


def test_double_click_makes_one_record(page, practice):
    page.goto("/patients/new/")
    fill(page, name="Dora Double")
    page.get_by_role("button", name="Register patient").dblclick()
    expect(page.get_by_role("heading", level=1)).to_have_text("Double, Dora")
    assert count(practice, full_name="Dora Double") == 1


def test_leaving_with_unsaved_changes_warns(page):
    page.goto("/patients/new/")
    page.get_by_label("Full name").press_sequentially("Not saved")
    asked = []
    page.once("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    page.get_by_role("link", name="Assessments").click()
    expect(page.get_by_label("Full name")).to_have_value("Not saved")
    assert asked == ["beforeunload"]


def test_cancel_and_an_untouched_form_leave_without_a_warning(page):
    page.on("dialog", lambda dialog: pytest.fail(f"asked: {dialog.type}"))
    page.goto("/patients/new/")
    page.get_by_role("link", name="Assessments").click()
    expect(page.get_by_role("heading", name="Assessments", level=1)).to_be_visible()
    page.goto("/patients/new/")
    page.get_by_label("Full name").press_sequentially("Not saved")
    page.get_by_role("link", name="Cancel").click()
    expect(page.get_by_role("heading", name="Patients", level=1)).to_be_visible()


def test_name_that_is_there_is_shown_beside_the_first_and_solved(page, practice, watch):
    with clinic_scope(practice.clinic):
        make_patient(full_name="Cora Twin", family_name="Twin", user_id=practice.clinician.pk)
    page.goto("/patients/new/")
    fill(page, name="cora  twin", born="3 May 1980")
    watch.provokes(409, "/patients/new/")
    submit(page, "Register patient")
    expect(page.get_by_role("row", name=re.compile("^Date of birth .*3 May 1980 Different$"))).to_be_visible()
    expect(page.get_by_role("row", name=re.compile("^Gender Female Female Same$"))).to_be_visible()
    page.get_by_label("A short note behind the name").fill("twin of Eva")
    submit(page, "Register patient")
    expect(page.get_by_role("heading", level=1)).to_contain_text("cora")
    assert count(practice, family_name="twin", full_name="cora twin (twin of Eva)") == 1


def test_edit_is_saved_and_can_be_undone(page, patient):
    page.goto(f"/patients/{patient.pk}/details/")
    page.get_by_role("link", name="Edit").click()
    page.get_by_label("Address").fill("12 Mill Lane")
    submit(page, "Save changes")
    expect(page.get_by_text("Changes saved.")).to_be_visible()
    expect(page.get_by_text("12 Mill Lane")).to_be_visible()
    submit(page, "Undo")
    expect(page.get_by_text("The change was taken back.")).to_be_visible()
    expect(page.get_by_text("12 Mill Lane")).to_have_count(0)


def test_record_that_somebody_else_changed_shows_both_and_mine_can_be_saved(page, patient, practice, watch):
    page.goto(f"/patients/{patient.pk}/edit/")
    changed_by_another(practice, patient, address="1 Their Street\nRiverton")
    page.get_by_label("Address").fill("2 My Street")
    watch.provokes(409, f"/patients/{patient.pk}/edit/")
    submit(page, "Save changes")
    expect(page.get_by_text("Changed by Olive Owner, just now.")).to_be_visible()
    expect(page.locator("tr.differs")).to_have_count(1)
    expect(page.locator("tr.differs")).to_contain_text("1 Their Street")
    expect(page.locator(".identity")).to_contain_text(patient.record_number)
    submit(page, "Save my version")
    expect(page.get_by_text("2 My Street")).to_be_visible()


def test_conflict_can_be_given_up(page, patient, practice, watch):
    page.goto(f"/patients/{patient.pk}/edit/")
    changed_by_another(practice, patient, address="7 Ferry Road")
    page.get_by_label("Address").fill("Flat 9, Weir House")
    watch.provokes(409, f"/patients/{patient.pk}/edit/")
    submit(page, "Save changes")
    page.on("dialog", lambda dialog: pytest.fail(f"asked: {dialog.type}"))
    page.get_by_role("link", name="Keep theirs").click()
    expect(page.get_by_text("7 Ferry Road")).to_be_visible()


def test_archived_patient_leaves_the_list_and_comes_back(page, patient):
    page.goto(f"/patients/{patient.pk}/details/")
    submit(page, "Archive")
    expect(page.get_by_text("left out of lists and searches")).to_be_visible()
    page.goto(f"/patients/?q={patient.record_number}")
    expect(page.get_by_text("0 patients", exact=True)).to_be_visible()
    page.goto(f"/patients/?q={patient.record_number}&archived=only")
    page.get_by_role("link", name=patient.display_name).click()
    submit(page, "Restore")
    expect(page.get_by_text("Patient restored.")).to_be_visible()


def test_identity_stays_in_sight_and_in_the_title(page, patient):
    page.set_viewport_size({"width": 1280, "height": 400})
    page.goto(f"/patients/{patient.pk}/")
    expect(page).to_have_title(re.compile(rf"{re.escape(patient.display_name)}, born .*{patient.record_number}"))
    page.mouse.wheel(0, 2000)
    expect(page.locator(".identity")).to_be_in_viewport(ratio=1)


def test_printed_page_has_the_patient_and_nothing_to_press(page, patient):
    page.goto(f"/patients/{patient.pk}/")
    page.emulate_media(media="print")
    expect(page.locator(".identity")).to_be_visible()
    for part in (".top", ".rail", ".tabs", ".actions"):
        expect(page.locator(part).first).to_be_hidden()


def test_printed_list_fits_the_paper(page, patient):
    page.goto(f"/patients/?q={patient.record_number}")
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 688, "height": 900})
    assert page.locator(".table-list").evaluate("table => table.getBoundingClientRect().right") <= 688


def test_patient_of_another_clinic_is_not_found(harbour, patient, visit, watch):
    page = visit(harbour.clinician)
    watch.provokes(404, f"/patients/{patient.pk}/")
    page.goto(f"/patients/{patient.pk}/")
    expect(page.get_by_role("heading", name="There is nothing here")).to_be_visible()
    expect(page.get_by_text(patient.display_name)).to_have_count(0)
