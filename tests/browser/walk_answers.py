"""The states of what patients answer by themselves, for the same checks and pictures as every page."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

from playwright.sync_api import Page

from clinic.assessments.models import AnswerRequest
from clinic.patients.models import Patient
from clinic.tenancy.scope import clinic_scope
from tests.browser.conftest import Watch
from tests.browser.site import Site
from tests.world import PASSWORD, make_patient

Shown = Iterator[tuple[str, Page]]


def press(page: Page, name: str) -> None:
    with page.expect_navigation():
        page.locator("main").get_by_role("button", name=name, exact=True).click()


def by_patients(visit: Callable[..., Page], watch: Watch, site: Site) -> Shown:
    page = visit(site.world.clinician)
    with clinic_scope(site.world.clinic):
        patient = Patient.objects.active().filter(date_of_birth_precision="exact").exclude(pk=site.patient.pk)[0]
    yield from asking(page, watch, patient)
    yield from by_code(page, visit(), site)
    page.goto(f"/patients/{patient.pk}/requests/")
    page.get_by_label("What to ask").select_option("phq-9")
    press(page, "Make the link")
    link = page.get_by_label("Link", exact=True).input_value()
    yield from at_the_link(visit(), watch, link, patient)
    page.goto(f"/patients/{patient.pk}/assessments/")
    yield "patient-links", page
    page.locator(".requests tbody a").first.click()
    page.get_by_text("Open it again for the patient").click()
    yield "questionnaire-finished-by-link", page
    yield from on_shared_device(page, watch, patient)
    with clinic_scope(site.world.clinic):
        assert AnswerRequest.objects.get(ended_at__isnull=False, state="done").tries == 1


def asking(page: Page, watch: Watch, patient: Patient) -> Shown:
    address = f"/patients/{patient.pk}/requests/"
    page.goto(address)
    yield "link-new", page
    watch.provokes(422, address)
    press(page, "Make the link")
    yield "link-refused", page
    page.get_by_label("What to ask").select_option("gad-7")
    press(page, "Make the link")
    yield "link-made", page
    page.reload()
    yield "link-shown-before", page


def by_code(page: Page, phone: Page, site: Site) -> Shown:
    """A patient of whom only the year of birth is known."""
    with clinic_scope(site.world.clinic):
        born: dict[str, Any] = {"date_of_birth": date(1961, 1, 1), "date_of_birth_precision": "year"}
        patient = make_patient(full_name="Ada Yearonly", family_name="Yearonly", **born)
    page.goto(f"/patients/{patient.pk}/requests/")
    yield "link-new-by-code", page
    page.get_by_label("What to ask").select_option("phq-9")
    press(page, "Make the link")
    yield "link-made-by-code", page
    phone.goto(page.get_by_label("Link", exact=True).input_value())
    yield "link-code", phone


def at_the_link(page: Page, watch: Watch, link: str, patient: Patient) -> Shown:
    watch.provokes(404, "/answer/nobody/")
    page.goto("/answer/nobody/")
    yield "link-dead", page
    page.goto(link)
    yield "link-born", page
    watch.provokes(422, link[link.index("/answer/") :])
    page.get_by_label("Date of birth").fill("1 January 1901")
    press(page, "Go on")
    yield "link-wrong-date", page
    page.get_by_label("Date of birth").fill(patient.date_of_birth.isoformat())
    press(page, "Go on")
    yield "link-form", page
    with page.expect_response("**/answers/"):
        page.locator("#item-9").get_by_text("Several days").click()
    page.get_by_text("Important").wait_for()
    yield "link-urgent", page
    press(page, "Save and go on later")
    yield "link-saved", page
    press(page, "Done")
    yield "link-open", page
    press(page, "Send as it is")
    yield "link-thanks", page


def on_shared_device(page: Page, watch: Watch, patient: Patient) -> Shown:
    page.goto(f"/assessments/new/?patient={patient.pk}&instrument=gad-7")
    press(page, "Share this device")
    yield "device-form", page
    press(page, "Save and go on later")
    yield "device-saved", page
    watch.provokes(403, "/patients/")
    page.goto("/patients/")
    yield "device-locked", page
    page.get_by_role("link", name="For the practitioner: unlock").click()
    yield "device-leave", page
    watch.provokes(422, "/handover/leave/")
    page.get_by_label("Your password").fill("wrong")
    press(page, "Unlock")
    yield "device-leave-refused", page
    page.get_by_label("Your password").fill(PASSWORD)
    press(page, "Unlock")
