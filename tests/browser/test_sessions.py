"""Signing in and out, working in two clinics, and pages that outlive the session they were opened in."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from clinic.access import Role
from clinic.accounts.models import Membership, User
from clinic.patients.models import Patient
from clinic.staff import actions as staff
from clinic.tenancy.scope import clinic_scope
from tests.browser.conftest import Watch, sign_in
from tests.world import World, Writer, make_patient


@pytest.fixture
def two_places(practice, harbour) -> User:
    """Somebody who works in both clinics."""
    user = practice.owner
    staff.add_member(clinic=harbour.clinic, user=user, role=Role.CLINICIAN, by=Writer())
    return user


def change_clinic(page: Page, world: World) -> None:
    page.goto("/patients/")
    page.locator(".clinic > summary").click()
    with page.expect_navigation():
        page.get_by_role("button", name=world.clinic.name).click()


def sign_out_elsewhere(page: Page) -> None:
    """In another tab, once this one has all that it asks for by itself."""
    page.wait_for_load_state("networkidle")
    sign_out(page.context.new_page())


def sign_out(page: Page) -> None:
    page.goto("/patients/")
    page.locator(".account > summary").click()
    with page.expect_navigation():
        page.get_by_role("button", name="Sign out").click()


def typed_form(page: Page, name: str) -> None:
    page.goto("/patients/new/")
    page.get_by_label("Full name").fill(name)
    page.get_by_label("Female").check()
    page.get_by_label("Date of birth").fill("12 March 1961")
    page.get_by_label("Date of birth").press("Tab")
    expect(page.locator(".echo")).to_have_text(re.compile("^12 March 1961"))


def names(world: World) -> set[str]:
    with clinic_scope(world.clinic):
        return set(Patient.objects.values_list("full_name", flat=True))


def test_sign_in_leads_to_the_page_that_was_asked_for(practice, visit):
    page = visit()
    page.goto("/patients/?q=zo")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    sign_in(page, practice.clinician)
    expect(page).to_have_url(re.compile(r"/patients/\?q=zo$"))


def test_wrong_password_is_said_and_takes_the_focus(practice, visit):
    page = visit()
    page.goto("/accounts/login/")
    page.get_by_label("Email").fill(practice.clinician.email)
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator(".error-summary")).to_be_focused()
    expect(page.get_by_label("Email")).to_have_value(practice.clinician.email)


def test_sign_out_closes_everything(practice, visit):
    page = visit(practice.clinician)
    sign_out(page)
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    page.goto("/patients/")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_nothing_of_the_record_is_left_in_the_browser(practice, visit):
    page = visit(practice.clinician)
    page.goto("/patients/?q=secret")
    page.get_by_label("Search patients").fill("another secret")
    expect(page).to_have_url(re.compile("another"))
    assert page.evaluate("[localStorage.length, sessionStorage.length]") == [0, 0]


def test_two_clinics_are_chosen_and_changed(two_places, practice, harbour, visit):
    with clinic_scope(practice.clinic):
        make_patient(full_name="Lakeside Only", family_name="Only")
    page = visit(two_places)
    page.get_by_role("button", name=practice.clinic.name).click()
    page.goto("/patients/?q=Only")
    expect(page.locator("tbody tr")).to_have_count(1)
    change_clinic(page, harbour)
    page.goto("/patients/?q=Only")
    expect(page.get_by_text("0 patients", exact=True)).to_be_visible()


def test_page_of_the_other_clinic_keeps_what_was_typed_and_can_switch_and_save(
    two_places, practice, harbour, visit, watch
):
    page = visit(two_places)
    page.get_by_role("button", name=practice.clinic.name).click()
    typed_form(page, "Stale But Saved")
    change_clinic(page.context.new_page(), harbour)
    watch.provokes(409, "/patients/new/")
    page.get_by_role("button", name="Register patient").click()
    expect(page.get_by_role("heading", name="This page belongs to another clinic")).to_be_visible()
    expect(page.locator(".summary")).to_contain_text("Stale But Saved")
    page.get_by_role("button", name=f"Switch to {practice.clinic.name} and save").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Saved, Stale But")
    assert ("Stale But Saved" in names(practice), "Stale But Saved" in names(harbour)) == (True, False)


@pytest.fixture
def answering(two_places, practice, harbour, visit, watch) -> Page:
    """A questionnaire of one clinic, answered on after the person went to the other in a second tab."""
    with clinic_scope(practice.clinic):
        patient = make_patient()
    page = visit(two_places)
    page.get_by_role("button", name=practice.clinic.name).click()
    page.goto(f"/assessments/new/?patient={patient.pk}&instrument=gad-2")
    page.keyboard.press("2")
    expect(page.locator("#result")).to_contain_text("1 of 2 answered")
    change_clinic(page.context.new_page(), harbour)
    watch.provokes(409, urlsplit(page.url).path.replace("/answer/", "/answers/"))
    page.bring_to_front()
    page.keyboard.press("1")
    return page


def test_questionnaire_of_the_other_clinic_says_so_and_goes_on_after_switching_back(answering, practice):
    said = "This page belongs to another clinic. Nothing here is lost: switch back in a new tab"
    expect(answering.locator("#saving")).to_contain_text(said)
    change_clinic(answering.context.new_page(), practice)
    expect(answering.locator("#result")).to_contain_text("2 of 2 answered")
    expect(answering.locator("#saving")).to_be_empty()


def test_questionnaire_of_the_other_clinic_is_completed_by_switching(answering, practice, watch):
    expect(answering.locator("#saving")).to_contain_text("This page belongs to another clinic")
    watch.provokes(409, urlsplit(answering.url).path)
    answering.get_by_role("button", name="Complete").click()
    answering.get_by_role("button", name=f"Switch to {practice.clinic.name} and save").click()
    expect(answering.get_by_text("Assessment completed.")).to_be_visible()
    expect(answering.locator(".clinic-name")).to_have_text(practice.clinic.name)


@pytest.fixture
def removed(answering, practice, two_places, watch) -> Iterator[Page]:
    """The same page, after the person was removed from the clinic that it belongs to; it asks once more."""
    expect(answering.locator("#saving")).to_contain_text("switch back in a new tab")
    watch.provokes(*watch.declared[0])
    membership = Membership.objects.filter(clinic=practice.clinic, user=two_places)
    membership.update(is_active=False)
    yield answering
    membership.update(is_active=True)


def test_questionnaire_of_a_clinic_that_somebody_was_removed_from_promises_nothing(removed):
    expect(removed.locator("#saving")).to_have_text("Not saved. This page belongs to another clinic.")


def test_list_of_the_other_clinic_is_loaded_anew(two_places, practice, harbour, visit, watch):
    page = visit(two_places)
    page.get_by_role("button", name=practice.clinic.name).click()
    page.goto("/patients/")
    change_clinic(page.context.new_page(), harbour)
    watch.provokes(409, "/patients/")
    page.get_by_label("Search patients").press_sequentially("z")
    expect(page.locator(".clinic-name")).to_have_text(harbour.clinic.name)


def test_list_of_a_session_that_ended_leads_to_sign_in_and_back(practice, visit):
    page = visit(practice.clinician)
    page.goto("/patients/")
    sign_out_elsewhere(page)
    page.get_by_label("Search patients").press_sequentially("z")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    sign_in(page, practice.clinician)
    expect(page).to_have_url(re.compile(r"/patients/\?.*q=z"))


def test_form_sent_after_signing_out_is_kept_and_sent_again(practice, visit, watch):
    page = visit(practice.clinician)
    typed_form(page, "Kept Over Signout")
    other = page.context.new_page()
    sign_out(other)
    watch.provokes(401, "/patients/new/")
    page.get_by_role("button", name="Register patient").click()
    expect(page.get_by_role("heading", name="You have been signed out")).to_be_visible()
    with page.expect_popup() as opened:
        page.get_by_role("link", name="Sign in in a new tab").click()
    sign_in(opened.value, practice.clinician)
    watch.provokes(403, "/patients/new/")
    page.get_by_role("button", name="Send again").click()
    expect(page.get_by_role("heading", name="Check and send again")).to_be_visible()
    expect(page.locator(".summary")).to_contain_text("Kept Over Signout")
    page.get_by_role("button", name="Send again").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Signout, Kept Over")


def test_what_a_page_asks_by_itself_is_refused_without_a_word(practice, visit, watch):
    page = visit(practice.clinician)
    page.goto("/patients/new/")
    sign_out_elsewhere(page)
    with page.expect_response("**/patients/similar/") as answer:
        page.get_by_label("Full name").fill("Still Here")
    assert answer.value.status == 401
    expect(page.get_by_role("heading", name="Register patient")).to_be_visible()
    watch.provokes(401, "/patients/new/")
    page.get_by_role("button", name="Register patient").click()
    expect(page.get_by_role("heading", name="You have been signed out")).to_be_visible()


def test_watch_complains_of_refusals_that_nobody_declared():
    watching = Watch()
    watching.refused = [(401, "/patients/similar/")]
    with pytest.raises(AssertionError):
        watching.check()
    watching.provokes(401, "/patients/new/")
    with pytest.raises(AssertionError):
        watching.check()
    watching.refused += [(401, "/patients/new/")]
    watching.check()
    watching.refused += [(401, "/patients/new/")]
    with pytest.raises(AssertionError):
        watching.check()


def test_date_echo_that_is_refused_leaves_the_form_alone(practice, visit, watch):
    page = visit(practice.clinician)
    page.route("**/patients/similar/", lambda route: route.fulfill(status=204))  # asked for in a while, or not yet
    page.goto("/patients/new/")
    page.get_by_label("Full name").fill("Still Here")
    sign_out_elsewhere(page)
    watch.provokes(401, "/patients/birth-date/")
    page.get_by_label("Date of birth").fill("12/3/1961")
    with page.expect_response("**/patients/birth-date/"):
        page.get_by_label("Date of birth").press("Tab")
    expect(page.get_by_label("Full name")).to_have_value("Still Here")
    expect(page.get_by_role("heading", name="Register patient")).to_be_visible()


def test_inline_script_is_refused_and_the_watch_sees_it(practice, visit, watch):
    page = visit(practice.clinician)
    page.goto("/patients/")
    with page.expect_console_message(lambda message: "Content Security Policy" in message.text):
        page.evaluate("document.body.append(Object.assign(document.createElement('script'), {text: 'window.ran = 1'}))")
    assert (page.evaluate("window.ran"), len(watch.complaints)) == (None, 1)
    watch.complaints.clear()
