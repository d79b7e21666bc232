"""The states of the pages about one's own account and its second factor, for the same checks as every page."""

from collections.abc import Iterator

from allauth.mfa.models import Authenticator
from playwright.sync_api import Page

from clinic.tenancy.models import Clinic
from tests.browser.conftest import Watch, sign_in
from tests.browser.site import Site
from tests.factors import code_for, code_of

Shown = Iterator[tuple[str, Page]]


def press(page: Page, name: str) -> None:
    with page.expect_navigation():
        page.locator("main").get_by_role("button", name=name, exact=True).click()


def account(page: Page, watch: Watch, site: Site) -> Shown:
    page.goto("/account/")
    yield "account", page
    page.goto("/help/")
    yield "help", page
    page.goto("/accounts/password/change/")
    yield "password-change", page
    page.get_by_label("Current password").fill("wrong")
    page.get_by_label("New password").first.fill("short")
    page.get_by_label("New password").last.fill("other")
    press(page, "Change password")
    yield "password-change-refused", page
    page.goto("/accounts/reauthenticate/")
    yield "reauthenticate", page
    page.goto("/api/v1/docs/")
    yield "api-docs", page
    yield from second_factor(page, site)
    page.goto("/accounts/logout/")
    yield "sign-out", page
    press(page, "Sign out")
    yield from asked_for(page, site)


def second_factor(page: Page, site: Site) -> Shown:
    """An app is set up; passkeys are shown where the browser refuses them."""
    clinic = Clinic.objects.filter(pk=site.world.clinic.pk)
    clinic.update(second_factor_required=True)
    page.goto("/patients/")
    yield "factor-needed", page
    clinic.update(second_factor_required=False)
    page.goto("/accounts/factors/app/on/")
    yield "app-on", page
    page.get_by_label("Code").fill("000000")
    press(page, "Switch on")
    yield "app-on-refused", page
    page.get_by_label("Code").fill(code_of(page.locator(".key").inner_text()))
    press(page, "Switch on")
    yield "recovery-codes", page
    page.reload()
    yield "recovery-codes-shown-before", page
    page.goto("/accounts/factors/recovery-codes/new/")
    yield "recovery-codes-new", page
    page.goto("/accounts/factors/passkeys/new/")
    yield "passkey-new-at-numbers", page
    page.goto("/accounts/factors/app/off/")
    yield "app-off", page
    page.goto("/accounts/reauthenticate/code/")
    yield "reauthenticate-code", page
    # A passkey of another device, of which the pages show the name alone.
    row = Authenticator.objects.create(user=site.both, type="webauthn", data={"name": "Old tablet", "credential": {}})
    for what in ("name", "remove"):
        page.goto(f"/accounts/factors/passkeys/{row.pk}/{what}/")
        yield f"passkey-{what}", page
    page.goto("/account/")
    yield "account-with-factors", page
    row.delete()


def asked_for(page: Page, site: Site) -> Shown:
    """The code that follows the password; at the end nobody is asked for one any more."""
    sign_in(page, site.both)
    yield "sign-in-code", page
    page.get_by_label("Code").fill("000000")
    press(page, "Sign in")
    yield "sign-in-code-refused", page
    page.get_by_label("Code").fill(code_for(site.both, 1))
    press(page, "Sign in")
    Authenticator.objects.filter(user=site.both).delete()
