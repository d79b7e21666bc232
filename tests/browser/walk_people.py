"""The states of the pages about a clinic's people, for the same checks and pictures as every page."""

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
