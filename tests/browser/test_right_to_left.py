"""The pages in a language that is written from right to left."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.as_two import served_under
from tests.browser import walk
from tests.browser.test_accessibility import overflows


@pytest.fixture
def page(site, server, visit, settings) -> Iterator[Page]:
    """Signed in before, by the words that the sign-in page has otherwise."""
    before = visit(site.both)
    walk.pressed(before, re.compile(site.world.clinic.name))
    with served_under(server, settings, {"LANGUAGE_CODE": "ar"}, LANGUAGE_CODE="ar") as address:
        page = visit(at=address, storage_state=before.context.storage_state())
        yield page
        page.close()  # it asks for its counts until then


def test_pages_fit_every_width(page, watch, site):
    parts = (walk.lists, walk.about_a_patient, walk.about_assessments)
    wide = [(name, width) for part in parts for name, _ in part(page, watch, site) for width in overflows(page)]
    assert wide == []


def test_page_is_mirrored(page):
    page.goto("/patients/")
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    rail, main = page.locator(".rail").bounding_box(), page.locator("main").bounding_box()
    icon, search = page.locator(".list-search svg").bounding_box(), page.locator("#q").bounding_box()
    assert (rail["x"] > main["x"], icon["x"] > search["x"] + search["width"] / 2) == (True, True)


@pytest.mark.parametrize("path", ["/patients/?q=P-000111&columns=name,phone_number", "/patients/{}/details/"])
def test_phone_number_keeps_its_direction(page, site, path):
    page.goto(path.format(site.fresh.pk))
    number = page.locator("bdi", has_text="+44 20 7946 0017").evaluate("element => getComputedStyle(element).direction")
    assert number == "ltr"


def test_edit_page_is_saved_as_it_was_opened(page, site):
    page.goto(f"/patients/{site.fresh.pk}/edit/")
    page.get_by_role("button", name="Save changes").click()
    expect(page).to_have_url(re.compile(rf"/patients/{site.fresh.pk}/details/$"))
