"""The states of what a list offers beside its rows, for the same checks and pictures as every page."""

from collections.abc import Iterator

from playwright.sync_api import Page, expect

from clinic.lists.models import ItemState, Job, JobState
from clinic.tenancy.scope import clinic_scope
from tests.browser.conftest import Watch
from tests.browser.site import Site

Shown = Iterator[tuple[str, Page]]


def tools(page: Page, watch: Watch, site: Site) -> Shown:
    page.goto("/patients/")
    for menu in ("Views", "Display", "Download"):
        page.locator(".list-tools summary", has_text=menu).click()
        if menu == "Display":
            expect(page.get_by_role("button", name="Apply and remember")).to_be_visible()
        yield f"patients-{menu.lower()}", page
        page.keyboard.press("Escape")
    page.locator("tbody [type=checkbox]").first.check()
    yield "patients-ticked", page
    with page.expect_navigation():
        page.get_by_role("button", name="Assign practitioner").click()
    yield "bulk-question", page
    page.goto("/patients/?gender=male&q=a")
    page.locator("tbody [type=checkbox]").first.check()
    page.get_by_label("All that match").check()
    with page.expect_navigation():
        page.locator("#bulk").get_by_role("button", name="Archive").click()
    yield "bulk-confirm", page
    yield from jobs(page, site)
    page.goto("/lists/patients/views/new/?gender=male")
    yield "view-new", page
    watch.provokes(422, "/lists/patients/views/new/")
    with page.expect_navigation():
        page.locator("main").get_by_role("button", name="Save view").click()
    yield "view-refused", page
    page.goto("/patients/recent/")
    yield "recent", page
    page.locator(".account summary").click()
    page.get_by_role("link", name="Keys").click()
    yield "keys", page
    page.get_by_role("button", name="Close").click()


def jobs(page: Page, site: Site) -> Shown:
    """A job that waits, one whose worker was lost, and ends of every kind."""
    with page.expect_navigation():
        page.locator("main").get_by_role("button", name="Archive").click()
    expect(page.locator("#progress")).to_contain_text("Waiting")
    yield "job-waiting", page
    with clinic_scope(site.world.clinic):
        job = Job.objects.order_by("-created_at").first()
        rows = Job.objects.filter(pk=job.pk)
        rows.update(state=JobState.RUNNING, total=40, changed=10, touched_at="2026-01-01T00:00Z")
        item = {"record_id": site.patient.pk, "state": ItemState.FAILED, "reason": "Something was changed since."}
        job.items.create(**item)
    page.goto(f"/work/{job.pk}/")
    yield "job-lost", page
    ends = {
        "done": {"state": JobState.DONE, "changed": 40},
        "not-all": {"state": JobState.DONE, "changed": 39, "failed": 1},
        "stopped": {"state": JobState.STOPPED, "message": "The list changed meanwhile.", "changed": 0, "failed": 0},
        "cancelled": {"state": JobState.CANCELLED, "message": "Cancelled by Clara Clinician.", "changed": 10},
        "file": {"state": JobState.DONE, "file_name": "patients-2026-11-24.csv", "changed": 40},
    }
    for name, values in ends.items():
        with clinic_scope(site.world.clinic):
            rows.update(**values)
        page.goto(f"/work/{job.pk}/")
        yield f"job-{name}", page
    page.goto("/work/")
    yield "work", page
