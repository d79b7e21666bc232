"""What a list offers beside its rows: ticks, keys, display, views, downloads, and work by a real worker."""

import re
from datetime import date

import pytest
from playwright.sync_api import Page, expect

from clinic.patients.models import Patient
from clinic.tenancy.scope import clinic_scope
from tests.world import World, make_patient


@pytest.fixture(scope="module")
def people(practice) -> World:
    """Thirty patients, five of them male."""
    with clinic_scope(practice.clinic):
        for number in range(30):
            make_patient(
                full_name=f"Person{number:02d} Common",
                family_name="Common",
                date_of_birth=date(1950 + number, 1, 1),
                gender="male" if number < 5 else "female",
            )
    return practice


@pytest.fixture
def page(people, visit) -> Page:
    page = visit(people.clinician)
    page.goto("/patients/?per_page=10")
    return page


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.textContent")).strip()


def archived(world: World) -> int:
    with clinic_scope(world.clinic):
        return Patient.objects.archived().count()


def test_ticking_says_how_many_and_what_all_would_be(page):
    bar = page.locator("#bulk")
    expect(bar).to_be_hidden()
    page.get_by_label("Tick Common, Person01").check()
    expect(bar).to_contain_text("1 patient ticked on this page")
    expect(bar).to_contain_text("All that match, on every page: 30 patients")
    expect(page.locator("#announce")).to_have_text("1 patient ticked on this page")


def test_box_in_the_head_ticks_the_page_and_only_the_page(page):
    page.get_by_label("Tick every row on this page").check()
    expect(page.locator("#bulk")).to_contain_text("10 patients ticked on this page")
    page.get_by_label("Tick Common, Person00").uncheck()
    expect(page.locator("#bulk")).to_contain_text("9 patients ticked on this page")
    page.get_by_role("button", name="Clear the selection").click()
    expect(page.locator("#bulk")).to_be_hidden()


def test_ticks_do_not_outlive_their_page(page):
    page.get_by_label("Tick Common, Person01").check()
    page.get_by_role("link", name="Next", exact=True).click()
    expect(page.get_by_role("link", name="Common, Person10")).to_be_visible()
    expect(page.locator("#bulk")).to_be_hidden()


def test_all_that_match_are_archived_and_brought_back(page, people, worker):
    page.get_by_text("Filters").click()
    page.get_by_role("combobox", name="Gender").select_option("male")
    expect(page.locator("#count")).to_have_text("5 patients")
    page.get_by_label("Tick Common, Person01").check()
    page.get_by_label("All that match").check()
    page.locator("#bulk").get_by_role("button", name="Archive").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Archive 5 patients")
    page.locator("main").get_by_role("button", name="Archive 5 patients").click()
    expect(page.locator("#progress")).to_contain_text("Done")
    assert archived(people) == 5
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Undo: Archive 5 patients")
    expect(page.locator("#progress")).to_contain_text("Done")
    assert archived(people) == 0


def test_bulk_work_needs_no_script(people, visit, worker):
    page = visit(people.clinician, scripts=False)
    page.goto("/patients/?q=Person07")
    page.get_by_label("Tick Common, Person07").check()
    page.locator("#bulk").get_by_role("button", name="Assign practitioner").click()
    page.get_by_label("Who takes over?").select_option(label="Olive Owner")
    page.get_by_role("button", name="Assign 1 patient to a practitioner").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Assign 1 patient to a practitioner")


def test_keys_walk_through_rows_and_open_one(page):
    page.keyboard.press("j")
    page.keyboard.press("j")
    assert focused(page) == "Common, Person01"
    page.keyboard.press("k")
    assert focused(page) == "Common, Person00"
    page.keyboard.press("x")
    expect(page.locator("#bulk")).to_contain_text("1 patient ticked")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Common, Person00")


def test_down_leads_from_the_search_box_to_the_first_row(page):
    page.locator("body").press("/")
    page.keyboard.press("ArrowDown")
    first = page.locator("tbody tr a[href]").first
    expect(first).to_be_focused()
    page.keyboard.press("Enter")
    expect(page).not_to_have_url(re.compile(r"/patients/$"))


def test_key_n_begins_a_new_record_and_slash_searches(page):
    page.keyboard.press("/")
    expect(page.get_by_label("Search patients")).to_be_focused()
    page.keyboard.type("n")
    expect(page.get_by_label("Search patients")).to_have_value("n")
    page.goto("/patients/")
    with page.expect_navigation():
        page.keyboard.press("n")
    expect(page.get_by_role("heading", level=1)).to_have_text("Register patient")


def test_keys_can_be_switched_off_and_on_again(page):
    page.keyboard.press("?")
    with page.expect_navigation():
        page.get_by_role("button", name="Switch single keys off").click()
    page.keyboard.press("?")
    expect(page.locator("#shortcuts")).to_be_hidden()
    page.locator(".account summary").click()
    page.get_by_role("link", name="Keys").click()
    with page.expect_navigation():
        page.get_by_role("button", name="Switch them on").click()
    page.keyboard.press("?")
    expect(page.locator("#shortcuts")).to_be_visible()


def test_columns_are_chosen_and_moved_and_filters_stay(page):
    page.get_by_text("Filters").click()
    page.get_by_role("combobox", name="Gender").select_option("male")
    expect(page.locator("#count")).to_have_text("5 patients")
    page.locator("summary", has_text="Display").click()
    page.get_by_role("checkbox", name="Gender").uncheck()
    page.get_by_role("button", name="Move Age up").click()
    page.get_by_role("button", name="Move Age up").click()
    with page.expect_navigation():
        page.get_by_role("button", name="Apply and remember").click()
    heads = page.locator("thead th[aria-label]").evaluate_all("all => all.map(th => th.getAttribute('aria-label'))")
    assert (heads[:2], "Gender" in heads) == (["Name", "Age"], False)
    expect(page.locator("#count")).to_have_text("5 patients")
    page.locator("summary", has_text="Display").click()
    page.get_by_role("button", name="As it was").click()
    expect(page.locator("thead th[aria-label=Gender]")).to_have_count(1)


def test_view_is_saved_as_the_list_is_now_and_opened_from_the_menu(page):
    page.get_by_text("Filters").click()
    page.get_by_role("combobox", name="Gender").select_option("male")
    expect(page.locator("#count")).to_have_text("5 patients")
    page.locator("summary", has_text="Views").click()
    page.get_by_role("link", name="Save this view").click()
    page.get_by_label("Name").fill("The men")
    with page.expect_navigation():
        page.get_by_role("button", name="Save view").click()
    expect(page).to_have_url(re.compile(r"gender=male"))
    page.goto("/patients/")
    page.locator("summary", has_text="Views").click()
    page.get_by_role("link", name="The men").click()
    expect(page.locator("#count")).to_have_text("5 patients")


def test_download_is_of_the_list_as_it_is_now(page):
    page.get_by_label("Search patients").press_sequentially("person07")
    expect(page).to_have_url(re.compile(r"\?q=person07&"))
    expect(page.locator("tbody tr").first).to_contain_text("Person07")
    page.locator("summary", has_text="Download").click()
    with page.expect_download() as started:
        page.get_by_role("link", name="CSV").click()
    with open(started.value.path(), encoding="utf-8-sig") as file:
        assert "Person07" in [*file][1]
    assert "person07" in started.value.url


def test_recent_patients_are_in_the_menu(page):
    page.get_by_role("link", name="Common, Person03").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Common, Person03")
    page.locator("summary", has_text="Recent").click()
    expect(page.locator("#recent a").first).to_contain_text("Common, Person03")


def test_row_is_a_card_with_its_box_on_a_phone(people, visit):
    page = visit(people.clinician, width=390)
    page.goto("/patients/")
    box = page.get_by_label("Tick Common, Person00").bounding_box()
    card = page.locator("tbody tr").first.bounding_box()
    assert box["x"] + box["width"] < card["x"] + card["width"]
    assert page.evaluate("document.documentElement.scrollWidth") == 390
