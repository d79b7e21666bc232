"""What people come for is few clicks from the first page, as somebody new would go."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from clinic.access import Actor
from clinic.assessments.questionnaire.actions import start_assessment
from clinic.assessments.record.actions import create_assessment
from clinic.assessments.schedules.actions import set_schedule
from clinic.instruments.files.toml import shipped
from clinic.patients.models import Patient
from clinic.tenancy.scope import clinic_scope
from tests.world import Writer, make_patient

PHQ9 = shipped()["phq-9", "2"]


class Clicks:
    """A hand that counts what it presses; choosing in a list that is there is no click."""

    def __init__(self, page: Page) -> None:
        self.page, self.count = page, 0
        page.goto("/")
        expect(page.locator("[data-poll]")).to_be_attached()

    def __call__(self, role, name, within="body") -> None:
        self.count += 1
        with self.page.expect_navigation():
            self.page.locator(within).get_by_role(role, name=name, exact=True).first.click()


@pytest.fixture
def clinic(live):
    """Somebody measured over a year, two who got better this quarter, one overdue, and a result that came overnight."""
    today = timezone.localdate()
    with live.scope():
        user_id = live.world.clinician.pk

        def sat(patient, day, points):
            about = {"patient": patient, "user": patient.user, "definition": PHQ9, "date": day}
            given = {str(code): 0 if code == 9 else points for code in range(1, 10)}
            start_assessment(by=Writer(), answers=given, complete=True, **about)

        def named(name):
            return make_patient(full_name=f"{name} {uuid4().hex[:6]}", family_name=name, user_id=user_id)

        year = named("Year")
        for weeks in range(3, 52, 7):
            sat(year, today - timedelta(weeks=weeks), 1 + weeks // 25)
        set_schedule(by=Writer(), patient=year, definition=PHQ9, every_days=14, starts_on=today - timedelta(days=20))
        night = named("Night")
        about = {"patient": night, "user": night.user, "type": "physical", "date": today}
        create_assessment(by=Actor("client:7", "Laboratory"), name="Walk", **about)
    return live


def test_how_somebody_does_over_a_year_is_one_click(clinic, visit):
    page = visit(clinic.world.clinician)
    click = Clicks(page)
    with clinic_scope(clinic.world.clinic):
        name = Patient.objects.get(family_name="Year").display_name
    click("link", name, "#today")
    drawn = page.get_by_role("group", name="PHQ-9: 7 totals, from")
    expect(drawn).to_be_visible()
    assert (click.count, drawn.locator("circle").count()) == (1, 7)


def test_who_is_overdue_and_what_came_overnight_is_on_the_first_page(clinic, visit):
    page = visit(clinic.world.clinician)
    click = Clicks(page)
    due = page.get_by_role("region", name="Due", exact=True)
    expect(due.get_by_role("link", name="Year ").first).to_be_visible()
    expect(due.get_by_text("overdue").first).to_be_visible()
    expect(page.get_by_role("region", name="Results to review").get_by_role("link", name="Walk")).to_be_visible()
    assert click.count == 0


def test_what_share_got_better_this_quarter_is_one_click(clinic, visit):
    first = timezone.localdate().replace(day=1)
    first = first.replace(month=(first.month - 1) // 3 * 3 + 1)
    page = visit(clinic.world.clinician)
    click = Clicks(page)
    click("link", "Outcomes", "nav.rail")
    said = page.get_by_text(f"This quarter, since {first.day} {first:%b} {first.year}: ")
    expect(said).to_contain_text("none measured again yet")
    assert click.count == 1


def test_passing_on_a_colleagues_caseload_is_three_clicks(clinic, visit):
    page = visit(clinic.world.owner)
    click = Clicks(page)
    click("link", "People", "nav.rail")
    click("link", clinic.world.clinician.name, "main")
    page.get_by_label("Who takes over?").select_option(label=clinic.world.owner.name)
    click("button", "Pass on", "main")
    expect(page.get_by_text("2 patients passed on to")).to_be_visible()
    with clinic_scope(clinic.world.clinic):
        assert (click.count, Patient.objects.filter(user=clinic.world.owner.pk).count()) == (3, 2)
