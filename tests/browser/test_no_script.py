"""The same journeys with JavaScript off: every state is a link or a form."""

import re
from datetime import date

import pytest
from playwright.sync_api import Page, expect

from clinic.tenancy.scope import clinic_scope
from tests.world import World, make_patient


@pytest.fixture
def page(people, visit) -> Page:
    page = visit(people.clinician, scripts=False)
    page.goto("/patients/")
    return page


@pytest.fixture(scope="module")
def people(practice) -> World:
    with clinic_scope(practice.clinic):
        for number in range(30):
            make_patient(
                full_name=f"Person{number:02d} Common",
                family_name="Common",
                date_of_birth=date(1950 + number, 1, 1),
                gender="male" if number < 5 else "female",
            )
    return practice


def test_list_is_searched_sorted_and_paged(page):
    page.get_by_label("Search patients").fill("common")
    page.get_by_role("button", name="Search").click()
    expect(page).to_have_url(re.compile(r"\?q=common"))
    page.get_by_role("columnheader", name="Born").get_by_role("link").click()
    expect(page.get_by_role("columnheader", name="Born")).to_have_attribute("aria-sort", "ascending")
    page.get_by_role("link", name="10", exact=True).click()
    page.get_by_role("link", name="Next", exact=True).click()
    expect(page.get_by_text("Page 2 of 3")).to_be_visible()
    expect(page.locator("tbody tr").first).to_contain_text("Common, Person10")
    page.go_back()
    expect(page.get_by_text("Page 1 of 3")).to_be_visible()


def test_search_keeps_sort_and_page_size(page):
    page.goto("/patients/?sort=-date_of_birth&per_page=10")
    page.get_by_label("Search patients").fill("person0")
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_text("1 to 10 of 10")).to_be_visible()
    expect(page.locator("tbody tr").first).to_contain_text("Common, Person09")


def test_filters_are_applied_and_their_chips_take_them_away(page):
    everybody = page.locator(".count").inner_text()
    page.get_by_text("Filters", exact=True).click()
    page.get_by_role("link", name="Narrow the list").click()
    page.get_by_role("combobox", name="Gender").select_option("male")
    page.get_by_role("button", name="Apply filters").click()
    expect(page.locator(".count")).to_have_text("5 patients")
    page.get_by_role("link", name="Remove the filter Gender: Male").click()
    expect(page.locator(".count")).to_have_text(everybody)


def test_patient_and_assessment_are_recorded(page):
    page.get_by_role("link", name="Register patient").click()
    page.get_by_label("Full name").fill("Ana García")
    page.get_by_label("Female").check()
    page.get_by_label("Date of birth").fill("12/3/1961")
    page.get_by_role("button", name="Register patient").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("García, Ana")
    page.get_by_role("link", name="Assessments").last.click()
    page.get_by_role("link", name="New assessment").first.click()
    page.get_by_label("Type", exact=True).select_option("physical")
    page.get_by_role("textbox", name="Question").fill("How far can you walk?")
    page.get_by_role("button", name="Add a question").click()
    page.get_by_role("textbox", name="Question").nth(1).fill("And back?")
    page.get_by_role("textbox", name="Answer").nth(1).fill("With a rest")
    page.get_by_role("button", name="Save assessment").click()
    expect(page.locator(".answers > div")).to_have_count(2)
    expect(page.locator(".answers")).to_contain_text("With a rest")


def test_columns_are_chosen(page):
    page.locator("summary", has_text="Display").click()
    page.get_by_role("link", name="Columns and rows").click()
    page.get_by_role("checkbox", name="Gender").uncheck()
    page.get_by_role("button", name="Apply and remember").click()
    expect(page.locator("thead th[aria-label=Gender]")).to_have_count(0)
    page.goto("/patients/?open=layout")
    page.get_by_role("button", name="As it was").click()
    expect(page.locator("thead th[aria-label=Gender]")).to_have_count(1)
