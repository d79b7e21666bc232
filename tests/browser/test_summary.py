"""A patient's page in the browser: it opens on how they are, with and without a script, on a desk and on a phone."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from clinic.assessments.episodes.actions import start_episode
from clinic.assessments.questionnaire.actions import start_assessment
from clinic.assessments.schedules.actions import set_schedule
from clinic.instruments.files.toml import shipped
from clinic.tenancy.scope import clinic_scope
from tests.world import Writer, make_patient

BOXES = "all => all.map(one => one.getBoundingClientRect().toJSON())"
PHQ9, GAD7 = shipped()["phq-9", "1"], shipped()["gad-7", "1"]


@pytest.fixture
def patient(practice, request):
    with clinic_scope(practice.clinic):
        patient = make_patient(
            full_name=f"Sanna {request.node.name}", family_name="Summary", user_id=practice.clinician.pk
        )
        about = {"by": Writer(), "patient": patient, "user": patient.user, "complete": True}
        for days, definition, each in ((90, PHQ9, 2), (30, PHQ9, 1), (20, GAD7, 1)):
            given = {str(code): each for code in range(1, 10 if definition is PHQ9 else 8)}
            day = timezone.localdate() - timedelta(days=days)
            start_assessment(definition=definition, date=day, answers=given, **about)
        set_schedule(by=Writer(), patient=patient, definition=PHQ9, every_days=14)
        return patient


@pytest.mark.parametrize("width", [1280, 390])
def test_page_opens_on_the_summary_and_fits(practice, visit, patient, width):
    page = visit(practice.clinician, width=width)
    page.goto(f"/patients/{patient.pk}/")
    expect(page.get_by_role("link", name="Give PHQ-9")).to_be_visible()
    expect(page.locator(".time-field .mark-total")).to_have_count(3)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    shown = page.locator(".time-field text, .band-words li").filter(visible=True).evaluate_all(BOXES)
    assert min(box["height"] for box in shown) >= 12
    assert [box for box in shown if box["left"] < 0 or box["right"] > width] == []


def test_value_of_a_point_is_shown_to_the_keyboard_and_the_range_is_narrowed(practice, visit, patient):
    page = visit(practice.clinician)
    page.goto(f"/patients/{patient.pk}/")
    point = page.locator(".time-field a").first
    point.focus()
    expect(point.locator(".dot-word")).to_have_css("opacity", "1")
    page.get_by_role("link", name="3 months").click()
    expect(page.get_by_role("link", name="3 months")).to_have_attribute("aria-current", "true")
    page.locator("body").press("n")
    expect(page.get_by_role("heading", name="PHQ-9").first).to_be_visible()


@pytest.mark.parametrize("width", [1280, 390])
def test_trend_is_drawn_within_the_page_and_says_values_and_episodes_to_the_keyboard(practice, visit, patient, width):
    with clinic_scope(practice.clinic):
        start_episode(by=Writer(), patient=patient, started_on=timezone.localdate() - timedelta(days=100))
    page = visit(practice.clinician, width=width)
    page.goto(f"/patients/{patient.pk}/course/")
    chart = page.get_by_role("group", name="PHQ-9: 2 totals").first
    shown = page.locator(".time-field text, .band-words li").filter(visible=True).evaluate_all(BOXES)
    assert min(box["height"] for box in shown) >= 12
    assert [box for box in shown if box["left"] < 0 or box["right"] > width] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    words = page.locator(".band-word, .band-words li").filter(has_text="Moderately severe").filter(visible=True)
    expect(words).to_have_count(1)
    episode = chart.get_by_role("img", name="Treatment started")
    episode.focus()
    expect(episode.locator(".episode-title")).to_have_css("opacity", "1")
    point = chart.get_by_role("link").first
    point.focus()
    expect(point.locator(".dot-word")).to_have_css("opacity", "1")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="PHQ-9").first).to_be_visible()


def test_summary_is_a_link_away_without_a_script(practice, visit, patient):
    page = visit(practice.clinician, scripts=False)
    page.goto(f"/patients/{patient.pk}/")
    page.get_by_role("link", name="What is due, the last assessments and how it went").click()
    expect(page.get_by_role("link", name="Give PHQ-9")).to_be_visible()
