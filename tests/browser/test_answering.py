"""Answering an instrument: by the keyboard, through reloads, lost connections and killed servers."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import date

import pytest
from django.conf import settings
from playwright.sync_api import Page, expect

from clinic.assessments.models import Assessment
from clinic.patients.models import Patient
from clinic.tenancy.scope import clinic_scope
from tests.serving import wait_for
from tests.world import World, make_patient


@pytest.fixture
def patient(practice) -> Patient:
    with clinic_scope(practice.clinic):
        return make_patient(full_name="Petra Patient", family_name="Patient", date_of_birth=date(1950, 1, 1))


@pytest.fixture(autouse=True)
def _forget(practice) -> Iterator[None]:
    """One name each: what a test registered is out of the next one's way."""
    yield
    with clinic_scope(practice.clinic):
        Patient.objects.filter(full_name="Petra Patient").update(full_name=f"Petra {time.monotonic_ns()}")


def sheet(patient: Patient, instrument: str = "phq-9") -> str:
    return f"/assessments/new/?patient={patient.pk}&instrument={instrument}"


def kept(world: World, patient: Patient) -> Assessment:
    with clinic_scope(world.clinic):
        return Assessment.objects.get(patient=patient.pk)


def chosen(page: Page) -> int:
    return page.locator("[data-questions] :checked").count()


def saved(page: Page, answered: int) -> None:
    expect(page.locator("#result")).to_contain_text(f"{answered} of 9 answered")
    expect(page.locator("#saving")).to_be_empty()


def test_phq9_takes_eleven_keystrokes(practice, patient, visit):
    page = visit(practice.clinician)
    page.goto(sheet(patient))
    strokes = [*"210321010", "b", "Enter"]
    for key in strokes[:-1]:
        page.keyboard.press(key)
    with page.expect_navigation():
        page.keyboard.press(strokes[-1])
    expect(page.locator("main")).to_contain_text("Assessment completed.")
    assessment = kept(practice, patient)
    assert (len(strokes), assessment.status, assessment.score) == (11, "completed", 10)


def test_arrows_move_and_choose(practice, patient, visit):
    page = visit(practice.clinician)
    page.goto(sheet(patient))
    for key in ("ArrowRight", "ArrowRight", "ArrowRight", "ArrowDown", "ArrowRight", "ArrowLeft"):
        page.keyboard.press(key)
    saved(page, 2)
    assert kept(practice, patient).answers == {"1": 2, "2": 0}


def test_risk_is_shown_at_once_and_announced(practice, patient, visit):
    page = visit(practice.clinician)
    page.goto(sheet(patient))
    page.locator("#item-9").get_by_label("Several days").check()
    expect(page.get_by_role("alert")).to_contain_text("Assess the risk of suicide")
    page.goto(f"/patients/{patient.pk}/")
    expect(page.locator(".identity")).to_contain_text("1 open alert")
    page.goto("/worklists/alerts/")
    expect(page.get_by_role("article", name="Alerts of Patient, Petra")).to_be_visible()


def test_reload_midway_goes_on_where_it_was(practice, patient, visit):
    page = visit(practice.clinician)
    page.goto(sheet(patient))
    for key in "2103":
        page.keyboard.press(key)
    saved(page, 4)
    expect(page).to_have_url(re.compile(r"/assessments/[0-9a-f-]{36}/answer/$"))
    page.reload()
    assert chosen(page) == 4
    for key in "32101":
        page.keyboard.press(key)
    saved(page, 9)


def test_lost_connection_loses_nothing(practice, patient, visit, watch):
    page = visit(practice.clinician)
    page.goto(sheet(patient))
    page.keyboard.press("2")
    saved(page, 1)
    watch.loses_connection()
    page.context.set_offline(True)
    for key in "103":
        page.keyboard.press(key)
    expect(page.locator("#saving")).to_contain_text("No connection. Nothing here is lost")
    page.context.set_offline(False)
    saved(page, 4)
    assert kept(practice, patient).answers == {"1": 2, "2": 1, "3": 0, "4": 3}


def test_signed_out_midway_goes_on_after_signing_in_again(practice, patient, visit, watch):
    page = visit(practice.clinician)
    page.goto(sheet(patient))
    page.keyboard.press("2")
    saved(page, 1)
    key = kept(practice, patient).pk
    cookies = [cookie for cookie in page.context.cookies() if cookie["name"] == "sessionid"]
    page.context.clear_cookies(name="sessionid")
    watch.provokes(401, f"/assessments/{key}/answers/")
    page.keyboard.press("1")
    expect(page.locator("#saving")).to_contain_text("You have been signed out")
    page.context.add_cookies(cookies)
    saved(page, 2)
    assert kept(practice, patient).answers == {"1": 2, "2": 1}


class Server:
    """The application as it is deployed, in processes of its own, which can be killed."""

    def __init__(self) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        command = [sys.executable, "-m", "gunicorn", "--config", "deploy/gunicorn.conf.py", "--bind", self.url[7:]]
        environment = {**os.environ, "WEB_CONCURRENCY": "1"}
        self.process = subprocess.Popen(
            command, cwd=settings.BASE_DIR, env=environment, start_new_session=True, stderr=subprocess.DEVNULL
        )
        wait_for(self.port, self.process)

    def kill(self) -> None:
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def test_killed_server_loses_the_last_answer_at_most(practice, patient, visit, watch):
    server = Server()
    server.start()
    try:
        page = visit()
        page.goto(f"{server.url}/accounts/login/")
        page.get_by_label("Email").fill(practice.clinician.email)
        page.get_by_label("Password").fill("a long enough passphrase")
        with page.expect_navigation():
            page.get_by_role("button", name="Sign in").click()
        page.goto(f"{server.url}{sheet(patient)}")
        for key in "210":
            page.keyboard.press(key)
        saved(page, 3)
        watch.loses_connection()
        server.kill()
        page.keyboard.press("3")
        expect(page.locator("#saving")).to_contain_text("Nothing here is lost")
        assert kept(practice, patient).answers == {"1": 2, "2": 1, "3": 0}
        server.start()
        saved(page, 4)
        assert kept(practice, patient).answers == {"1": 2, "2": 1, "3": 0, "4": 3}
    finally:
        server.kill()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_chart_shows_every_total_in_both_themes_and_on_paper(practice, patient, visit, theme):
    page = visit(practice.clinician, theme=theme)
    for day, keys in (("5 January 2026", "333332100"), ("2 March 2026", "000010000")):
        page.goto(sheet(patient))
        page.get_by_label("Date").fill(day)
        page.locator("#item-1 input").first.focus()
        for key in keys:
            page.keyboard.press(key)
        saved(page, len(keys))
        page.get_by_role("button", name="Complete").click()
        expect(page.locator("main")).to_contain_text("Assessment completed.")
    page.goto(f"/patients/{patient.pk}/course/")
    expect(page.get_by_role("group", name="PHQ-9: 2 totals, from 18 on 5 Jan 2026 to 1 on 2 Mar 2026.")).to_be_visible()
    expect(page.get_by_role("table", name="PHQ-9, the newest first").locator("tbody tr")).to_have_count(2)
    page.emulate_media(media="print")
    expect(page.locator("svg.time-field").first).to_be_visible()
    expect(page.get_by_role("button", name="Print")).to_be_hidden()


@pytest.mark.parametrize(
    ("instrument", "keys", "answers", "said"),
    [
        ("gcs", "456", {"E": 4, "V": 5, "M": 6}, "Total 15 Fully responsive"),
        ("gcs", "111", {"E": 1, "V": 1, "M": 1}, "Total 3 Severe"),
        ("gds-15", "0" * 15, dict.fromkeys([str(number) for number in range(1, 16)], 0), "Total 0 Normal"),
        ("gds-15", "1" * 15, dict.fromkeys([str(number) for number in range(1, 16)], 1), "Total 15 Severe"),
    ],
)
def test_digits_are_the_points(practice, patient, visit, instrument, keys, answers, said):
    page = visit(practice.clinician)
    page.goto(sheet(patient, instrument))
    for key in keys:
        page.keyboard.press(key)
    expect(page.locator(".result-line")).to_have_text(said)
    expect(page.locator("#saving")).to_be_empty()
    assert kept(practice, patient).answers == answers


def test_letter_chooses_where_an_answer_adds_no_points(practice, patient, visit):
    page = visit(practice.clinician)
    page.goto(sheet(patient))
    page.locator("#item-10 input").first.focus()
    for key in ("1", "c"):
        page.keyboard.press(key)
    expect(page.locator("#item-10 :checked + kbd")).to_have_text("C")
    expect(page.locator("#saving")).to_be_empty()
    assert kept(practice, patient).answers == {"10": 2}


def test_single_keys_that_are_switched_off_need_the_focus(practice, patient, visit):
    page = visit(practice.clinician)
    page.goto(sheet(patient, "gcs"))
    page.evaluate("document.body.dataset.shortcuts = 'off'; document.activeElement.blur()")
    page.keyboard.press("4")
    expect(page.locator("[data-questions] :checked")).to_have_count(0)
    page.locator("#item-E input").first.focus()
    page.keyboard.press("4")
    expect(page.locator("[data-questions] :checked + kbd")).to_have_text("4")
