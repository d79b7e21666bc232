"""Results to review in the browser: marked in place and taken back, with and without a script."""

import re
from datetime import date
from urllib.parse import quote

import pytest
from playwright.sync_api import expect

from clinic.access import Actor
from clinic.assessments.models import Review
from clinic.assessments.questionnaire.actions import start_assessment
from clinic.assessments.record.actions import create_assessment
from clinic.instruments.files.toml import shipped
from clinic.tenancy.scope import clinic_scope
from tests.world import Writer, make_patient

PHQ9 = shipped()["phq-9", "1"]


@pytest.fixture
def result(practice, request):
    with clinic_scope(practice.clinic):
        name = f"Rena {request.node.name}"
        patient = make_patient(full_name=name, family_name="Review", user_id=practice.clinician.pk)
        about = {"patient": patient, "user": patient.user, "type": "physical", "date": date(2026, 3, 1)}
        return create_assessment(by=Actor("client:7", "Laboratory"), name="Walk", **about)


def waits(practice, result):
    with clinic_scope(practice.clinic):
        return Review.objects.get(pk=result.pk).reviewed_at is None


@pytest.mark.parametrize("width", [1280, 390])
def test_result_is_marked_in_place_and_taken_back(practice, visit, result, width):
    page = visit(practice.clinician, width=width)
    page.goto("/reviews/")
    line = page.locator(f"#review-{result.pk}")
    line.get_by_label("A word about Walk, optional").fill("Called her")
    line.get_by_role("button", name="Mark reviewed").click()
    expect(line).to_contain_text("Called her")
    assert (waits(practice, result), page.url.endswith("/reviews/")) == (False, True)
    line.get_by_role("button", name="Undo").click()
    expect(line.get_by_role("button", name="Mark reviewed")).to_be_visible()
    assert waits(practice, result)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_result_is_marked_without_a_script(practice, visit, result):
    page = visit(practice.clinician, scripts=False)
    page.goto("/reviews/")
    page.locator(f"#review-{result.pk}").get_by_role("button", name="Mark reviewed").click()
    expect(page.get_by_text("Reviewed. It is under “Reviewed ones”.")).to_be_visible()
    assert not waits(practice, result)


def test_results_are_reviewed_by_keys_alone(practice, visit, result):
    with clinic_scope(practice.clinic):
        about = {"patient": result.patient, "user": result.patient.user, "type": "physical", "date": date(2026, 3, 2)}
        later = create_assessment(by=Actor("client:7", "Laboratory"), name="Run", **about)
    page = visit(practice.clinician)
    page.goto(f"/reviews/?q={quote(result.patient.full_name)}")
    rows = page.locator("#table [data-line]")
    expect(rows).to_have_count(2)
    page.locator("body").press("/")
    for key in ("ArrowDown", "r"):
        page.keyboard.press(key)
    expect(rows.first).to_contain_text("Reviewed by")
    expect(rows.first).to_be_focused()
    page.keyboard.press("j")
    page.keyboard.press("r")
    expect(rows.last).to_contain_text("Reviewed by")
    assert not waits(practice, result)
    assert not waits(practice, later)


@pytest.mark.parametrize("address", ["/", "/reviews/?q={}"])
def test_counts_follow_what_is_done_to_a_line(practice, visit, result, address):
    page = visit(practice.clinician)
    page.goto(address.format(quote(result.patient.full_name)))
    line, rail, count = page.locator(f"#review-{result.pk}"), page.locator("#count-reviews"), page.locator("#count")
    expect(rail).to_have_text(re.compile(r"\d"))
    before = int(rail.inner_text())
    line.get_by_role("button", name="Mark reviewed").click()
    expect(rail).to_have_text(str(before - 1) if before > 1 else "")
    if "q=" in address:
        expect(count).to_have_text("0 results")
    line.get_by_role("button", name="Undo").click()
    expect(rail).to_have_text(str(before))
    if "q=" in address:
        expect(count).to_have_text("1 result")


def test_down_and_j_lead_from_alert_to_alert(practice, visit):
    with clinic_scope(practice.clinic):
        for name in ("Alba Alarm", "Bela Alarm"):
            patient = make_patient(full_name=name, family_name="Alarm", user_id=practice.clinician.pk)
            about = {"patient": patient, "user": patient.user, "definition": PHQ9, "date": date(2026, 3, 1)}
            start_assessment(by=Writer(), answers={str(code): 1 for code in range(1, 10)}, complete=True, **about)
    page = visit(practice.clinician)
    page.goto("/worklists/alerts/?q=Alarm")
    links = page.locator("#table .alert-card h2 a")
    expect(links).to_have_count(2)
    page.locator("body").press("/")
    page.keyboard.press("ArrowDown")
    expect(links.first).to_be_focused()
    page.keyboard.press("j")
    expect(links.last).to_be_focused()
