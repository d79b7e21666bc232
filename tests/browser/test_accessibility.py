"""What no page in any state may fail: axe at WCAG 2.2 AA in both themes and widths, and room on the narrowest phone."""

from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.conftest import HEIGHTS
from tests.browser.walk import PARTS, pages_of

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
# What a theme can change: the two are sets of colours and nothing else. They take four fifths of axe's time.
COLOUR_RULES = ["color-contrast", "link-in-text-block"]
SETTLED = "Promise.all(document.getAnimations().map(animation => animation.finished))"
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
# Of what can be pressed on a page nothing lies on the bar above it.
ON_THE_BAR = """() => {
  window.scrollTo(0, 0);
  const bar = document.querySelector("header.top")?.getBoundingClientRect();
  const lies = ({top, bottom, width}) => bar && width > 1 && bottom > bar.top && top < bar.bottom - 1;
  const pressed = [...document.querySelectorAll("main :is(a, button, summary, input, select, textarea)")];
  const over = pressed.filter((each) => each.checkVisibility() && lies(each.getBoundingClientRect()));
  return over.map((each) => each.textContent.trim());
}"""
# What an open menu covers is not there to be pressed until the menu is closed.
RUN_AXE = "options => axe.run(document.querySelector('[data-menu][open]') ?? document, options)"
# Colours come from the style sheet alone: of texts and controls that it cannot tell apart, in one look, one is enough.
RUN_AXE_ON_NEW = """async ([options, known]) => {
  const ATTRIBUTES = /^(class|type|role|dir|lang|open|hidden|disabled|aria-[a-z]+|data-[a-z-]+)$/;
  const NAMES_THINGS = /^aria-(label|labelledby|describedby|controls|owns|activedescendant)$/;
  const looks = new Map();
  const look = element => {
    if (!element) return "";
    if (!looks.has(element)) {
      const parts = [...element.attributes].filter(({name}) => ATTRIBUTES.test(name) && !NAMES_THINGS.test(name));
      const place = [":first-child", ":last-child", ":nth-child(even)", ":checked"].filter(one => element.matches(one));
      const own = [element.localName, ...parts.map(({name, value}) => `${name}=${value}`).sort(), ...place].join(" ");
      looks.set(element, `${look(element.parentElement)}>${own}`);
    }
    return looks.get(element);
  };
  const seen = new Set(known), fresh = [], shown = document.querySelector("[data-menu][open]") ?? document.body;
  for (const element of shown.querySelectorAll("*")) {
    const says = [...element.childNodes].some(node => node.nodeType === Node.TEXT_NODE && node.data.trim());
    if (!(says || element.matches("input, select, textarea")) || seen.has(look(element))) continue;
    seen.add(look(element));
    fresh.push(element);
  }
  const violations = fresh.length ? (await axe.run({include: fresh}, options)).violations : [];
  return [violations, fresh.map(look)];
}"""


class Looks:
    """What is wrong with pages, in both themes and at both widths; texts that look alike are measured once in each."""

    def __init__(self) -> None:
        self.known: dict[tuple[int, str], set[str]] = {}

    def faults(self, page: Page) -> Iterator[tuple[str, str]]:
        """What is wrong with the page as it stands: the kind of fault, and where."""
        for width in (1280, 390):
            page.set_viewport_size({"width": width, "height": HEIGHTS[width]})
            load_axe(page)
            page.evaluate(SETTLED)
            rules = {rule: {"enabled": False} for rule in COLOUR_RULES}
            found = page.evaluate(RUN_AXE, options({"type": "tag", "values": TAGS}) | {"rules": rules})["violations"]
            yield from told(found, f"{width} px")
            for theme in ("light", "dark"):
                page.emulate_media(color_scheme=theme)
                page.evaluate(SETTLED)
                yield from told(self._colours(page, width, theme), f"{width} px, {theme}")
            page.emulate_media(color_scheme="light")
            for what in page.evaluate(ON_THE_BAR):
                yield "on the bar", f"{width} px: {what}"
        for where in overflows(page):
            yield "overflow", where

    def _colours(self, page: Page, width: int, theme: str) -> list[dict[str, Any]]:
        known = self.known.setdefault((width, theme), set())
        found, fresh = page.evaluate(RUN_AXE_ON_NEW, [options({"type": "rule", "values": COLOUR_RULES}), list(known)])
        known.update(fresh)
        return found


def load_axe(page: Page) -> None:
    if not page.evaluate("'axe' in window"):
        page.evaluate(Axe().axe_script)


def options(only: dict[str, Any]) -> dict[str, Any]:
    return {"resultTypes": ["violations"], "runOnly": only}


def told(violations: list[dict[str, Any]], where: str) -> Iterator[tuple[str, str]]:
    for violation in violations:
        for node in violation["nodes"]:
            yield "axe", f"{where}: {violation['id']} {node['target']}: {node['failureSummary']}"


def overflows(page: Page) -> Iterator[str]:
    """The widths at which the page has to be scrolled sideways."""
    for width in (320, 768, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        if page.evaluate(OVERFLOW) > 0:
            yield f"{width} px"


@pytest.fixture(scope="module")
def looks() -> Looks:
    return Looks()


@pytest.mark.parametrize("part", PARTS)
def test_every_page_is_accessible_and_fits_the_narrowest_phone(
    visit: Any, watch: Any, site: Any, looks: Looks, part: str
) -> None:
    faults, seen = [], 0
    for name, page in pages_of(part, visit, watch, site):
        faults += [(name, *fault) for fault in looks.faults(page)]
        seen += 1
    assert (faults, seen > 0) == ([], True)


@pytest.mark.parametrize("path", ["/patients/", "/patients/new/", "/assessments/"])
def test_page_has_one_main_heading(visit: Any, live: Any, path: str) -> None:
    page = visit(live.world.clinician)
    page.goto(path)
    assert page.get_by_role("heading", level=1).count() == 1
