"""On a phone: the bar at the foot is whole, its counts cover no icon, and a list begins near the top of the screen."""

import pytest
from playwright.sync_api import expect

from clinic.tenancy.scope import clinic_scope
from tests.world import make_patient

# Labels of the bar that stand beyond the screen or are cut, and counts that lie over an icon.
CUT = """() => [...document.querySelectorAll(".rail li")].filter((item) => item.offsetWidth).filter((item) => {
  const box = item.getBoundingClientRect(), label = item.querySelector(".rail-label");
  return box.left < 0 || box.right > innerWidth || label.scrollWidth > label.clientWidth + 1;
}).map((item) => item.textContent.trim())"""
COVERED = """() => [...document.querySelectorAll(".rail-count")].filter((count) => {
  const icon = count.closest("a").querySelector("svg").getBoundingClientRect(), box = count.getBoundingClientRect();
  return box.width && box.left < icon.right && box.right > icon.left && box.top < icon.bottom && box.bottom > icon.top;
}).length"""


@pytest.mark.parametrize("role", ["owner", "clinician", "front_desk", "auditor"])
def test_bar_at_the_foot_is_whole(practice, visit, role):
    page = visit(getattr(practice, role), width=390)
    page.goto("/patients/")
    pages = page.locator(".rail a").evaluate_all("all => all.map(one => one.getAttribute('href'))")
    found = {}
    for path in pages:
        page.goto(path)
        expect(page.get_by_role("link", name="More")).to_be_visible()
        expect(page.get_by_role("navigation", name="Main").get_by_role("link", name="Today")).to_be_in_viewport(ratio=1)
        found[path] = page.evaluate(CUT)
    assert [path for path, cut in found.items() if cut] == []


@pytest.mark.parametrize("tab", ["", "details/", "history/"])
def test_chosen_tab_of_a_patient_is_in_view(practice, visit, tab):
    with clinic_scope(practice.clinic):
        patient = make_patient(user_id=practice.clinician.pk)
    page = visit(practice.owner, width=390)
    page.goto(f"/patients/{patient.pk}/{tab}")
    tabs = page.get_by_role("navigation", name="Patient pages")
    expect(tabs.locator("[aria-current]")).to_be_in_viewport(ratio=1)


def test_views_of_the_outcomes_have_a_word_as_the_actions_beside_them(practice, visit):
    page = visit(practice.owner, width=390)
    page.goto("/outcomes/")
    views = page.locator(".list-tools > .menu > summary")
    expect(views).not_to_have_css("font-size", "0px")
    views.click()
    panel = page.locator(".list-tools .menu-panel").bounding_box()
    assert (panel["x"] >= 0, panel["x"] + panel["width"] <= 390) == (True, True)


def test_counts_stand_beside_their_icons(practice, visit):
    page = visit(practice.clinician, width=390)
    page.goto("/patients/", wait_until="networkidle")  # the counts that come by themselves are there
    page.locator("#count-due").evaluate("count => { count.textContent = '99+' }")
    expect(page.locator("#count-due")).to_be_visible()
    assert page.evaluate(COVERED) == 0


def test_more_leads_to_every_page_that_somebody_may_open(practice, visit):
    page = visit(practice.owner, width=390)
    page.goto("/patients/")
    page.get_by_role("link", name="More").click()
    for name in ("Outcomes", "Clinic settings", "Trail", "People and their roles", "Help"):
        expect(page.get_by_role("main").get_by_role("link", name=name, exact=True)).to_be_visible()


def test_answer_just_given_stays_above_the_bar_and_its_buttons_are_one_line(practice, visit):
    with clinic_scope(practice.clinic):
        patient = make_patient(user_id=practice.clinician.pk)
    page = visit(practice.clinician, width=390)
    page.goto(f"/assessments/new/?patient={patient.pk}&instrument=phq-9")
    foot = page.locator(".questionnaire-foot")
    for item in range(1, 10):
        page.locator(f"#item-{item} label").nth(2).click()
    expect(foot).to_contain_text("Alert")
    answer, bar = page.locator("#item-9 label").nth(2).bounding_box(), foot.bounding_box()
    assert answer["y"] + answer["height"] <= bar["y"]
    assert len({box["y"] for box in (button.bounding_box() for button in foot.locator(".btn").all())}) == 1


@pytest.mark.parametrize("path", ["/patients/", "/assessments/", "/worklists/due/"])
def test_tools_of_a_list_take_two_lines(practice, visit, path):
    with clinic_scope(practice.clinic):
        make_patient(user_id=practice.clinician.pk)
    page = visit(practice.clinician, width=390)
    page.goto(path)
    form = page.locator("#list-form").bounding_box()
    count, tools = page.locator("#count").bounding_box(), page.get_by_text("Views", exact=True).first.bounding_box()
    assert (form["height"] < 60, abs(count["y"] + count["height"] / 2 - tools["y"] - tools["height"] / 2) < 12) == (
        True,
        True,
    )
    page.get_by_text("Views", exact=True).first.click()
    panel = page.locator(".list-tools .menu-panel").first.bounding_box()
    assert (panel["x"] >= 0, panel["x"] + panel["width"] <= 390) == (True, True)
