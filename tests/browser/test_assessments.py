"""Assessments in the browser: rows of questions, a name that is taken, two people at one record, archiving."""

import re

import pytest
from playwright.sync_api import Page, expect

from clinic.assessments.models import Assessment
from clinic.assessments.record.actions import update_assessment
from clinic.patients.models import Patient
from clinic.tenancy.scope import clinic_scope
from tests.world import Writer, make_assessment, make_patient


@pytest.fixture
def page(practice, visit) -> Page:
    return visit(practice.clinician)


@pytest.fixture
def patient(practice, request) -> Patient:
    with clinic_scope(practice.clinic):
        return make_patient(full_name=f"Ana {request.node.name}", family_name=request.node.name)


@pytest.fixture
def assessment(practice, patient) -> Assessment:
    with clinic_scope(practice.clinic):
        return make_assessment(patient, name="Walking")


def submit(page: Page, name: str) -> None:
    page.get_by_role("button", name=re.compile(rf"^{name}( for .*)?$")).click()


def question(page: Page, number: int) -> dict[str, str]:
    """The fields of one row, by their labels."""
    row = page.get_by_role("group", name=f"Question {number}", exact=True)
    return {name: row.get_by_role("textbox", name=name) for name in ("Question", "Answer")}


def test_assessment_is_recorded_with_rows_added_by_script(page, patient):
    page.goto(f"/patients/{patient.pk}/assessments/")
    page.get_by_role("link", name="New assessment").first.click()
    page.get_by_label("Type", exact=True).select_option("mental_health")
    page.get_by_label("Date", exact=True).fill("1 March 2026")
    question(page, 1)["Question"].fill("Slept badly")
    question(page, 1)["Answer"].fill("A little")
    for number, asked in ((2, "Felt tired"), (3, "Taken away again"), (4, "Felt low")):
        submit(page, "Add a question")
        expect(question(page, number)["Question"]).to_be_focused()
        question(page, number)["Question"].fill(asked)
    submit(page, "Remove question 3")
    page.get_by_label("Final score").fill("12.5")
    submit(page, "Save assessment")
    expect(page.get_by_role("heading", name="Mental health · 1 Mar 2026")).to_be_visible()
    expect(page.locator(".answers dt")).to_have_text(["Slept badly", "Felt tired", "Felt low"])
    expect(page.locator(".result-figure")).to_contain_text("12.5")


def test_errors_of_form_and_rows_are_summed_up_and_nothing_is_lost(page, patient, watch):
    page.goto(f"/assessments/new/?patient={patient.pk}")
    question(page, 1)["Answer"].fill("An answer to nothing")
    page.get_by_label("Final score").fill("many")
    watch.provokes(422, "/assessments/new/")
    submit(page, "Save assessment")
    expect(page.locator(".error-summary")).to_be_focused()
    expect(page.locator(".error-summary li")).to_have_count(3)
    expect(page.get_by_label("Final score")).to_have_value("many")
    expect(question(page, 1)["Answer"]).to_have_value("An answer to nothing")
    page.get_by_role("link", name=re.compile("^Question 1: ")).click()
    expect(question(page, 1)["Question"]).to_be_focused()


def test_row_added_by_script_warns_when_it_is_left(page, patient):
    page.goto(f"/assessments/new/?patient={patient.pk}")
    submit(page, "Add a question")
    question(page, 2)["Question"].press_sequentially("Unsaved")
    asked = []
    page.once("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    page.get_by_role("link", name="Patients").click()
    expect(question(page, 2)["Question"]).to_have_value("Unsaved")
    assert asked == ["beforeunload"]


def test_taken_name_is_answered_with_a_free_one(page, assessment, watch):
    page.goto(f"/assessments/new/?patient={assessment.patient_id}")
    page.get_by_label("Type", exact=True).select_option("physical")
    page.get_by_role("textbox", name="Name").fill("Walking")
    watch.provokes(409, "/assessments/new/")
    submit(page, "Save assessment")
    expect(page.get_by_role("textbox", name="Name")).to_have_value("Walking (2)")
    submit(page, "Save assessment")
    expect(page.get_by_role("heading", name="Walking (2)")).to_be_visible()


def test_double_click_makes_one_record(page, patient, practice):
    page.goto(f"/assessments/new/?patient={patient.pk}")
    page.get_by_label("Type", exact=True).select_option("physical")
    page.get_by_role("button", name="Save assessment").dblclick()
    expect(page.get_by_text("Assessment saved.")).to_be_visible()
    with clinic_scope(practice.clinic):
        assert Assessment.objects.filter(patient=patient).count() == 1


def test_edit_keeps_the_rows_and_saves_the_change(page, assessment):
    page.goto(f"/assessments/{assessment.pk}/")
    page.get_by_role("link", name="Edit").click()
    expect(page.get_by_label("Final score")).to_have_value("12")
    question(page, 1)["Answer"].fill("To the bridge")
    submit(page, "Save changes")
    expect(page.get_by_text("Changes saved.")).to_be_visible()
    expect(page.locator(".answers dd")).to_have_text(["To the bridge"])


def test_record_that_somebody_else_changed_shows_both_versions(page, assessment, practice, watch):
    page.goto(f"/assessments/{assessment.pk}/edit/")
    with clinic_scope(practice.clinic):
        asked = [{"question": "How far can you walk?", "answer": "To the river"}]
        update_assessment(by=Writer(), id=assessment.pk, version=None, score=14, questions=asked)
    question(page, 1)["Answer"].fill("To the bridge")
    watch.provokes(409, f"/assessments/{assessment.pk}/edit/")
    submit(page, "Save changes")
    expect(page.locator("tr.differs th")).to_have_text(["Final score", "Questions and answers"])
    expect(page.locator(".identity")).to_contain_text(assessment.patient.record_number)
    expect(question(page, 1)["Answer"]).to_have_value("To the bridge")
    submit(page, "Save my version")
    expect(page.locator(".answers dd")).to_have_text(["To the bridge"])
    expect(page.locator(".result-figure")).to_contain_text("12")


def test_archived_assessment_leaves_the_lists_and_comes_back(page, assessment):
    page.goto(f"/assessments/{assessment.pk}/")
    submit(page, "Archive")
    page.goto(f"/patients/{assessment.patient_id}/assessments/")
    expect(page.get_by_text("0 assessments")).to_be_visible()
    page.goto(f"/assessments/{assessment.pk}/")
    submit(page, "Restore")
    page.goto(f"/patients/{assessment.patient_id}/assessments/")
    expect(page.get_by_text("1 assessment")).to_be_visible()


def test_list_is_narrowed_by_type_date_score_and_patient(page, practice, request):
    with clinic_scope(practice.clinic):
        patient = make_patient(full_name="Only Hers", family_name="Hers")
        for number in range(4):
            make_assessment(patient, name=f"Hers {number}", score=number, date=f"2026-03-0{number + 1}")
        make_assessment(patient, name="Hers, but of the mind", type="mental_health", score=2)
    page.goto(f"/assessments/?patient={patient.pk}")
    expect(page.locator(".count")).to_have_text("5 assessments")
    page.get_by_text("Filters", exact=True).click()
    page.get_by_role("combobox", name="Type").select_option("physical")
    expect(page.locator(".count")).to_have_text("4 assessments")
    page.get_by_role("combobox", name="Instrument").select_option("none")
    expect(page).to_have_url(re.compile("instrument=none"))
    page.get_by_label("Score from").fill("1")
    page.get_by_label("Score from").press("Tab")
    expect(page.locator(".count")).to_have_text("3 assessments")
    page.get_by_label("Until").fill("3 March 2026")
    page.get_by_label("Until").press("Tab")
    expect(page.locator(".count")).to_have_text("2 assessments")
