"""The states of the pages about a clinic's people and settings, for the same checks and pictures as every page."""

from collections.abc import Iterator

from playwright.sync_api import Page

from clinic.access import Role
from clinic.staff import actions as staff
from clinic.staff.invitations.actions import invite
from clinic.tenancy.scope import clinic_scope
from tests.browser.conftest import Watch
from tests.browser.site import Site
from tests.world import Writer

Shown = Iterator[tuple[str, Page]]


def press(page: Page, name: str) -> None:
    with page.expect_navigation():
        page.locator("main").get_by_role("button", name=name, exact=True).click()


def by_owners(page: Page, watch: Watch, site: Site) -> Shown:
    """Somebody is invited, and what is refused; at the end everybody of the site works there as before."""
    yield from settings(page, watch)
    yield from programs(page, watch)
    yield from webhooks(page, watch)
    page.goto("/clinic/people/new/")
    yield "person-new", page
    watch.provokes(422, "/clinic/people/new/")
    page.get_by_label("Email").fill(site.world.clinician.email)
    press(page, "Send invitation")
    yield "person-refused", page
    page.get_by_label("Email").fill("a.colleague.with.a.rather.long.address@lakeside.test")
    page.get_by_label("Front desk").check()
    page.get_by_label("Last day").fill("31 December 2040")
    press(page, "Send invitation")
    yield "people", page
    yield from one_person(page, watch, site)
    alone = f"/clinic/people/{site.world.owner.pk}/"
    page.goto(alone)
    yield "person-last-owner", page
    page.goto(invited(site, "somebody.else@lakeside.test"))
    yield "join-other", page


def programs(page: Page, watch: Watch) -> Shown:
    """None, one that is refused, its secret, another one beside it, and a program that is disabled."""
    page.goto("/clinic/programs/")
    yield "programs-none", page
    watch.provokes(422, "/clinic/programs/new/")
    page.goto("/clinic/programs/new/")
    press(page, "Register program")
    yield "program-refused", page
    name = "Laboratory of St Bartholomew's-by-the-Water, haematology and all the rest"
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_label("Reads and changes").check()
    page.get_by_label("Last day").fill("31 December 2040")
    press(page, "Register program")
    yield "program-secret", page
    press(page, "Make another secret")
    page.reload()
    yield "program-two-secrets", page
    press(page, "Disable")
    yield "program-disabled", page
    page.goto("/clinic/programs/")
    yield "programs", page


def webhooks(page: Page, watch: Watch) -> Shown:
    """None, one that is refused, its secret, what it was sent, and one that is off."""
    page.goto("/clinic/webhooks/")
    yield "webhooks-none", page
    watch.provokes(422, "/clinic/webhooks/new/")
    page.goto("/clinic/webhooks/new/")
    page.get_by_label("Address").fill("http://localhost/hooks")
    press(page, "Register webhook")
    yield "webhook-refused", page
    page.get_by_label("Name").fill("Appointments of St Bartholomew's-by-the-Water, reminders and all the rest")
    page.get_by_label("Address").fill(f"https://receiver.example.org/{'a-long-way/' * 12}")
    page.get_by_label("A patient was registered").check()
    press(page, "Register webhook")
    yield "webhook-secret", page
    page.locator("main").get_by_role("link", name="Deliveries").click()
    yield "webhook-deliveries", page
    page.go_back()
    press(page, "Switch off")
    yield "webhook-off", page
    page.goto("/clinic/webhooks/")
    yield "webhooks", page


def one_person(page: Page, watch: Watch, site: Site) -> Shown:
    """A role without a reason, a last day, and a membership that ends."""
    staff.add_member(clinic=site.world.clinic, user=site.nobody, role=Role.AUDITOR, by=Writer())
    path = f"/clinic/people/{site.nobody.pk}/"
    page.goto(path)
    yield "person", page
    watch.provokes(422, path)
    page.get_by_label("Front desk").check()
    press(page, "Change role")
    yield "person-role-refused", page
    watch.provokes(422, f"{path}last-day/")
    page.get_by_label("Last day").fill("soon")
    press(page, "Save last day")
    yield "person-last-day-refused", page
    page.get_by_label("Last day").fill("31 December 2040")
    press(page, "Save last day")
    yield "person-last-day", page
    page.get_by_role("link", name="Remove…").click()
    yield "person-end", page
    press(page, f"Remove from {site.world.clinic.name}")
    yield "person-ended", page


def invited(site: Site, email: str) -> str:
    """The link of a new invitation."""
    with clinic_scope(site.world.clinic):
        issued = invite(by=Writer(), clinic=site.world.clinic, email=email, role=Role.CLINICIAN)
    return f"/accounts/join/{issued.token}/"


def by_invitation(page: Page, watch: Watch, site: Site) -> Shown:
    """The links of invitations, without joining."""
    path = invited(site, "new.colleague@lakeside.test")
    page.goto(path)
    yield "join-new", page
    watch.provokes(422, path)
    page.get_by_label("Name").fill("Nora New")
    page.get_by_label("Password").fill("too short")
    press(page, "Join Lakeside Practice")
    yield "join-refused", page
    page.goto(invited(site, site.nobody.email))
    yield "join-known", page
    watch.provokes(404, "/accounts/join/none/")
    page.goto("/accounts/join/none/")
    yield "join-gone", page


def settings(page: Page, watch: Watch) -> Shown:
    """The settings with a fault, saved, and sent once more as they were before that."""
    path = "/clinic/settings/"
    page.goto(path)
    yield "clinic-settings", page
    watch.provokes(422, path)
    page.get_by_label("What to do when an answer raises an alert").fill("Call the patient.\n\nThen tell Dr Ames.")
    page.get_by_label("Telephone numbers").fill("The crisis team at St Bartholomew's-by-the-Water, day and night")
    press(page, "Save settings")
    yield "clinic-settings-refused", page
    page.get_by_label("Telephone numbers").fill("Crisis team: 0800 123 456")
    press(page, "Save settings")
    yield "clinic-settings-saved", page
    watch.provokes(409, path)
    page.locator("[name=version]").evaluate("field => { field.value = '1' }")
    page.get_by_label("Country").select_option("NZ")
    press(page, "Save settings")
    yield "clinic-settings-conflict", page
