"""A real Chromium for the tests of pages, and a watch on everything that it complains of."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from playwright.sync_api import Browser, ConsoleMessage, Page, WebError, expect, sync_playwright
from pytest_django.plugin import DjangoDbBlocker

from clinic.accounts.models import User
from tests.browser.outside import FOLDER
from tests.browser.site import Site, make_site
from tests.patience import PATIENCE
from tests.world import PASSWORD, World, own_clinic

collect_ignore = [] if FOLDER.is_dir() else ["test_outside_data.py"]
HEIGHTS = {320: 800, 390: 844, 1280: 900}
REFUSED = re.compile(r"Failed to load resource: the server responded with a status of (\d{3}) ")
LOST = re.compile(
    r"net::ERR_(INTERNET_DISCONNECTED|CONNECTION_RE(SET|FUSED)|EMPTY_RESPONSE)|^htmx:(sendError|afterRequest)"
)
BY_ITSELF = {"/patients/similar/", "/worklists/counts/"}  # what pages ask for without anybody pressing anything
ABANDONED = re.compile(r"^htmx:(sendAbort|afterRequest)")
SWITCHES = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-domain-reliability",
    "--disable-sync",
    "--no-first-run",
    "--no-pings",
)


class Watch:
    """What the pages of a test complain of; at its end it may be nothing but the refusals that it declared."""

    def __init__(self) -> None:
        self.complaints: list[str] = []
        self.refused: list[tuple[int, str]] = []
        self.declared: list[tuple[int, str]] = []
        self.offline = self.impatient = False

    def provokes(self, status: int, path: str) -> None:
        """The next step is answered with `status` at `path`, and Chromium says so on the console, once.

        What the page asks for by itself may be answered so too, if it is asked for then.
        """
        self.declared.append((status, path))

    def loses_connection(self) -> None:
        """The next requests get no answer: as many as there are."""
        self.offline = True

    def abandons_requests(self) -> None:
        """Requests are overtaken by later ones, and given up: as many as there are."""
        self.impatient = True

    def hear(self, message: ConsoleMessage) -> None:
        refusal = REFUSED.match(message.text)
        if refusal:
            self.refused.append((int(refusal[1]), urlsplit(message.location["url"]).path))
        elif (self.offline and LOST.search(message.text)) or (self.impatient and ABANDONED.search(message.text)):
            return
        elif message.type in ("error", "warning") or "Content Security Policy" in message.text:
            self.complaints.append(f"{message.type}: {message.text}")

    def catch(self, error: WebError) -> None:
        self.complaints.append(f"uncaught: {error.error}")

    def check(self) -> None:
        expected = {status for status, _ in self.declared}
        pressed = [it for it in self.refused if it in self.declared or it[0] not in expected or it[1] not in BY_ITSELF]
        assert (self.complaints, sorted(pressed)) == ([], sorted(self.declared))


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    path = os.environ.get("CHROMIUM") or shutil.which("chromium")
    switches = [*SWITCHES, "--no-sandbox"] if os.geteuid() == 0 else [*SWITCHES]
    expect.set_options(timeout=1000 * PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=switches)
        yield browser
        browser.close()


@pytest.fixture
def watch() -> Iterator[Watch]:
    watching = Watch()
    yield watching
    watching.check()


@pytest.fixture
def visit(chromium: Browser, watch: Watch, server: str) -> Iterator[Callable[..., Page]]:
    """A function that opens a browser of its own, signed in as `user` (None: as nobody), and gives its page."""
    contexts = []

    def open_page(
        user: User | None = None,
        *,
        width: int = 1280,
        theme: Any = "light",
        scripts: bool = True,
        at: str = server,
        **more: Any,
    ) -> Page:
        context = chromium.new_context(
            base_url=at,
            viewport={"width": width, "height": HEIGHTS[width]},
            color_scheme=theme,
            java_script_enabled=scripts,
            reduced_motion="reduce",
            locale="en-GB",
            **more,
        )
        contexts.append(context)
        context.set_default_timeout(1000 * PATIENCE)
        context.on("console", watch.hear)
        context.on("weberror", watch.catch)
        page = context.new_page()
        if user is not None:
            sign_in(page, user)
        return page

    yield open_page
    for context in contexts:
        context.close()


def sign_in(page: Page, user: User, password: str = PASSWORD) -> None:
    """Fill in the sign-in page, wherever the browser is."""
    if "/accounts/login/" not in page.url:
        page.goto("/accounts/login/")
    page.get_by_label("Email").fill(user.email)
    page.get_by_label("Password").fill(password)
    with page.expect_navigation():
        page.get_by_role("button", name="Sign in").click()


@pytest.fixture(scope="module")
def practice(server: str, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    """A committed clinic for the tests of a module: each works on patients of its own."""
    with django_db_blocker.unblock(), own_clinic("Lakeside") as world:
        yield world


@pytest.fixture(scope="module")
def worker(practice: World) -> Iterator[None]:
    """The worker as it is deployed: a process of its own, which ends with its input."""
    command = [sys.executable, "manage.py", "work", "--with-parent"]
    process = subprocess.Popen(command, cwd=settings.BASE_DIR, stdin=subprocess.PIPE)
    yield
    assert process.stdin is not None
    process.stdin.close()
    assert process.wait(PATIENCE) == 0


@pytest.fixture(scope="module")
def harbour(server: str, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    """A second one."""
    with django_db_blocker.unblock(), own_clinic("Harbour") as world:
        yield world


@pytest.fixture(scope="module")
def site(server: str, django_db_blocker: DjangoDbBlocker) -> Iterator[Site]:
    """A clinic that looks like one, for every test of a module: they leave it as it was."""
    with django_db_blocker.unblock(), make_site() as made:
        yield made
