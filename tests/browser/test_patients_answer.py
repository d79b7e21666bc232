"""Patients answer by themselves, on a phone: by a link, and on a shared device."""

import re
from datetime import date, timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from clinic.accounts.models import AnswerLink
from clinic.assessments.models import AnswerRequest, Assessment
from clinic.assessments.selfreport.actions import create_request
from clinic.instruments.catalogue import find
from clinic.patients.models import Patient
from clinic.tenancy.scope import clinic_scope
from tests.world import PASSWORD, Writer, make_patient


@pytest.fixture
def patient(practice, request) -> Patient:
    with clinic_scope(practice.clinic):
        name = re.sub(r"\W", "", request.node.name)
        return make_patient(full_name=f"Ana {name}", family_name=name, gender="female", date_of_birth=date(1961, 3, 12))


@pytest.fixture
def asked(practice, patient):
    """A request, and the token of its link."""
    with clinic_scope(practice.clinic):
        return create_request(
            by=Writer(),
            clinic=practice.clinic,
            id=patient.pk,
            patient=patient,
            user=patient.user,
            definition=find("phq-9"),
            language="en",
            days=7,
        )


@pytest.fixture
def link(asked) -> str:
    return f"/answer/{asked.token}/"


@pytest.fixture
def phone(visit) -> Page:
    return visit(width=390)


def open_link(page: Page, link: str) -> None:
    page.goto(link)
    page.get_by_label("Date of birth").fill("12/3/1961")
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("heading", name="Your mood in the last two weeks")).to_be_visible()


def choose(page: Page, item: int, answer: str) -> None:
    with page.expect_response("**/answers/"):
        page.locator(f"#item-{item}").get_by_text(answer, exact=True).click()


def sitting_of(practice, patient) -> Assessment:
    with clinic_scope(practice.clinic):
        return Assessment.objects.get(patient=patient)


def leads_nowhere(page: Page, watch, path: str) -> None:
    watch.provokes(404, path)
    page.goto(path)
    expect(page.get_by_role("heading", level=1)).to_have_text("This link leads nowhere")


def test_practitioner_makes_a_link_and_the_patient_answers_it_once(practice, patient, visit, watch):
    desk = visit(practice.clinician)
    desk.goto(f"/patients/{patient.pk}/assessments/")
    desk.get_by_role("link", name="Link for the patient").click()
    desk.get_by_label("What to ask").select_option("phq-9")
    desk.get_by_role("button", name="Make the link").click()
    link = desk.get_by_label("Link", exact=True).input_value()
    phone = visit(width=390)
    phone.goto(link)
    expect(phone.locator("body")).not_to_contain_text("Ana")
    open_link(phone, link)
    for item in range(1, 10):
        choose(phone, item, "Several days")
    expect(phone.get_by_text("9 of 9 answered")).to_be_visible()
    expect(phone.get_by_text("emergency number")).to_be_in_viewport()
    phone.get_by_role("button", name="Done").click()
    expect(phone.get_by_text("Your answers have arrived.")).to_be_visible()
    path = link[link.index("/answer/") :]
    for again in (phone.go_back, phone.reload):
        again()
        expect(phone.get_by_role("heading", level=1)).to_have_text("Thank you")
    leads_nowhere(visit(width=390), watch, path)
    assert (sitting_of(practice, patient).score, sitting_of(practice, patient).status) == (9, "completed")
    desk.goto(f"/patients/{patient.pk}/assessments/")
    expect(desk.locator(".requests tbody tr")).to_contain_text("Done")


def test_answers_are_resumed_in_another_browser(phone, visit, link, practice, patient):
    open_link(phone, link)
    choose(phone, 1, "Nearly every day")
    choose(phone, 2, "Several days")
    phone.get_by_role("button", name="Save and go on later").click()
    expect(phone.get_by_role("status").filter(has_text="Your answers are saved.")).to_be_focused()
    other = visit(width=390)
    open_link(other, link)
    expect(other.locator("#item-1").get_by_label("Nearly every day")).to_be_checked()
    choose(other, 3, "Not at all")
    assert sitting_of(practice, patient).answers == {"1": 3, "2": 1, "3": 0}


def test_connection_that_is_lost_loses_nothing(phone, link, practice, patient, watch):
    open_link(phone, link)
    choose(phone, 1, "Several days")
    watch.loses_connection()
    phone.context.set_offline(True)
    phone.locator("#item-2").get_by_text("Several days", exact=True).click()
    expect(phone.get_by_text("No connection.")).to_be_visible()
    with phone.expect_response("**/answers/"):
        phone.context.set_offline(False)
    expect(phone.get_by_text("2 of 9 answered")).to_be_visible()
    assert sitting_of(practice, patient).answers == {"1": 1, "2": 1}


def test_answer_to_a_save_that_is_lost_is_no_conflict(phone, link, practice, patient, watch):
    open_link(phone, link)

    def deaf(route) -> None:
        route.fetch()
        route.abort("internetdisconnected")

    watch.loses_connection()
    phone.route("**/answers/", deaf, times=1)
    phone.locator("#item-1").get_by_text("Several days", exact=True).click()
    expect(phone.get_by_text("No connection.")).to_be_visible()
    with phone.expect_response("**/answers/") as again:
        phone.locator("#item-2").get_by_text("Several days", exact=True).click()
    assert (again.value.status, sitting_of(practice, patient).answers) == (200, {"1": 1, "2": 1})


def test_whole_way_without_script(visit, link, practice, patient, watch):
    page = visit(width=390, scripts=False)
    open_link(page, link)
    for item in range(1, 10):
        page.locator(f"#item-{item}").get_by_text("Not at all", exact=True).click()
    page.get_by_role("button", name="Save and go on later").click()
    expect(page.get_by_text("9 of 9 answered")).to_be_visible()
    page.get_by_role("button", name="Done").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you")
    assert sitting_of(practice, patient).score == 0


def test_expired_link_leads_nowhere(phone, link, asked, practice, watch):
    past = {"expires_at": timezone.now() - timedelta(minutes=1)}
    AnswerLink.objects.using("owner").filter(request_id=asked.request.pk).update(**past)
    with clinic_scope(practice.clinic):
        AnswerRequest.objects.filter(pk=asked.request.pk).update(**past)
    leads_nowhere(phone, watch, link)


def test_guessed_link_leads_nowhere(phone, link, watch):
    leads_nowhere(phone, watch, f"{link[:-2]}/")


def test_wrong_dates_end_the_link(phone, link, watch):
    phone.goto(link)
    for left in ("4 more tries", "3 more tries", "2 more tries", "one more try"):
        watch.provokes(422, link)
        phone.get_by_label("Date of birth").fill("1 May 1950")
        phone.get_by_role("button", name="Go on").click()
        expect(phone.get_by_text(left)).to_be_visible()
    watch.provokes(404, link)
    phone.get_by_label("Date of birth").fill("1 May 1950")
    phone.get_by_role("button", name="Go on").click()
    expect(phone.get_by_role("heading", level=1)).to_have_text("This link leads nowhere")


def test_link_that_is_revoked_while_it_is_answered_says_so(phone, link, asked, visit, practice, patient, watch):
    open_link(phone, link)
    desk = visit(practice.clinician)
    desk.goto(f"/patients/{patient.pk}/assessments/")
    desk.get_by_role("button", name="Revoke").click()
    expect(desk.locator(".requests tbody tr")).to_contain_text("Revoked")
    watch.provokes(404, f"{link}answers/")
    choose(phone, 1, "Several days")
    expect(phone.get_by_text("cannot be answered here any more")).to_be_visible()


@pytest.mark.parametrize("scripts", [True, False])
def test_device_is_shared_and_unlocked(visit, practice, patient, watch, scripts):
    page = visit(practice.clinician, width=390, scripts=scripts)
    page.goto(f"/patients/{patient.pk}/")
    page.goto(f"/assessments/new/?patient={patient.pk}&instrument=phq-9")
    page.get_by_role("button", name="Share this device").click()
    expect(page).to_have_url(re.compile("/handover/$"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Your mood in the last two weeks")
    for path in ("/patients/", f"/patients/{patient.pk}/", "/accounts/logout/", "/nothing/"):
        watch.provokes(403, path)
        page.goto(path)
        expect(page.locator("body")).not_to_contain_text(patient.family_name)
    assert page.request.get("/api/v1/patients/").status == 403
    watch.provokes(403, "/patients/")
    page.goto("/patients/?q=somebody")
    assert page.url.endswith("/patients/")
    page.goto("/handover/")
    for item in range(1, 10):
        page.locator(f"#item-{item}").get_by_text("Not at all", exact=True).click()
    page.get_by_role("button", name="Done").click()
    expect(page.get_by_text("Give this device back now.")).to_be_visible()
    page.get_by_role("link", name="unlock").click()
    page.get_by_label("Your password").fill(PASSWORD)
    page.get_by_role("button", name="Unlock").click()
    expect(page.get_by_role("heading", name="PHQ-9 ·")).to_be_visible()
    assert (sitting_of(practice, patient).status, sitting_of(practice, patient).score) == ("completed", 0)


def test_going_back_and_opening_the_browser_again_stay_locked(visit, practice, patient, watch):
    page = visit(practice.clinician, width=390)
    page.goto(f"/patients/{patient.pk}/")
    page.goto(f"/assessments/new/?patient={patient.pk}&instrument=phq-9")
    page.get_by_role("button", name="Share this device").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your mood in the last two weeks")
    state = page.context.storage_state()
    for path in ("/assessments/new/", f"/patients/{patient.pk}/"):
        watch.provokes(403, path)
        page.go_back()
        expect(page.locator("body")).not_to_contain_text(patient.family_name)
    again = visit(width=390, storage_state=state)
    watch.provokes(403, "/patients/")
    again.goto("/patients/")
    expect(again.get_by_role("heading", level=1)).to_have_text("Locked")
    again.get_by_role("link", name="Go to the questions").click()
    expect(again.get_by_role("heading", level=1)).to_have_text("Your mood in the last two weeks")
