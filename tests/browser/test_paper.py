"""Assessments on paper: who it is about on every sheet, what was answered and what it comes to, nothing to press."""

import re
from datetime import date
from uuid import uuid4

import pytest
from playwright.sync_api import Page

from clinic.assessments.models import Assessment
from clinic.assessments.questionnaire.actions import start_assessment
from clinic.instruments.catalogue import find
from clinic.tenancy.scope import clinic_scope
from tests.browser.paper import pages
from tests.world import Writer, make_assessment, make_patient

PRINTED = re.compile(r"Lakeside[^.]*\. Printed on \d+ \w{3} \d{4} by Clara Clinician")
TO_PRESS = ("Archive", "Amend", "Print", "Cancel this", "Acknowledge", "Skip to", "Find a patient", "Recent", "Due")


@pytest.fixture
def patient(practice):
    with clinic_scope(practice.clinic):
        return make_patient(
            full_name=f"Ana {uuid4().hex} Paperwork",
            family_name="Paperwork",
            gender="female",
            date_of_birth=date(1961, 3, 12),
        )


def printed(page: Page, assessment: Assessment) -> list[str]:
    page.goto(f"/assessments/{assessment.pk}/")
    return pages(page.pdf(format="A4"))


def sat(practice, patient, instrument: str, points: int) -> Assessment:
    with clinic_scope(practice.clinic):
        definition = find(instrument)
        answers = dict.fromkeys((item.code for item in definition.items), points)
        return start_assessment(
            by=Writer(),
            definition=definition,
            patient=patient,
            user=patient.user,
            date=date(2026, 3, 1),
            answers=answers,
            complete=True,
        ).assessment


def test_patient_is_named_on_every_sheet_of_a_long_one(practice, patient, visit):
    with clinic_scope(practice.clinic):
        asked = [{"question": f"Question {number}", "answer": "A long story. " * 60} for number in range(12)]
        assessment = make_assessment(patient, name="A long one", questions=asked)
    sheets = printed(visit(practice.clinician), assessment)
    assert len(sheets) > 2
    for sheet in sheets:
        assert all(text in sheet for text in ("Paperwork, Ana", "12 March 1961", patient.record_number)), sheet[:200]
    assert all(f"Question {number}" in " ".join(sheets) for number in range(12))


@pytest.mark.parametrize(
    ("instrument", "points", "words"),
    [
        ("pcl-5", 3, ("60", "Quite a bit", "Repeated, disturbing, and unwanted memories", "PCL-5")),
        ("phq-9", 2, ("18", "Moderately severe", "More than half the days", "Trouble falling or staying asleep")),
    ],
)
def test_answers_score_and_band_are_printed_and_nothing_to_press(practice, patient, visit, instrument, points, words):
    sheets = printed(visit(practice.clinician), sat(practice, patient, instrument, points))
    text = PRINTED.sub("", " ".join(sheets))
    assert [word for word in words if word not in text] == []
    assert [word for word in TO_PRESS if word in text] == []
    assert [sheet for sheet in sheets if patient.record_number not in sheet] == []
    assert [sheet for sheet in sheets if PRINTED.search(sheet) is None] == []
    assert "1 Mar 2026" in text


def test_slip_for_the_patient_is_printed_alone_without_name_or_code(practice, visit):
    with clinic_scope(practice.clinic):
        born = {"date_of_birth": date(1961, 1, 1), "date_of_birth_precision": "year"}
        patient = make_patient(full_name=f"Ada {uuid4().hex} Slip", family_name="Slip", gender="female", **born)
    page = visit(practice.clinician)
    page.goto(f"/patients/{patient.pk}/requests/")
    page.get_by_label("What to ask").select_option("phq-9")
    page.get_by_role("button", name="Make the link").click()
    link, code = page.get_by_label("Link", exact=True).input_value(), page.locator(".link-large").inner_text()
    (sheet,) = pages(page.pdf(format="A4"))
    letters = "".join(sheet.split())
    words = (practice.clinic.name, "Your mood in the last two weeks", "the code of six digits that we tell you")
    assert [word for word in words if "".join(word.split()) not in letters] == []
    assert (link in letters, len("".join(code.split())), "".join(code.split()) in letters) == (True, 6, False)
    assert "Printed on" not in sheet
    assert [word for word in ("Slip,", patient.record_number, "New link", "Status") if word in sheet] == []


def test_outcomes_are_one_sheet_with_clinic_filters_and_page_numbers(practice, patient, visit):
    sat(practice, patient, "phq-9", 2)
    page = visit(practice.clinician)
    page.goto("/outcomes/print/?instrument=phq-9&from=2026-01-01&to=2026-06-30&gender=female")
    sheets = pages(page.pdf(format="A4"))
    text = " ".join(sheets)
    assert [sheet for sheet in sheets if practice.clinic.name not in sheet or "Outcomes" not in sheet] == []
    assert [f"{at} / {len(sheets)}" in sheet for at, sheet in enumerate(sheets, 1)] == [True] * len(sheets)
    words = (
        "Gender Female",
        "1 January 2026",
        "by Clara Clinician",
        "Totals by week",
        "By language",
        "Risk",
        "is at most half",
    )
    assert [word for word in words if word not in text] == []
    assert [word for word in ("Find a patient", "Skip to", "Keep this", "Recent") if word in text] == []
