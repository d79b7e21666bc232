"""A second factor in the browser: an app, recovery codes, and a passkey of a virtual device."""

import re

import pytest
from playwright.sync_api import Page, expect

from clinic.accounts.models import User
from clinic.audit.models import AuditEvent
from clinic.tenancy.scope import clinic_scope
from tests.browser.conftest import sign_in
from tests.factors import code_of

DEVICE = {"protocol": "ctap2", "transport": "internal", "hasUserVerification": True, "isUserVerified": True,
          "automaticPresenceSimulation": True}  # fmt: skip


@pytest.fixture
def by_name(visit, server) -> Page:
    """A page at localhost, whose browser has a device that keeps passkeys."""
    page = visit(at=server.replace("127.0.0.1", "localhost"))
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
    return page


def ask(page: Page, user: User) -> None:
    """Sign out, and give the password again."""
    page.context.clear_cookies()
    sign_in(page, user)
    expect(page.get_by_role("heading", name="Your second factor")).to_be_visible()


def test_app_is_set_up_and_signs_in_by_a_recovery_code(practice, visit):
    page = visit(practice.clinician)
    page.goto("/account/")
    page.get_by_role("link", name="Set up an app").click()
    page.get_by_label("Code").fill(code_of(page.locator(".key").inner_text()))
    page.get_by_role("button", name="Switch on").click()
    expect(page.locator(".codes li")).to_have_count(10)
    code = page.locator(".codes code").first.inner_text()
    ask(page, practice.clinician)
    page.get_by_label("Code").fill(code)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Today")


def test_passkey_is_added_and_signs_in(practice, by_name):
    user = practice.front_desk
    sign_in(by_name, user)
    by_name.goto("/accounts/factors/passkeys/new/")
    by_name.get_by_label("Name").fill("My laptop")
    by_name.get_by_role("button", name="Add a passkey").click()
    expect(by_name.locator(".codes li")).to_have_count(10)
    with clinic_scope(practice.clinic):
        noted = AuditEvent.objects.filter(actor_id=str(user.pk), action__startswith="account.").order_by("pk")
        actions = list(noted.values_list("action", flat=True))
    assert actions[-2:] == ["account.passkey_added", "account.recovery_codes_made"]
    by_name.goto("/account/")
    expect(by_name.get_by_text("My laptop, since")).to_be_visible()
    ask(by_name, user)
    by_name.get_by_role("button", name="Use a passkey").click()
    expect(by_name.get_by_role("heading", level=1)).to_have_text("Today")


def test_clinic_asks_for_it_and_nobody_works_without(harbour, visit):
    owner = visit(harbour.owner)
    owner.goto("/clinic/settings/")
    owner.get_by_label("Everybody needs a second factor").check()
    owner.get_by_role("button", name="Save settings").click()
    expect(owner.get_by_role("heading", level=1)).to_have_text("Set up a second factor")
    page = visit(harbour.clinician)
    page.goto("/patients/")
    page.get_by_role("link", name="Set up an authenticator app").click()
    page.get_by_label("Code").fill(code_of(page.locator(".key").inner_text()))
    page.get_by_role("button", name="Switch on").click()
    page.get_by_role("link", name="I have kept them").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Today")


def test_page_at_an_address_of_numbers_says_where_passkeys_work(practice, visit, server):
    page = visit(practice.auditor)
    page.goto("/accounts/factors/passkeys/new/")
    expect(page.get_by_role("button", name="Add a passkey")).to_be_hidden()
    there = server.replace("127.0.0.1", "localhost")
    expect(page.get_by_role("link", name=re.compile("localhost"))).to_have_attribute(
        "href", f"{there}/accounts/factors/passkeys/new/"
    )
