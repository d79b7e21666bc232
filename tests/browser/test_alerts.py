"""Alerts by person on a phone: one card, acknowledged where it stands, with what the clinic wants done beside it."""

from datetime import date

import pytest
from playwright.sync_api import expect

from clinic.assessments.models.alerts import Alert
from clinic.assessments.questionnaire.actions import start_assessment
from clinic.instruments.catalogue import find
from clinic.staff.clinic_settings.actions import PhoneLine, change_clinic_settings, own_settings
from clinic.staff.models import Practitioner
from clinic.tenancy.scope import clinic_scope
from tests.world import Writer, chosen_by, make_patient

NARROW = {"width": 390, "height": 844}


@pytest.fixture
def waiting(practice):
    """A patient who answered the same item twice, and what the clinic wants done."""
    with clinic_scope(practice.clinic):
        user = Practitioner.objects.get(pk=practice.clinician.pk)
        patient = make_patient(full_name="Wanda Waits", phone_number="+442079460865", user=user)
        for month in (9, 10):
            start_assessment(
                by=Writer(), definition=find("phq-9"), patient=patient, user=patient.user,
                date=date(2026, month, 5), answers={"9": month - 8},
            )  # fmt: skip
        change_clinic_settings(
            by=Writer(), clinic=practice.clinic, version=own_settings().version,
            chosen={**chosen_by(practice.clinic), "country": "GB"},
            alert_text="Stay with the patient.", alert_numbers=[PhoneLine("Crisis team", "0800 123")], review_from=0,
        )  # fmt: skip
    return patient


def test_card_of_a_person_is_acknowledged_on_a_phone(practice, waiting, visit):
    page = visit(practice.clinician)
    page.set_viewport_size(NARROW)
    page.goto("/worklists/alerts/?q=wanda")
    card = page.get_by_role("article")
    expect(card).to_have_count(1)
    expect(page.get_by_text("Stay with the patient.")).to_be_visible()
    expect(page.get_by_role("link", name="0800 123")).to_have_attribute("href", "tel:0800123")
    expect(card.get_by_role("link", name="+44 20 7946 0865")).to_have_attribute("href", "tel:+442079460865")
    expect(card.locator("li strong")).to_have_text(["More than half the days", "Several days"])
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
    card.get_by_label("What was done about them").fill("Called her, she is safe.")
    card.get_by_role("button", name="Acknowledge all 2").click()
    expect(page.get_by_text("No open alerts")).to_be_visible()
    page.reload()  # what was sent is not sent again
    page.goto(f"/patients/{waiting.pk}/alerts/")
    expect(page.get_by_text("Called her, she is safe.")).to_have_count(2)
    with clinic_scope(practice.clinic):
        assert (
            list(Alert.objects.filter(patient=waiting).values_list("note", flat=True))
            == ["Called her, she is safe."] * 2
        )
