"""What was typed outlives a server that is gone, and one that cannot save."""

import pytest
from playwright.sync_api import expect

from clinic.patients.models import Patient
from clinic.tenancy.scope import clinic_scope
from tests.outages import writing_fails
from tests.world import make_patient

LONG = "A long letter, typed for an hour. " * 20
GONE = "There is no answer from the server, so nothing was sent. What you typed is still here."


@pytest.fixture
def patient(practice, request):
    with clinic_scope(practice.clinic):
        return make_patient(full_name=f"Lost {request.node.name}"[:100], user_id=practice.clinician.pk)


def forms(patient) -> dict[str, str]:
    """Forms of pages, each with a field of text."""
    return {
        "/patients/new/": "full_name",
        f"/patients/{patient.pk}/edit/": "address",
        f"/assessments/new/?patient={patient.pk}": "questions-0-answer",
        "/clinic/people/new/": "email",
        "/clinic/settings/": "alert_text",
        "/instruments/new/": "title",
        "/accounts/password/reset/": "email",
    }


@pytest.mark.parametrize("width", [390])
def test_every_form_stays_in_the_page_while_the_server_is_gone(practice, visit, watch, patient, width):
    page = visit(practice.owner, width=width)
    watch.loses_connection()
    seen = {}
    for address, name in forms(patient).items():
        page.goto(address)
        field = page.locator(f"main form[method=post] [name={name}]").first
        field.fill("typed@example.test")
        page.context.set_offline(True)
        field.locator("xpath=ancestor::form").locator("button[type=submit]").last.click()
        expect(page.locator(".not-sent")).to_contain_text(GONE)
        seen[address] = field.input_value()
        page.context.set_offline(False)
        page.evaluate("window.onbeforeunload = null")
        page.on("dialog", lambda dialog: dialog.accept())
    assert seen == dict.fromkeys(forms(patient), "typed@example.test")
    assert page.evaluate("Object.keys(localStorage).length + Object.keys(sessionStorage).length") == 0


def test_form_is_sent_once_the_server_is_back(practice, visit, watch, patient):
    page = visit(practice.clinician)
    watch.loses_connection()
    page.goto(f"/patients/{patient.pk}/edit/")
    page.get_by_label("Address").fill(LONG)
    page.context.set_offline(True)
    save = page.get_by_role("button", name="Save changes")
    save.click()
    expect(page.get_by_role("alert").filter(has_text=GONE)).to_contain_text("then press “Save changes for")
    page.context.set_offline(False)
    save.click()
    expect(page.get_by_text("Changes saved.")).to_be_visible()
    with clinic_scope(practice.clinic):
        found = Patient.objects.get(pk=patient.pk)
        assert (found.address, found.version) == (LONG.strip(), 2)


@pytest.mark.parametrize("scripts", [True, False])
def test_form_that_could_not_be_saved_is_sent_again_by_one_button(practice, visit, watch, patient, scripts):
    page = visit(practice.clinician, width=390, scripts=scripts)
    page.goto(f"/patients/{patient.pk}/edit/")
    page.get_by_label("Address").fill(LONG)
    watch.provokes(503, f"/patients/{patient.pk}/edit/")
    with writing_fails(practice.clinic, "53100"):
        page.get_by_role("button", name="Save changes").click()
        expect(page.get_by_text("The disk of the server is full.")).to_be_visible()
    expect(page.locator("dl.summary")).to_contain_text("typed for an hour")
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_text("Changes saved.")).to_be_visible()
    with clinic_scope(practice.clinic):
        found = Patient.objects.get(pk=patient.pk)
        assert (found.address, found.version) == (LONG.strip(), 2)
