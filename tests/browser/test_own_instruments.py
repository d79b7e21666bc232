"""An owner brings a questionnaire along as a file, looks at it, changes what is said of it, and has it answered."""

import json

from playwright.sync_api import expect

from clinic.instruments import catalogue
from clinic.tenancy.scope import clinic_scope
from tests.instruments.questionnaires import asked, resource


def test_file_is_chosen_once_seen_changed_and_saved(practice, visit, watch):
    file = {
        "name": "sleep.json",
        "mimeType": "application/json",
        "buffer": json.dumps(resource(asked("1", "Tired?"), asked("2", "Awake?"), title="Sleep")).encode(),
    }
    page = visit(practice.owner)
    page.goto("/instruments/import/")
    page.get_by_label("File", exact=False).set_input_files(files=[file])
    watch.provokes(422, "/instruments/import/")
    page.get_by_label("Positive from").fill("many")
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_text("“sleep.json” is kept.")).to_be_visible()
    page.get_by_label("Positive from").fill("4")
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_text("Nothing is saved yet.")).to_be_visible()
    expect(page.get_by_text("Totals go from 0 to 6.")).to_be_visible()
    expect(page.locator("tbody tr").last).to_contain_text("Positive")
    expect(page.locator(".questionnaire-item")).to_have_count(2)
    page.get_by_role("button", name="Change it").click()
    page.get_by_label("Title", exact=False).fill("Sleep at night")
    page.get_by_role("button", name="Preview").click()
    page.get_by_role("button", name="Save instrument").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sleep at night")
    with clinic_scope(practice.clinic):
        definition = catalogue.find("own-sleep-at-night")
    assert [cutoff.positive_from for cutoff in definition.cutoffs] == [4]
