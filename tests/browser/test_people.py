"""A colleague from the invitation to the last day, as the owner and as the colleague."""

import re
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import cast

import pytest
from playwright.sync_api import Page, expect

from tests.as_two import served_under

PASSWORD = "quite another passphrase"


@pytest.fixture
def mailing(server, settings, tmp_path) -> Iterator[tuple[str, Path]]:
    """The address of a local record, and the folder in which it keeps its mail."""
    folder = tmp_path / "mail"
    kept = {"default": {"BACKEND": "clinic.ui.mail.LocalMail", "OPTIONS": {"folder": folder}}}
    properties = {"EMAIL_URL": "consolemail://", "VAR_DIR": str(tmp_path), "STATIC_ROOT": str(settings.STATIC_ROOT)}
    with served_under(server, settings, properties, MAILERS=kept) as address:
        yield address, folder


def press(page: Page, name: str) -> None:
    with page.expect_navigation():
        page.locator("main").get_by_role("button", name=name, exact=True).click()


def invite(page: Page, email: str) -> None:
    page.get_by_role("link", name="Clinic settings").click()
    page.get_by_role("main").get_by_role("link", name="People").click()
    page.get_by_role("link", name="Invite a colleague").click()
    page.get_by_label("Email").fill(email)
    page.get_by_label("Clinician").check()
    press(page, "Send invitation")


def link_in(folder: Path) -> str:
    """The link of the only letter; nobody else on the machine may read it."""
    [letter] = folder.iterdir()
    assert (letter.stat().st_mode & 0o777, folder.stat().st_mode & 0o777) == (0o600, 0o700)
    message = cast(EmailMessage, message_from_bytes(letter.read_bytes(), policy=policy.default))
    [link] = re.findall(r"https?://\S+", message.get_content())
    return str(link)


def test_colleague_is_invited_joins_is_changed_and_removed(practice, visit, watch, mailing):
    address, letters = mailing
    owner, colleague = visit(practice.owner, at=address), visit(at=address)
    email = f"nora@{practice.owner.email.partition('@')[2]}"
    invite(owner, email)
    expect(owner.get_by_role("row", name=email)).to_contain_text("Invited, until")

    colleague.goto(link_in(letters))
    colleague.get_by_label("Name").fill("Nora New")
    colleague.get_by_label("Password").fill(PASSWORD)
    press(colleague, f"Join {practice.clinic.name}")
    expect(colleague.get_by_role("heading", name="Today", level=1)).to_be_visible()
    colleague.get_by_role("link", name="Assessments").click()
    expect(colleague.get_by_role("heading", name="Assessments", level=1)).to_be_visible()

    owner.reload()
    expect(owner.get_by_role("row", name="Nora New")).to_contain_text("Active")
    owner.get_by_role("link", name="Nora New").click()
    owner.get_by_label("Front desk").check()
    owner.get_by_label("Reason").fill("Works at the desk now")
    press(owner, "Change role")
    expect(owner.locator(".summary")).to_contain_text("Front desk")
    watch.provokes(403, "/assessments/")
    colleague.reload()
    expect(colleague.get_by_role("heading", name="You do not have access to this")).to_be_visible()

    owner.get_by_role("link", name="Remove…").click()
    press(owner, f"Remove from {practice.clinic.name}")
    expect(owner.get_by_text("Membership ended.")).to_be_visible()
    colleague.goto("/patients/")
    expect(colleague).to_have_url(re.compile("/accounts/login/"))
    press(owner, "Invite again")
    expect(owner.get_by_role("row", name=re.compile("^Invited"))).to_contain_text(email)
