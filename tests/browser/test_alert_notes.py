"""Notes on alerts on a phone, without scripts too: one is missed, one closes one alert, one the others."""

import re
from datetime import date

import pytest
from playwright.sync_api import Page, expect

from clinic.assessments.models import Alert
from clinic.assessments.questionnaire.actions import start_assessment
from clinic.instruments import catalogue
from clinic.patients.models import Patient
from clinic.staff.models import Practitioner
from clinic.tenancy.scope import clinic_scope
from tests.world import World, Writer, make_patient


@pytest.fixture
def leila(practice: World) -> Patient:
    """Somebody with three alerts of the same item."""
    with clinic_scope(practice.clinic):
        mine = Practitioner.objects.get(pk=practice.clinician.pk)
        patient = make_patient(date_of_birth=date(1980, 3, 12), user=mine)
        for day in (1, 8, 15):
            start_assessment(
                by=Writer(), definition=catalogue.find("phq-9"), patient=patient, user=mine, date=date(2026, 3, day),
                answers={"9": day % 3 + 1},
            )  # fmt: skip
        return patient


def notes(practice: World, patient: Patient) -> list[str]:
    with clinic_scope(practice.clinic):
        return list(Alert.objects.filter(patient=patient).order_by("-raised_at").values_list("note", flat=True))


@pytest.mark.parametrize("scripts", [True, False])
def test_alerts_of_a_patient_are_read_and_acknowledged_on_a_phone(practice, leila, visit, watch, scripts):
    page: Page = visit(practice.clinician, width=390, scripts=scripts)
    address = f"/worklists/alerts/?q={leila.record_number}"
    page.goto(address)
    card = page.locator(f"#alerts-{leila.pk}")
    expect(card.get_by_role("listitem")).to_have_count(3)
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    box = card.bounding_box()
    assert box is not None
    assert (box["x"] >= 0, box["x"] + box["width"] <= 390) == (True, True)

    newest = card.get_by_role("listitem").first
    newest.get_by_text("Acknowledge only this one").click()
    newest.get_by_label("What was done").fill("   ")
    alert = newest.get_attribute("id").removeprefix("alert-")
    watch.provokes(422, f"/worklists/alerts/{alert}/acknowledge/")
    newest.get_by_role("button", name="Acknowledge").click()
    note = page.locator("textarea[aria-invalid]")
    expect(note).to_be_focused()
    expect(page.locator(".field-error")).to_have_text("Say what was done about it.")
    page.goto(page.url)
    expect(page.locator(".alert-card")).to_have_count(1)

    page.goto(address)
    newest.get_by_text("Acknowledge only this one").click()
    newest.get_by_label("What was done").fill("Called her.")
    newest.get_by_role("button", name="Acknowledge").click()
    expect(page).to_have_url(re.compile(re.escape(address)))
    expect(card.get_by_text("Called her.")).to_be_visible()
    card.get_by_label("What was done about them").fill("Saw her.")
    card.get_by_role("button", name="Acknowledge all 2").click()
    expect(card).to_have_count(0)
    page.reload()
    assert notes(practice, leila) == ["Called her.", "Saw her.", "Saw her."]
    page.goto(f"/patients/{leila.pk}/alerts/")
    expect(card).to_have_class(re.compile("alert-card-closed"))
