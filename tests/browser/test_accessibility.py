"""What no page in any state may fail: axe at WCAG 2.2 AA in both themes and widths, and room on the narrowest phone."""

from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.conftest import HEIGHTS
from tests.browser.walk import PARTS, pages_of

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
# What a theme can change: the two are sets of colours and nothing else.
COLOUR_RULES = ["color-contrast", "link-in-text-block"]
SETTLED = "Promise.all(document.getAnimations().map(animation => animation.finished))"
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
# What an open menu covers is not there to be pressed until the menu is closed.
RUN_AXE = "options => axe.run(document.querySelector('[data-menu][open]') ?? document, options)"


def violations(page: Page, only: dict[str, Any]) -> Iterator[str]:
    if not page.evaluate("'axe' in window"):
        page.evaluate(Axe().axe_script)
    page.evaluate(SETTLED)
    for violation in page.evaluate(RUN_AXE, {"resultTypes": ["violations"], "runOnly": only})["violations"]:
        for node in violation["nodes"]:
            yield f"{violation['id']} {node['target']}: {node['failureSummary']}"


def overflows(page: Page) -> Iterator[str]:
    """The widths at which the page has to be scrolled sideways."""
    for width in (320, 768, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        if page.evaluate(OVERFLOW) > 0:
            yield f"{width} px"


def looked_at(page: Page) -> Iterator[tuple[str, str]]:
    """What is wrong with the page as it stands: the kind of fault, and where."""
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": HEIGHTS[width]})
        for violation in violations(page, {"type": "tag", "values": TAGS}):
            yield "axe", f"{width} px, light: {violation}"
        page.emulate_media(color_scheme="dark")
        for violation in violations(page, {"type": "rule", "values": COLOUR_RULES}):
            yield "axe", f"{width} px, dark: {violation}"
        page.emulate_media(color_scheme="light")
    for where in overflows(page):
        yield "overflow", where


@pytest.mark.parametrize("part", PARTS)
def test_every_page_is_accessible_and_fits_the_narrowest_phone(visit: Any, watch: Any, site: Any, part: str) -> None:
    faults, seen = [], 0
    for name, page in pages_of(part, visit, watch, site):
        faults += [(name, *fault) for fault in looked_at(page)]
        seen += 1
    assert (faults, seen > 0) == ([], True)


@pytest.mark.parametrize("path", ["/patients/", "/patients/new/", "/assessments/"])
def test_page_has_one_main_heading(visit: Any, live: Any, path: str) -> None:
    page = visit(live.world.clinician)
    page.goto(path)
    assert page.get_by_role("heading", level=1).count() == 1
