"""The states of a patient's photo, for the same checks and pictures as every page."""

import re
from collections.abc import Iterator

from playwright.sync_api import Page

from clinic.patients.photos.actions import remove_photo, set_photo
from clinic.tenancy.scope import clinic_scope
from tests.browser.conftest import Watch
from tests.browser.site import Site
from tests.patients.photos.drawn import encoded, quarters
from tests.world import Writer

Shown = Iterator[tuple[str, Page]]


def photos(page: Page, watch: Watch, site: Site) -> Shown:
    change = f"/patients/{site.fresh.pk}/photo/change/"
    page.goto(change)
    yield "photo-none", page
    watch.provokes(422, change)
    with page.expect_navigation():
        page.get_by_role("button", name=re.compile("^Save the photo")).click()
    yield "photo-refused", page
    with clinic_scope(site.world.clinic):
        set_photo(by=Writer(), id=site.fresh.pk, content=encoded(quarters()))
    page.goto(change)
    yield "photo", page
    page.goto(f"/patients/{site.fresh.pk}/")
    yield "patient-with-photo", page
    page.goto(f"/patients/{site.fresh.pk}/merge/?other={site.patient.pk}")
    yield "merge-with-photo", page
    with clinic_scope(site.world.clinic):
        remove_photo(by=Writer(), id=site.fresh.pk)
