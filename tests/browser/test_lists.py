"""The list pages with script: only the table is replaced, and the address and the way back stay right."""

import re
from datetime import date

import pytest
from playwright.sync_api import Page, expect

from clinic.tenancy.scope import clinic_scope
from tests.world import World, make_patient


@pytest.fixture(scope="module")
def people(practice) -> World:
    """Thirty patients, all but three of them called Common; these tests only read."""
    with clinic_scope(practice.clinic):
        for number in range(27):
            make_patient(
                full_name=f"Person{number:02d} Common",
                family_name="Common",
                date_of_birth=date(1950 + number, 1, 1),
                gender="male" if number < 5 else "female",
            )
        for name in ("Zoë Ångström", "Zoltan Abel", "Ines Zola"):
            make_patient(full_name=name, family_name=name.split()[1], date_of_birth=date(2000, 6, 1))
    return practice


@pytest.fixture
def page(people, visit) -> Page:
    page = visit(people.clinician)
    page.goto("/patients/")
    return page


def marked(page: Page) -> None:
    """Leave a mark on the heading, which goes when the page is loaded anew."""
    page.locator("h1").evaluate("heading => heading.dataset.mark = 'kept'")


def names(page: Page) -> list[str]:
    return page.locator("tbody th").all_inner_texts()


def test_search_replaces_only_the_table_as_one_types(page):
    marked(page)
    page.get_by_label("Search patients").press_sequentially("zo")
    expect(page.locator("tbody tr")).to_have_count(3)
    expect(page.locator("h1")).to_have_attribute("data-mark", "kept")
    expect(page.get_by_label("Search patients")).to_be_focused()


def test_answer_to_an_earlier_word_that_comes_late_changes_nothing(page, watch):
    watch.abandons_requests()
    held = []
    page.route(re.compile(r"/patients/\?q=zo$"), lambda route: held.append(route))
    search = page.get_by_label("Search patients")
    with page.expect_request(re.compile(r"q=zo$")):
        search.press_sequentially("zo")
    search.press_sequentially("la")
    expect(page.locator("#count")).to_have_text("1 patient")
    late = page.request.get("/patients/?q=zo", headers={"HX-Request": "true", "HX-Target": "table"})
    assert "3 patients" in late.text()
    held[0].fulfill(response=late)
    page.wait_for_timeout(500)
    assert names(page) == ["Zola, Ines"]
    expect(page.locator("#count")).to_have_text("1 patient")
    expect(page).to_have_url(re.compile(r"\?q=zola$"))


def test_search_is_in_the_address_and_announced(page):
    page.get_by_label("Search patients").press_sequentially("angstrom")
    expect(page).to_have_url(re.compile(r"/patients/\?q=angstrom$"))
    expect(page.locator("#announce")).to_have_text("1 patient")
    assert names(page) == ["Ångström, Zoë"]


def test_emptied_search_has_a_short_address(page):
    search = page.get_by_label("Search patients")
    search.press_sequentially("zola")
    expect(page.locator("tbody tr")).to_have_count(1)
    search.fill("")
    expect(page).to_have_url(re.compile(r"/patients/$"))
    expect(page.locator(".count")).to_have_text("30 patients")


def test_sort_keeps_the_search_and_shows_its_direction(page):
    marked(page)
    page.get_by_label("Search patients").press_sequentially("zo")
    expect(page.locator("tbody tr")).to_have_count(3)
    heading = page.get_by_role("columnheader", name="Name")
    expect(heading).not_to_have_attribute("aria-sort", re.compile("."))
    heading.get_by_role("link").click()
    expect(heading).to_have_attribute("aria-sort", "ascending")
    heading.get_by_role("link").click()
    expect(heading).to_have_attribute("aria-sort", "descending")
    expect(page).to_have_url(re.compile(r"\?q=zo&sort=-name$"))
    expect(page.locator("h1")).to_have_attribute("data-mark", "kept")
    assert names(page) == ["Zola, Ines", "Ångström, Zoë", "Abel, Zoltan"]
    page.get_by_role("link", name="Nearest matches first").click()
    expect(heading).not_to_have_attribute("aria-sort", re.compile("."))
    expect(page).to_have_url(re.compile(r"\?q=zo$"))
    expect(page.locator("h1")).to_have_attribute("data-mark", "kept")


def test_sort_link_keeps_the_focus(page):
    link = page.get_by_role("columnheader", name="Born").get_by_role("link")
    link.focus()
    link.press("Enter")
    expect(page.get_by_role("columnheader", name="Born")).to_have_attribute("aria-sort", "ascending")
    expect(link).to_be_focused()


def test_search_after_a_sort_keeps_the_sort(page):
    page.get_by_role("columnheader", name="Born").get_by_role("link").click()
    expect(page).to_have_url(re.compile(r"\?sort=date_of_birth$"))
    page.get_by_label("Search patients").press_sequentially("common")
    expect(page).to_have_url(re.compile(r"\?q=common&sort=date_of_birth$"))


def test_page_and_page_size_are_links_to_a_state(page):
    marked(page)
    page.get_by_role("link", name="10", exact=True).click()
    expect(page.get_by_text("Page 1 of 3")).to_be_visible()
    page.get_by_role("link", name="Next", exact=True).click()
    expect(page.get_by_text("Page 2 of 3")).to_be_visible()
    expect(page).to_have_url(re.compile(r"\?per_page=10&page=2&after=[0-9a-f-]{36}$"))
    expect(page.locator("h1")).to_have_attribute("data-mark", "kept")
    expect(page.locator("tbody tr")).to_have_count(10)


def test_search_from_a_later_page_starts_at_the_first(page):
    page.goto("/patients/?per_page=10&page=3")
    page.get_by_label("Search patients").press_sequentially("common")
    expect(page).to_have_url(re.compile(r"\?q=common&per_page=10$"))
    expect(page.get_by_text("Page 1 of 3")).to_be_visible()


def test_filters_narrow_and_become_chips_that_widen_again(page):
    page.get_by_text("Filters", exact=True).click()
    page.get_by_role("combobox", name="Gender").select_option("male")
    expect(page.locator(".count")).to_have_text("5 patients")
    page.get_by_role("combobox", name="Age").select_option("40-64")
    expect(page.locator(".chip")).to_have_count(2)
    expect(page).to_have_url(re.compile(r"gender=male&age=40-64"))
    page.get_by_role("link", name="Remove the filter Gender: Male").click()
    expect(page).to_have_url(re.compile(r"/patients/\?age=40-64$"))
    page.get_by_text("Filters", exact=True).click()
    expect(page.get_by_role("combobox", name="Gender")).to_have_value("")
    expect(page.get_by_role("combobox", name="Age")).to_have_value("40-64")


def test_closed_filters_go_with_a_search_and_once_opened_can_be_changed(page):
    page.goto("/patients/?gender=male")
    expect(page.locator(".count")).to_have_text("5 patients")
    page.get_by_label("Search patients").press_sequentially("common")
    expect(page).to_have_url(re.compile(r"\?q=common&gender=male$"))
    page.get_by_text("Filters", exact=True).click()
    page.get_by_role("combobox", name="Gender").select_option("")
    expect(page.locator(".count")).to_have_text("27 patients")
    expect(page).to_have_url(re.compile(r"\?q=common$"))


def test_back_and_forward_and_reload_restore_the_list(page):
    page.get_by_label("Search patients").press_sequentially("common")
    expect(page.locator(".count")).to_have_text("27 patients")
    page.get_by_role("link", name="Next", exact=True).click()
    expect(page.get_by_text("Page 2 of 2")).to_be_visible()
    page.go_back()
    expect(page.get_by_text("Page 1 of 2")).to_be_visible()
    expect(page.get_by_label("Search patients")).to_have_value("common")
    page.go_forward()
    expect(page.get_by_text("Page 2 of 2")).to_be_visible()
    page.reload()
    expect(page.get_by_text("Page 2 of 2")).to_be_visible()
    expect(page.get_by_label("Search patients")).to_have_value("common")


def test_back_from_a_record_returns_to_the_same_list(page):
    page.get_by_label("Search patients").press_sequentially("zo")
    expect(page.locator("tbody tr")).to_have_count(3)
    page.get_by_role("link", name="Zola, Ines").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Zola, Ines")
    page.go_back()
    expect(page.locator("tbody tr")).to_have_count(3)
    expect(page.get_by_label("Search patients")).to_have_value("zo")


def test_row_opens_its_record(page):
    page.get_by_role("cell", name="1 Jan 1950").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Common, Person00")


def test_slash_moves_to_the_search_everywhere(page):
    page.keyboard.press("/")
    expect(page.get_by_label("Search patients")).to_be_focused()
    page.goto("/patients/new/")
    page.keyboard.press("/")
    expect(page.get_by_label("Find a patient")).to_be_focused()


def test_search_from_elsewhere_finds_people(page):
    page.goto("/help/")
    page.get_by_label("Find a patient").fill("Zoltan")
    page.get_by_label("Find a patient").press("Enter")
    expect(page).to_have_url(re.compile(r"/patients/\?q=Zoltan$"))
    assert names(page) == ["Abel, Zoltan"]


def test_bad_filter_says_why_and_lists_nothing(page, watch):
    watch.provokes(400, "/patients/")
    page.goto("/patients/?gender=nonsense")
    expect(page.get_by_role("alert")).to_contain_text("Gender: Select a valid choice")
    expect(page.locator("tbody tr")).to_have_count(0)


def test_lost_connection_is_said_and_the_rows_stay(page, watch):
    page.context.set_offline(True)
    watch.loses_connection()
    page.get_by_label("Search patients").press_sequentially("z")
    expect(page.get_by_text("There is no answer from the server.")).to_be_visible()
    expect(page.locator("tbody tr")).to_have_count(25)
    page.context.set_offline(False)
    page.get_by_label("Search patients").press_sequentially("ola")
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.get_by_text("There is no answer from the server.")).to_be_hidden()


def test_list_left_signed_out_becomes_the_sign_in_page(people, visit):
    page = visit(people.owner)
    page.goto("/patients/")
    other = page.context.new_page()
    other.goto("/accounts/logout/")
    with other.expect_navigation():
        other.locator("main").get_by_role("button", name="Sign out").click()
    page.get_by_label("Search patients").press_sequentially("zola")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_phone_shows_cards_that_can_be_sorted(people, visit):
    page = visit(people.clinician, width=390)
    page.goto("/patients/")
    page.get_by_text("Sorted by Name, ascending").click()
    page.get_by_role("link", name="Born").click()
    expect(page.get_by_text("Sorted by Born, ascending")).to_be_visible()
    card = page.locator("tbody tr").first
    expect(card.locator("td[data-label=Born]")).to_be_visible()
    expect(card.locator("td[data-label=Age]")).to_be_hidden()
    assert card.locator("td[data-label=Born]").bounding_box()["x"] == card.locator("th").bounding_box()["x"]


def test_comfortable_cards_show_every_column_that_was_chosen(people, visit):
    page = visit(people.front_desk, width=390)
    page.goto("/patients/")
    page.locator("summary", has_text="Display").click()
    page.get_by_label("Comfortable").check()
    page.get_by_role("button", name="Apply and remember").click()
    expect(page.locator("tbody tr").first.locator("td[data-label=Age]")).to_be_visible()


def test_twenty_rows_are_seen_at_a_desk(page):
    page.set_viewport_size({"width": 1280, "height": 800})
    bottoms = [row.bounding_box() for row in page.locator("tbody tr").all()]
    assert len([box for box in bottoms if box["y"] + box["height"] <= 800]) >= 20
    search, count, tools = (page.locator(it).bounding_box() for it in ("#q", "#count", ".list-tools"))
    assert (tools["y"], tools["height"]) == (search["y"], search["height"])
    assert search["y"] <= count["y"] <= count["y"] + count["height"] <= search["y"] + search["height"]
