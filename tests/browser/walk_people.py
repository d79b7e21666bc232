"""The states of the pages about a clinic's people and settings, for the same checks and pictures as every page."""

from collections.abc import Iterator

from playwright.sync_api import Page

from tests.browser.conftest import Watch
from tests.browser.site import Site

Shown = Iterator[tuple[str, Page]]


def press(page: Page, name: str) -> None:
    with page.expect_navigation():
        page.locator("main").get_by_role("button", name=name, exact=True).click()


def by_owners(page: Page, watch: Watch, site: Site) -> Shown:
    """Somebody is added, and what is refused; at the end everybody of the site works there as before."""
    yield from settings(page, watch)
    page.goto("/clinic/people/new/")
    yield "person-new", page
    watch.provokes(422, "/clinic/people/new/")
    page.get_by_label("Email").fill(site.world.clinician.email)
    press(page, "Add colleague")
    yield "person-refused", page
    page.get_by_label("Email").fill("a.colleague.with.a.rather.long.address@lakeside.test")
    page.get_by_label("Name", exact=True).fill("Wilhelmina Featherstonehaugh-Cholmondeley")
    page.get_by_label("Front desk").check()
    press(page, "Add colleague")
    yield "people", page
    page.get_by_role("link", name="Wilhelmina").click()
    yield "person", page
    press(page, "End membership")
    yield "person-ended", page
    alone = f"/clinic/people/{site.world.owner.pk}/"
    page.goto(alone)
    yield "person-last-owner", page
    watch.provokes(422, alone)
    page.get_by_label("Auditor").check()
    press(page, "Change role")
    yield "person-last-owner-refused", page
    ended = f"/clinic/people/{site.world.owner.pk}/end/"
    watch.provokes(422, ended)
    page.locator("main form").evaluate(f"form => {{ form.action = '{ended}' }}")
    press(page, "Change role")
    yield "person-end-refused", page


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
