"""A morning in the browser: by keyboard alone, on a phone, without a script, and answers that arrive."""

from datetime import timedelta
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from clinic.access import Actor
from clinic.assessments.models import Alert, Review, Snooze
from clinic.assessments.questionnaire.actions import start_assessment
from clinic.assessments.record.actions import create_assessment
from clinic.assessments.schedules.actions import set_schedule
from clinic.instruments.files.toml import shipped
from clinic.tenancy.scope import clinic_scope
from tests.world import Writer, make_patient

PHQ9, GAD7 = shipped()["phq-9", "1"], shipped()["gad-7", "1"]


def mine(clinic, name):
    return make_patient(full_name=f"{name} {uuid4().hex[:6]}", family_name=name, user_id=clinic.clinician.pk)


def result(patient):
    about = {"patient": patient, "user": patient.user, "type": "physical", "date": timezone.localdate()}
    return create_assessment(by=Actor("client:7", "Laboratory"), name="Walk", **about)


@pytest.fixture
def clinic(live):
    """A clinician's morning: three alerts, two results, five due."""
    with live.scope():
        for each in range(3):
            patient = mine(live.world, f"Alma{each}")
            about = {"patient": patient, "user": patient.user, "definition": PHQ9, "date": timezone.localdate()}
            given = {str(code): int(code == 9) for code in range(1, 10)}
            start_assessment(by=Writer(), answers=given, complete=True, **about)
        for each in range(2):
            result(mine(live.world, f"Rena{each}"))
        for each in range(5):
            day = timezone.localdate() - timedelta(days=each)
            patient = mine(live.world, f"Dua{each}")
            set_schedule(by=Writer(), patient=patient, definition=GAD7, every_days=14, starts_on=day)
    return live


def left(clinic):
    with clinic_scope(clinic.world.clinic):
        return Alert.objects.open().count(), Review.objects.waiting().count(), 5 - Snooze.objects.count()


class Keys:
    """A keyboard that counts."""

    def __init__(self, page):
        self.page, self.pressed = page, 0

    def __call__(self, *keys):
        for key in keys:
            self.page.keyboard.press(key)
            self.pressed += 1


def test_morning_by_keyboard_alone(clinic, visit):
    page = visit(clinic.world.clinician)
    page.goto("/")
    press, waiting = Keys(page), page.locator("[data-line]:not(.is-done)")
    expect(waiting).to_have_count(10)
    for alerts in (2, 1, 0):
        press("e", *"Rang.", "Control+Enter")
        expect(page.locator("#today .today-note")).to_have_count(alerts)
        expect(page.get_by_text("Alert acknowledged.")).to_be_visible()
    for reviews in (1, 0):
        press("r")
        expect(page.locator("#today [data-review]")).to_have_count(reviews)
    for due in (4, 3, 2, 1, 0):
        press("s")
        expect(page.locator("#today .put-off")).to_have_count(due)
    expect(page.get_by_text("All done for now")).to_be_visible()
    assert (left(clinic), press.pressed < 60) == ((0, 0, 0), True)
    press("u")
    expect(page.locator("#today .put-off")).to_have_count(1)
    assert (left(clinic), urlsplit(page.url).path) == ((0, 0, 1), "/")


def test_refused_note_is_kept_and_the_alert_stays(clinic, visit, watch):
    page = visit(clinic.world.clinician)
    page.goto("/")
    page.locator("#today .today-note summary").first.click()
    note = page.locator("#today textarea").first
    with clinic_scope(clinic.world.clinic):
        Alert.objects.update(points=3)
    note.fill("Rang her")
    path = page.locator("#today .today-note form").first.get_attribute("action")
    watch.provokes(409, path)
    watch.provokes(409, path)
    page.locator("#today .today-note button").first.click()
    expect(page.get_by_text("A worse answer came meanwhile")).to_be_visible()
    expect(page.get_by_text("Rang her")).to_be_visible()
    assert left(clinic)[0] == 3


def test_refused_day_is_told_why(clinic, visit, watch):
    page = visit(clinic.world.clinician)
    page.goto("/")
    button = page.locator("#today .put-off button").first
    path = button.get_attribute("formaction")
    button.evaluate("button => { button.value = '2' }")
    watch.provokes(400, path)
    watch.provokes(400, path)
    page.locator("#today .put-off summary").first.click()
    button.click()
    expect(page.get_by_text("A line is put off until tomorrow, for three days or a week.")).to_be_visible()
    assert left(clinic) == (3, 2, 5)


@pytest.mark.parametrize("width", [1280, 390])
def test_lines_fit_and_answers_arrive_by_themselves(clinic, visit, width):
    page = visit(clinic.world.clinician, width=width)
    page.clock.install()
    page.goto("/")
    expect(page.locator("[data-line]")).to_have_count(10)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    with clinic_scope(clinic.world.clinic):
        result(mine(clinic.world, "Late"))
    page.clock.run_for(21_000)
    expect(page.locator("[data-line]")).to_have_count(11)


def test_lines_are_worked_on_without_a_script(clinic, visit):
    page = visit(clinic.world.clinician, scripts=False)
    page.goto("/")
    page.get_by_role("link", name="Alerts, results to review, what is due").click()
    page.locator(".put-off summary").first.click()
    page.get_by_role("button", name="Tomorrow").first.click()
    expect(page.get_by_text("Put off: it comes back tomorrow.")).to_be_visible()
    page.get_by_role("button", name="Undo").first.click()
    expect(page.get_by_text("It is back.")).to_be_visible()
    assert left(clinic) == (3, 2, 5)
