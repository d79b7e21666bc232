"""A colleague from the first mail to the last day, as the owner and as the colleague."""

import re

from django.core import mail
from playwright.sync_api import Page, expect

from clinic.accounts.models import User
from tests.browser.conftest import sign_in

PASSWORD = "quite another passphrase"


def press(page: Page, name: str) -> None:
    with page.expect_navigation():
        page.locator("main").get_by_role("button", name=name, exact=True).click()


def add(page: Page, email: str) -> None:
    page.get_by_role("link", name="Clinic settings").click()
    page.get_by_role("link", name="People").click()
    page.get_by_role("link", name="Add a colleague").click()
    page.get_by_label("Email").fill(email)
    page.get_by_label("Name", exact=True).fill("Nora New")
    page.get_by_label("Clinician").check()
    press(page, "Add colleague")


def first_password(page: Page) -> None:
    """By the link in the mail, which this browser was never told of otherwise."""
    link = re.search(r"https?://\S+", str(mail.outbox[-1].body))
    assert link is not None
    page.goto(link[0])
    for field in page.get_by_label("New password").all():
        field.fill(PASSWORD)
    press(page, "Change password")
    expect(page.get_by_role("heading", name="Password changed")).to_be_visible()


def test_colleague_is_added_signs_in_is_changed_and_removed(practice, visit, watch):
    mail.outbox.clear()
    owner, colleague = visit(practice.owner), visit()
    email = f"nora@{practice.owner.email.partition('@')[2]}"
    add(owner, email)
    row = owner.get_by_role("row", name="Nora New")
    expect(row).to_contain_text("No password yet")

    first_password(colleague)
    sign_in(colleague, User(email=email), PASSWORD)
    expect(colleague.get_by_role("heading", name="Patients", level=1)).to_be_visible()
    colleague.get_by_role("link", name="Assessments").click()
    expect(colleague.get_by_role("heading", name="Assessments", level=1)).to_be_visible()

    owner.reload()
    expect(row).to_contain_text("Works here")
    owner.get_by_role("link", name="Nora New").click()
    owner.get_by_label("Front desk").check()
    press(owner, "Change role")
    expect(owner.locator(".summary")).to_contain_text("Front desk")
    watch.provokes(403, "/assessments/")
    colleague.reload()
    expect(colleague.get_by_role("heading", name="You do not have access to this")).to_be_visible()

    press(owner, "End membership")
    expect(owner.get_by_text("Membership ended.")).to_be_visible()
    watch.provokes(403, "/accounts/no-clinic/")
    colleague.goto("/patients/")
    expect(colleague).to_have_url(re.compile("/accounts/no-clinic/$"))
    press(owner, "Add again")
    expect(row).to_contain_text("Works here")
    colleague.goto("/patients/")
    expect(colleague.get_by_role("heading", name="Patients", level=1)).to_be_visible()
