"""The states of what questionnaires come to: results, trends, what is due, and open items."""

from collections.abc import Iterator
from datetime import timedelta

from django.utils import timezone
from playwright.sync_api import Page

from clinic.assessments.episodes.actions import start_episode
from clinic.assessments.notes.actions import amend_note, write_note
from clinic.assessments.outcomes.parts import PARTS
from clinic.assessments.questionnaire.actions import start_assessment
from clinic.assessments.schedules.actions import set_schedule
from clinic.instruments.catalogue import find
from clinic.tenancy.scope import clinic_scope
from tests.browser.conftest import Watch
from tests.browser.site import Site
from tests.world import Writer, make_patient

Shown = Iterator[tuple[str, Page]]
TOTALS = {90: 15, 60: 12, 30: 9, 14: 6}  # by how many days ago


def reports(page: Page) -> Shown:
    """The sheet for paper, and a report that is kept."""
    page.goto("/outcomes/print/")
    yield "outcomes-print", page
    page.goto("/outcomes/kept/new/")
    yield "report-form", page
    with page.expect_navigation():
        page.get_by_role("button", name="Keep this report").click()
    yield "report", page
    with page.expect_navigation():
        page.get_by_role("link", name="Beside today").click()
    yield "report-beside-today", page
    page.goto("/outcomes/kept/")
    yield "reports-kept", page


def results(page: Page, watch: Watch, site: Site) -> Shown:
    today = timezone.localdate()
    with clinic_scope(site.world.clinic):
        definition = find("phq-9")
        assert definition is not None
        patient = make_patient(full_name="Trudy Trend", family_name="Trend", preferred_name="Tru")
        set_schedule(by=Writer(), patient=patient, definition=definition, every_days=7)
        given = {"by": Writer(), "definition": definition, "patient": patient, "user": patient.user, "complete": True}
        for days, total in TOTALS.items():
            answers = {str(item): 3 if item <= total // 3 else 0 for item in range(1, 10)}
            scored = start_assessment(date=today - timedelta(days=days), answers=answers, **given).assessment
        start_assessment(date=today, answers={"1": 1}, **given)
        episode = start_episode(by=Writer(), patient=patient, started_on=today - timedelta(days=70))
        about = {"by": Writer(), "date": today, "kind": "telephone"}
        note = write_note(patient=patient, text="Rang back.\nSleeps better. " + "Longlonglong" * 12, **about)
        amend_note(id=note.pk, version=1, reason="Misheard", text="Rang back.", **about)
    page.goto(f"/assessments/{scored.pk}/")
    yield "questionnaire", page
    page.goto(f"/patients/{patient.pk}/")
    page.get_by_text("The same as a table").click()
    page.get_by_text("Write a note", exact=True).click()
    yield "summary", page
    page.goto(f"/patients/{patient.pk}/timeline/")
    yield "timeline", page
    page.goto(f"/notes/{note.pk}/")
    for label in ("Amend", "Strike out"):
        page.locator("summary").get_by_text(label, exact=True).click()
    yield "note", page
    page.goto(f"/patients/{patient.pk}/course/")
    page.get_by_text("End the episode", exact=True).first.click()
    yield "trend", page
    page.goto(f"/episodes/{episode.pk}/correct/")
    yield "episode", page
    page.goto("/reviews/?state=all")
    yield "reviews", page
    for part in PARTS:
        page.goto(f"/outcomes/?part={part}")
        yield f"outcomes-{part or 'outcome'}", page
    yield from reports(page)
    for name in ("due", "alerts"):
        page.goto(f"/worklists/{name}/")
        yield name, page
    page.goto(f"/assessments/new/?patient={patient.pk}&instrument=gad-7")
    with page.expect_response("**/answers/"):
        page.locator("#item-2").get_by_text("Several days", exact=True).click()
    with page.expect_navigation(url="**/answer/?open"):  # the first save changes the address, which is no page yet
        page.get_by_role("button", name="Complete", exact=True).click()
    yield "questionnaire-open", page
