"""A picture of every page in every state at both widths and in both themes, into var/shots/. Run by `make shots`."""

import shutil
from typing import Any

from tests.browser.conftest import HEIGHTS
from tests.browser.walk import every_page
from tests.postgres import VAR

SHOTS = VAR / "shots"


def test_picture_of_every_page(visit: Any, watch: Any, site: Any) -> None:
    shutil.rmtree(SHOTS, ignore_errors=True)
    for name, page in every_page(visit, watch, site):
        for width in (390, 1280):
            page.set_viewport_size({"width": width, "height": HEIGHTS[width]})
            # As high as the page, so that what is fixed to the window is where it belongs.
            height = page.evaluate("document.documentElement.scrollHeight")
            page.set_viewport_size({"width": width, "height": max(height, HEIGHTS[width])})
            for theme in ("light", "dark"):
                page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
                page.screenshot(path=SHOTS / f"{name}-{width}-{theme}.png")
        page.emulate_media(color_scheme="light")
        page.set_viewport_size({"width": 1280, "height": HEIGHTS[1280]})
    assert list(SHOTS.glob("*.png"))
