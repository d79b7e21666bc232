"""A list on a phone: how long until there is something to read, what laying out 100 rows takes, whether anything moves.

    make bench PART=phone

Chromium at 390 px with a quarter of the processor, 1.6 Mbit/s and 150 ms of latency, in front of the record as it is
deployed. Cold is a browser that was never here, warm one that was.
"""

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median
from typing import Any
from urllib.parse import urljoin

from bench.reporting import table
from bench.server import prepare, settle, write
from bench.stack import Stack

ROUNDS, PATIENTS = 7, 1_000
SLOWER = 4  # times less processor
NETWORK = {"offline": False, "latency": 150, "downloadThroughput": 1.6e6 / 8, "uploadThroughput": 0.75e6 / 8}
FIRST_PAINT = """() => new Promise((resolve) => {
  new PerformanceObserver((list) => {
    for (const paint of list.getEntriesByName("first-contentful-paint")) resolve(paint.startTime);
  }).observe({ type: "paint", buffered: true });
})"""
MOVED = """() => new Promise((resolve) => {
  let moved = 0;
  new PerformanceObserver((list) => { for (const shift of list.getEntries()) moved += shift.value; })
    .observe({ type: "layout-shift", buffered: true });
  setTimeout(() => resolve(moved), 500);
})"""
LAYOUT = ("LayoutDuration", "RecalcStyleDuration")
AIMS = {"first paint, cold": 1200.0, "first paint, warm": 600.0, "moved, cold": 0.0, "moved, warm": 0.0}


def member_with_patients() -> Any:
    """A signed-in member's session cookie, in a clinic with a few pages of patients."""
    from django.conf import settings
    from django.test import Client

    from clinic.access import Role
    from clinic.demo.fill import fill_clinic
    from clinic.staff import actions

    user = actions.create_user(email="phone@bench.test", name="Bench", password="p")
    clinic = actions.create_clinic(name="Of a phone", owner=user, by=actions.OPERATOR)
    actions.add_member(clinic=clinic, user=user, role=Role.CLINICIAN, by=actions.OPERATOR)
    fill_clinic(clinic=clinic, patients=PATIENTS, assessments=3 * PATIENTS, seed=1, by=actions.OPERATOR)
    settle()
    client = Client()
    client.force_login(user)
    name = settings.SESSION_COOKIE_NAME
    return {"name": name, "value": client.cookies[name].value}


@contextmanager
def phone(browser: Any, address: str, cookie: Any) -> Iterator[Any]:
    """A browser of its own, on a phone, signed in."""
    context = browser.new_context(viewport={"width": 390, "height": 844}, device_scale_factor=3, is_mobile=True)
    context.add_cookies([{**cookie, "url": urljoin(address, "/")}])
    yield context
    context.close()


def page_of(context: Any) -> tuple[Any, Any]:
    """A page that is as slow as a phone, and what its figures are asked of."""
    page = context.new_page()
    devtools = context.new_cdp_session(page)
    devtools.send("Network.enable")
    devtools.send("Network.emulateNetworkConditions", NETWORK)
    devtools.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    devtools.send("Performance.enable")
    return page, devtools


def painted(context: Any, address: str) -> tuple[float, float, float]:
    """Milliseconds to the first paint, how much moved, and milliseconds of layout and style."""
    page, devtools = page_of(context)
    page.goto(address, wait_until="load")
    first, moved = page.evaluate(FIRST_PAINT), page.evaluate(MOVED)
    told = {each["name"]: each["value"] for each in devtools.send("Performance.getMetrics")["metrics"]}
    page.close()
    return float(first), float(moved), 1000 * sum(told[name] for name in LAYOUT)


def main() -> None:
    prepare()
    from django.core.management import call_command
    from playwright.sync_api import sync_playwright

    call_command("migrate_clinics", stdout=io.StringIO())
    call_command("collectstatic", interactive=False, verbosity=0)
    cookie, stack = member_with_patients(), Stack()
    address = f"http://127.0.0.1:{stack.port}/patients/"
    found: dict[str, list[float]] = {}
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=os.environ["CHROMIUM"])
            for _ in range(ROUNDS):
                with phone(browser, address, cookie) as context:
                    cold, warm = painted(context, address), painted(context, address)
                    few, many = (painted(context, f"{address}?per_page={rows}") for rows in (10, 100))
                for name, value in (
                    ("first paint, cold", cold[0]), ("first paint, warm", warm[0]), ("moved, cold", cold[1]),
                    ("moved, warm", warm[1]), ("first paint of 100 rows, warm", many[0]),
                    ("layout and style of 10 rows", few[2]), ("layout and style of 100 rows", many[2]),
                ):  # fmt: skip
                    found.setdefault(name, []).append(value)
            browser.close()
    finally:
        stack.stop()
    write("phone", "A list on a phone", f"The middle of {ROUNDS}; a quarter of the processor, 1.6 Mbit/s, 150 ms.",
          [table(["what", "measured", "aim", ""], [row(*each) for each in found.items()])], durable=True)  # fmt: skip


def row(name: str, values: list[float]) -> list[str]:
    middle, aim = median(values), AIMS.get(name)
    unit = "" if name.startswith("moved") else " ms"
    kept = "" if aim is None else "reached" if middle <= aim else "**short**"
    return [name, f"{middle:.4g}{unit}", "" if aim is None else f"{aim:g}{unit}", kept]


if __name__ == "__main__":
    main()
