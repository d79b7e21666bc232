"""A page whose person does nothing: it asks, is covered, and comes back to the same person with what was typed."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from clinic.accounts.models import Session
from clinic.patients.models import Patient
from clinic.tenancy.scope import clinic_scope
from tests.browser.conftest import sign_in


@pytest.fixture
def typed(practice, visit) -> Page:
    """A half-typed form, in a browser whose clock the test moves."""
    page = visit(practice.clinician)
    page.clock.install()
    page.goto("/patients/new/")
    page.get_by_label("Full name").fill("Half Typed")
    page.get_by_label("Female").check()
    page.get_by_label("Date of birth").fill("12 March 1961")
    page.get_by_label("Date of birth").press("Tab")
    expect(page.locator(".echo")).to_have_text(re.compile("^12 March 1961"))
    return page


def leave(page: Page, practice, *, left: int) -> None:
    """Let the person be away until so many seconds are left, at the server and in the page."""
    page.clock.fast_forward(70_000)  # that something was typed is reported
    with page.expect_response(lambda answer: answer.request.method == "POST" and "/accounts/session/" in answer.url):
        page.clock.fast_forward(1000)
    rows = Session.objects.using("owner").filter(user=practice.clinician.pk)
    assert rows.update(expire_date=timezone.now() + timedelta(seconds=left)) > 0
    page.clock.fast_forward((15 * 60 - max(left, 0)) * 1000)


def go_on(page: Page) -> None:
    """Let the page look at the clock once more."""
    page.clock.fast_forward(1000)


def come_back(page: Page, user) -> Page:
    """Sign in in a new tab, which is given."""
    with page.expect_popup() as opened:
        page.get_by_role("link", name="Sign in in a new tab").click()
    sign_in(opened.value, user)
    return opened.value


def test_who_is_away_is_asked_and_stays_with_one_click(practice, typed):
    leave(typed, practice, left=50)
    go_on(typed)
    asked = typed.get_by_role("alertdialog", name="Still there?")
    expect(asked).to_be_visible()
    expect(asked).to_contain_text(re.compile(r"signed out in \d\d seconds"))
    expect(typed.get_by_role("button", name="Stay signed in")).to_be_focused()
    typed.get_by_role("button", name="Stay signed in").click()
    expect(asked).to_be_hidden()
    [row] = Session.objects.using("owner").filter(user=practice.clinician.pk).order_by("-used_at")[:1]
    assert row.expire_date > timezone.now() + timedelta(minutes=14)


def test_who_comes_back_finds_what_they_typed_and_can_save_it(practice, typed):
    leave(typed, practice, left=-1)
    go_on(typed)
    expect(typed.get_by_role("heading", name="You were signed out")).to_be_visible()
    expect(typed.get_by_role("heading", name="Register patient")).to_be_hidden()
    assert (typed.title(), "Half Typed" in typed.locator("body").inner_text()) == ("Signed out · Clinic record", False)
    come_back(typed, practice.clinician)
    expect(typed.get_by_label("Full name")).to_have_value("Half Typed")
    expect(typed.get_by_label("Female")).to_be_checked()
    expect(typed.get_by_role("heading", name="You were signed out")).to_be_hidden()
    typed.get_by_role("button", name="Register patient").click()
    expect(typed.get_by_role("heading", level=1)).to_have_text("Typed, Half")
    with clinic_scope(practice.clinic):
        assert Patient.objects.filter(full_name="Half Typed").count() == 1


def test_nobody_else_is_shown_what_was_typed(practice, typed):
    leave(typed, practice, left=-1)
    go_on(typed)
    expect(typed.get_by_role("heading", name="You were signed out")).to_be_visible()
    typed.get_by_role("button", name="Show the page again").click()
    expect(typed.get_by_text("You are not signed in yet.")).to_be_visible()
    come_back(typed, practice.front_desk)
    expect(typed).to_have_url(re.compile(r":\d+/$"))
    expect(typed.get_by_role("heading", name="Today", level=1)).to_be_visible()
    expect(typed.get_by_text("Half Typed")).to_have_count(0)


def test_page_without_an_answer_is_covered_in_time(practice, typed, watch):
    leave(typed, practice, left=30)
    watch.loses_connection()
    typed.context.set_offline(True)
    typed.clock.fast_forward(60_000)
    go_on(typed)
    expect(typed.get_by_role("heading", name="You were signed out")).to_be_visible()
    typed.context.set_offline(False)
    typed.get_by_role("button", name="Show the page again").click()
    expect(typed.get_by_label("Full name")).to_have_value("Half Typed")


def test_tabs_agree(practice, typed):
    other = typed.context.new_page()
    other.goto("/patients/")
    leave(typed, practice, left=50)
    go_on(typed)
    expect(typed.get_by_role("alertdialog")).to_be_visible()
    other.goto("/assessments/")
    expect(typed.get_by_role("alertdialog")).to_be_hidden()


def test_covered_page_prints_and_finds_nothing(practice, typed):
    leave(typed, practice, left=-1)
    go_on(typed)
    expect(typed.get_by_role("heading", name="You were signed out")).to_be_visible()
    typed.emulate_media(media="print")
    shown = typed.evaluate(
        "[...document.body.children].filter((each) => each.checkVisibility()).map((each) => each.id)"
    )
    assert shown == ["idle"]
