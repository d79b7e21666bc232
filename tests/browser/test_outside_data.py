"""Real input: what a program recorded through the API, worked on in the browser; the other clinic sees none of it."""

import pytest
from playwright.sync_api import Page, expect

from clinic.assessments.models import Assessment
from clinic.tenancy.scope import clinic_scope
from tests.browser.outside import Program, load, rows
from tests.world import World


@pytest.fixture(scope="module")
def program(practice, server) -> Program:
    made = Program.of(practice, server)
    load(made, str(practice.clinician.pk))
    return made


@pytest.fixture
def page(program, practice, visit) -> Page:
    page = visit(practice.clinician)
    page.goto("/patients/")
    return page


def test_every_row_is_recorded(program):
    assert (program.count("patients/?archived=all"), program.count("assessments/?archived=all")) == (27, 149)


def test_scores_are_the_sums_of_the_answers(program, practice):
    with clinic_scope(practice.clinic):
        stored = sorted(int(score) for score in Assessment.objects.values_list("score", flat=True))
    answers = rows("screening-answers.csv")
    assert stored == sorted(sum(int(row[f"D{item}"]) for item in range(1, 10)) for row in answers)


def test_patient_is_found_by_parts_of_a_name_and_by_birth_date(page):
    for typed, found in (
        ("mosciski", "Mosciski958, Maynard46"),
        ("jac okun", "Okuneva707, Ms. Jackie93"),
        ("26/11/1949", "Zulauf375, Mr. Lewis216 born"),
    ):
        page.get_by_label("Search patients").fill(typed)
        expect(page.locator("tbody th")).to_have_text([found])


def test_patients_are_sorted_by_age(page):
    page.get_by_role("columnheader", name="Age", exact=True).get_by_role("link").click()
    expect(page.get_by_role("columnheader", name="Age", exact=True)).to_have_attribute("aria-sort", "ascending")
    expect(page.locator("tbody th").first).to_have_text("Ryan260, Trish512")
    page.get_by_role("columnheader", name="Age", exact=True).get_by_role("link").click()
    expect(page.locator("tbody th").first).to_have_text("Zulauf375, Mr. Lewis216")


def test_names_that_the_clinic_proposed_are_free_ones(page):
    page.get_by_role("link", name="Mosciski958, Maynard46").click()
    page.get_by_role("link", name="Assessments", exact=True).last.click()
    expect(page.locator(".count")).to_have_text("6 assessments")
    names = page.locator("tbody th").all_inner_texts()
    assert len(set(names)) == 6


def test_assessments_are_narrowed_by_score(page):
    page.goto("/assessments/?instrument=none&score_min=20&score_max=27")
    severe = [row for row in rows("screening-answers.csv") if sum(int(row[f"D{item}"]) for item in range(1, 10)) >= 20]
    expect(page.locator(".count")).to_have_text(f"{len(severe)} assessment{'' if len(severe) == 1 else 's'}")


def test_record_is_edited(page):
    page.get_by_role("link", name="Pagac496, Mr. Caleb651").click()
    page.get_by_role("link", name="Details").click()
    page.get_by_role("link", name="Edit").click()
    page.get_by_label("Full name").fill("Caleb Pagac")
    page.get_by_label("Family name").fill("Pagac")
    page.get_by_role("button", name="Save changes").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Pagac, Caleb")


def test_record_is_archived_for_the_program_too(page, program):
    page.goto("/patients/?q=Spinka232")
    page.get_by_role("link", name="Spinka232, Mrs. Merle11").click()
    page.get_by_role("link", name="Details").click()
    page.get_by_role("button", name="Archive").click()
    expect(page.get_by_text("left out of lists and searches")).to_be_visible()
    assert (program.count("patients/?search=Spinka232"), program.count("patients/?archived=only")) == (0, 1)


def test_other_clinic_has_none_of_it(program, harbour: World, server, visit):
    other = Program.of(harbour, server)
    assert (other.count("patients/?archived=all"), other.count("assessments/?archived=all")) == (0, 0)
    page = visit(harbour.clinician)
    for path in ("/patients/?archived=all", "/assessments/?archived=all"):
        page.goto(path)
        expect(page.locator(".count")).to_have_text("0 patients" if "patients" in path else "0 assessments")
