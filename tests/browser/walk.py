"""Every page in every state, one after the other: for the checks that no page may fail, and for the pictures."""

import re
from collections.abc import Callable, Iterator
from uuid import uuid4

from django.core import mail
from playwright.sync_api import Page

from clinic.accounts.resets import send_reset
from clinic.patients import actions as patients
from clinic.patients.models import Patient
from clinic.tenancy.scope import clinic_scope
from tests.browser.breaking import broken_table, cancelled_statements
from tests.browser.conftest import Watch, sign_in
from tests.browser.site import Site
from tests.browser.walk_account import account
from tests.browser.walk_answers import by_patients
from tests.browser.walk_people import by_invitation, by_owners
from tests.browser.walk_photos import photos
from tests.browser.walk_results import results
from tests.browser.walk_tools import tools
from tests.browser.walk_trail import of_the_trail
from tests.queued import work_off
from tests.world import Writer

Visit = Callable[..., Page]
Shown = Iterator[tuple[str, Page]]
TOO_MANY_FIELDS = "&".join(["f"] * 1101)


def every_page(visit: Visit, watch: Watch, site: Site) -> Shown:
    """The name of each state and the page that shows it."""
    for part in PARTS:
        yield from pages_of(part, visit, watch, site)


def pages_of(part: str, visit: Visit, watch: Watch, site: Site) -> Shown:
    """Those of one of `PARTS`, which needs none of the others."""
    pages, begin = PARTS[part]
    yield from pages(begin(visit, site), watch, site)


def of_two_clinics(visit: Visit, site: Site) -> Page:
    page = visit(site.both)
    pressed(page, re.compile(site.world.clinic.name))
    return page


def pressed(page: Page, name: str | re.Pattern[str]) -> None:
    """Press a button of the page itself and wait for the page that answers."""
    with page.expect_navigation():
        page.locator("main").get_by_role("button", name=name, exact=isinstance(name, str)).click()


def strangers(page: Page, watch: Watch, site: Site) -> Shown:
    page.goto("/accounts/login/")
    yield "sign-in", page
    page.get_by_label("Email").fill("nobody@example.test")
    page.get_by_label("Password").fill("wrong")
    pressed(page, "Sign in")
    yield "sign-in-refused", page
    page.goto("/accounts/password/reset/")
    yield "reset", page
    pressed(page, "Send the link")
    yield "reset-refused", page
    mail.outbox.clear()
    page.get_by_label("Email").fill(site.world.clinician.email)
    pressed(page, "Send the link")
    yield "reset-sent", page
    work_off(send_reset)  # what others left there is none of theirs
    link = re.search(r"https?://\S+", str(mail.outbox[0].body))
    assert link is not None
    page.goto(link[0])
    yield "reset-choose", page
    page.get_by_label("New password").first.fill("short")
    pressed(page, "Change password")
    yield "reset-choose-refused", page
    page.goto("/accounts/password/reset/key/1-expired/")
    yield "reset-expired", page
    page.goto("/accounts/password/reset/key/done/")
    yield "reset-done", page
    page.goto("/accounts/inactive/")
    yield "account-closed", page
    watch.provokes(404, "/nothing/")
    page.goto("/nothing/")
    yield "error-404-signed-out", page


def people_without_a_page(visit: Visit, watch: Watch, site: Site) -> Shown:
    watch.provokes(403, "/accounts/no-clinic/")
    yield "no-clinic", visit(site.nobody)
    yield "choose-clinic", visit(site.both)
    page = visit(site.world.auditor)
    page.goto(f"/patients/{site.patient.pk}/")
    yield "patient-read-only", page
    watch.provokes(403, "/patients/new/")
    page.goto("/patients/new/")
    yield "error-403", page


def lists(page: Page, watch: Watch, site: Site) -> Shown:
    page.goto("/")
    page.locator("[data-poll]").wait_for(state="attached")
    yield "today", page
    if page.locator("#today .today-note summary").count():
        page.locator("#today .today-note summary").first.click()
        yield "today-note", page
    page.goto("/patients/")
    yield "patients", page
    page.locator(".clinic > summary").click()
    yield "patients-clinic-menu", page
    page.locator(".account > summary").click()
    yield "patients-account-menu", page
    page.goto("/patients/?gender=female&age=18-39&sort=-created_at")
    yield "patients-filtered", page
    page.goto("/patients/?q=nobody+is+called+this")
    yield "patients-empty", page
    watch.provokes(400, "/patients/")
    page.goto("/patients/?gender=female&age=7")
    yield "patients-error", page
    page.goto("/patients/?per_page=10&page=3&archived=all")
    yield "patients-page-3", page


def about_a_patient(page: Page, watch: Watch, site: Site) -> Shown:
    page.goto(f"/patients/{site.patient.pk}/")
    yield "patient", page
    page.goto(f"/patients/{site.patient.pk}/details/")
    yield "patient-details", page
    page.goto(f"/patients/{site.away.pk}/details/")
    yield "patient-archived", page
    pressed(page, "Restore")
    yield "patient-restored", page
    pressed(page, "Archive")


def patient_forms(page: Page, watch: Watch, site: Site) -> Shown:
    page.goto("/patients/new/")
    yield "patient-new", page
    watch.provokes(422, "/patients/new/")
    page.get_by_label("Date of birth").fill("31 February 1961")
    page.get_by_label("Phone number", exact=False).first.fill("12")
    pressed(page, "Register patient")
    yield "patient-errors", page
    watch.provokes(409, "/patients/new/")
    page.get_by_label("Full name").fill(site.fresh.full_name)
    page.get_by_label("Female").check()
    page.get_by_label("Date of birth").fill("3 May 1980")
    page.get_by_label("Phone number", exact=False).first.fill("020 7946 0018")
    page.get_by_label("Responsible practitioner").select_option(str(site.fresh.user_id))
    pressed(page, "Register patient")
    yield "patient-collision", page
    page.goto(f"/patients/{site.fresh.pk}/edit/")
    yield "patient-edit", page
    with clinic_scope(site.world.clinic):
        version = Patient.objects.get(pk=site.fresh.pk).version
        address = f"{version} Station Road\nRiverton\nRI4 4XX"
        patients.update_patient(by=Writer(), id=site.fresh.pk, version=None, address=address)
    watch.provokes(409, f"/patients/{site.fresh.pk}/edit/")
    page.get_by_label("Address").fill("14 Mill Lane\nRiverton\nRI4 4XX")
    pressed(page, re.compile("^Save changes"))
    yield "patient-conflict", page


def about_assessments(page: Page, watch: Watch, site: Site) -> Shown:
    page.goto(f"/patients/{site.patient.pk}/assessments/")
    yield "patient-assessments", page
    page.goto(f"/patients/{site.fresh.pk}/assessments/")
    yield "patient-assessments-none", page
    page.goto("/assessments/")
    yield "assessments", page
    page.goto("/assessments/?instrument=none&type=mental_health&score_min=3&date_from=1+March+2024")
    yield "assessments-filtered", page
    watch.provokes(400, "/assessments/")
    page.goto("/assessments/?date_from=soon")
    yield "assessments-error", page
    page.goto(f"/assessments/{site.assessment.pk}/")
    yield "assessment", page


def assessment_forms(page: Page, watch: Watch, site: Site) -> Shown:
    new = f"/assessments/new/?patient={site.patient.pk}"
    page.goto(new)
    page.get_by_role("textbox", name="Question").first.fill("How far can you walk?")
    page.get_by_role("button", name="Add a question").click()
    yield "assessment-new", page
    watch.provokes(422, "/assessments/new/")
    page.get_by_role("textbox", name="Answer").nth(1).fill("To the shop")
    page.get_by_label("Date", exact=True).fill("yesterday")
    pressed(page, re.compile("^Save assessment"))
    yield "assessment-errors", page
    watch.provokes(409, "/assessments/new/")
    page.get_by_role("textbox", name="Question").nth(1).fill("And back?")
    page.get_by_label("Type", exact=True).select_option("physical")
    page.get_by_label("Date", exact=True).fill("1 March 2026")
    page.get_by_role("textbox", name="Name").fill(site.assessment.name)
    pressed(page, re.compile("^Save assessment"))
    yield "assessment-name-taken", page
    edit = f"/assessments/{site.assessment.pk}/edit/"
    page.goto(edit)
    yield "assessment-edit", page
    watch.provokes(409, edit)
    page.locator("[name=version]").evaluate("field => field.value = 999")
    page.get_by_label("Final score").fill("17")
    pressed(page, re.compile("^Save changes"))
    yield "assessment-conflict", page


def about_instruments(page: Page, watch: Watch, site: Site) -> Shown:
    page.goto("/instruments/")
    yield "instruments", page
    for name in ("phq-9", "news2"):
        page.goto(f"/instruments/{name}/")
        yield f"instrument-{name}", page
    page.goto("/instruments/import/")
    yield "instrument-import", page
    page.goto("/instruments/new/")
    yield "instrument-new", page
    watch.provokes(422, "/instruments/new/")
    page.get_by_label("Questions", exact=False).first.fill("Did you lie awake?")
    page.get_by_label("Answers", exact=False).first.fill("Never")
    pressed(page, "Preview")
    yield "instrument-errors", page
    typed = {"Title": "Sleep, short", "Answers": "0 Never\n1 Often", "Bands": "0 Good (none)\n1 Poor (mild)",
             "Alerts": "1 from 1 high: Ask about sleep.", "Source": "Made here", "Licence": "Ours"}  # fmt: skip
    for label, text in typed.items():
        page.get_by_label(label, exact=False).first.fill(text)
    pressed(page, "Preview")
    yield "instrument-preview", page
    pressed(page, "Save instrument")
    yield "instrument-own", page
    page.goto("/settings/")
    yield "instrument-settings", page


def refusals(page: Page, watch: Watch, site: Site) -> Shown:
    watch.provokes(400, "/patients/")
    page.goto(f"/patients/?{TOO_MANY_FIELDS}")
    yield "error-400", page
    lost = f"/patients/{uuid4()}/"
    watch.provokes(404, lost)
    page.goto(lost)
    yield "error-404", page
    # The counts beside the menu would fail too, where they are asked for before the table is whole again.
    page.route("**/worklists/counts/", lambda route: route.fulfill(status=204))
    watch.provokes(500, "/assessments/")
    with broken_table(site.world.clinic, "assessments_assessment"):
        page.goto("/assessments/")
    yield "error-500", page
    watch.provokes(503, f"/assessments/{site.assessment.pk}/")
    with cancelled_statements(site.world.clinic, "assessments_assessment"):
        page.goto(f"/assessments/{site.assessment.pk}/")
    yield "error-503", page
    page.unroute("**/worklists/counts/")


def kept_pages(page: Page, watch: Watch, site: Site) -> Shown:
    page.goto("/patients/new/")
    page.get_by_label("Full name").fill("Kept As Typed")
    page.get_by_label("Address").fill("12 Mill Lane\nRiverton")
    elsewhere = page.context.new_page()
    elsewhere.goto("/patients/")
    elsewhere.locator(".clinic > summary").click()
    with elsewhere.expect_navigation():
        elsewhere.get_by_role("button", name=site.other.clinic.name).click()
    watch.provokes(409, "/patients/new/")
    pressed(page, "Register patient")
    yield "error-409", page
    elsewhere.goto("/accounts/logout/")
    pressed(elsewhere, "Sign out")
    watch.provokes(401, "/patients/new/")
    pressed(page, re.compile("^Switch to"))
    yield "error-401", page
    sign_in(elsewhere, site.world.clinician)
    elsewhere.close()
    watch.provokes(403, "/patients/new/")
    pressed(page, "Send again")
    yield "error-403-sent-again", page


# What shows the pages, and what it begins with: a page of somebody, or a way to open browsers.
PARTS: dict[str, tuple[Callable[..., Shown], Callable[[Visit, Site], object]]] = {
    "strangers": (strangers, lambda visit, site: visit()),
    "without a page": (people_without_a_page, lambda visit, site: visit),
    "patients answer": (by_patients, lambda visit, site: visit),
    "people": (by_owners, lambda visit, site: visit(site.world.owner)),
    "invitations": (by_invitation, lambda visit, site: visit()),
    "instruments": (about_instruments, lambda visit, site: visit(site.world.owner)),
    "trail": (of_the_trail, lambda visit, site: visit(site.world.owner)),
    "results": (results, lambda visit, site: visit(site.world.clinician)),
} | {
    part.__name__.replace("_", " "): (part, of_two_clinics)
    for part in (lists, tools, about_a_patient, patient_forms, about_assessments, assessment_forms, account, refusals,
                 kept_pages, photos)
}  # fmt: skip
