"""What is said of totals over time, from the first that was a case or was not, against histories worked out by hand."""

import re
from datetime import date, timedelta

import pytest

from clinic.assessments.models import Schedule
from clinic.assessments.questionnaire.actions import amend_assessment, start_assessment
from clinic.assessments.record.periods import Period
from clinic.assessments.schedules.actions import set_schedule
from clinic.assessments.trend.steps import Baseline, Reading, explained, trend_steps
from clinic.instruments.files.toml import newest, shipped
from clinic.tenancy.scope import clinic_scope
from tests.world import Writer, ahead, make_patient

PHQ9, GAD7, GCS = (newest(shipped())[id] for id in ("phq-9", "gad-7", "gcs"))
START = date(2026, 1, 5)
BY = Writer()


def answers_for(total, definition=PHQ9):
    """Answers that add up to the total, as many of three points as there are."""
    items = [item.code for item in definition.items if item.scored]
    return {code: min(3, max(0, total - 3 * at)) for at, code in enumerate(items)}


def sit(patient, day, total, definition=PHQ9):
    return start_assessment(
        by=BY, definition=definition, patient=patient, user=patient.user, date=day,
        answers=answers_for(total, definition), complete=True,
    ).assessment  # fmt: skip


@pytest.fixture
def scope(riverside):
    with clinic_scope(riverside.clinic):
        yield


@pytest.fixture
def patient(scope):
    return make_patient(gender="female", date_of_birth=date(1980, 1, 1))


@pytest.fixture
def client(riverside, sign_in):
    return sign_in(riverside.clinician)


@pytest.fixture
def known(riverside):
    with clinic_scope(riverside.clinic):
        return make_patient(full_name="Petra Plan", family_name="Plan", date_of_birth=date(1980, 1, 1))


# Instrument, totals from the first, the marks of each total, and the sentences beside the last.
LOW = "Below the threshold from the start: the first total, {}, is under {}, so a lower one is neither response, "
LOW += "remission nor recovery."
HALF = "Response: the last total is at most half of the first, {}."
RECOVERED = "Recovered: below the threshold of {}, and the change is reliable ({} points or more)."
BETTER, WORSE = (
    "Reliably better: {} points or more from the first.",
    "Reliably worse: {} points or more from the first.",
)
HISTORIES = {
    "a low total alone": (PHQ9, [2], [[]], [LOW.format(2, 10)]),
    "a case alone": (PHQ9, [10], [[]], []),
    "never a case": (PHQ9, [2, 1], [[], []], [LOW.format(2, 10)]),
    "never a case, and reliably better": (
        PHQ9, [9, 0], [[], ["Reliably better"]], [LOW.format(9, 10), BETTER.format(6)]),
    "a case only later": (
        PHQ9, [4, 12, 3], [[], ["Reliably worse"], []], [LOW.format(4, 10)]),
    "recovered by chance perhaps": (
        PHQ9, [12, 9], [[], ["Recovered"]],
        ["Recovered: below the threshold of 10, but the change is not reliable (less than 6 points)."]),
    "at the threshold is a case still": (PHQ9, [16, 10], [[], ["Reliably better"]], [BETTER.format(6)]),
    "recovered without response": (PHQ9, [15, 9], [[], ["Reliably recovered"]], [RECOVERED.format(10, 6)]),
    "all of it": (
        PHQ9, [18, 9, 4],
        [[], ["Response", "Reliably recovered"], ["Response", "Remission", "Reliably recovered"]],
        [HALF.format(18), "Remission: below 5.", RECOVERED.format(10, 6)]),
    "response of somebody who is a case still": (
        PHQ9, [24, 12], [[], ["Response", "Reliably better"]], [HALF.format(24), BETTER.format(6)]),
    "relapse": (
        PHQ9, [20, 4, 15, 21],
        [[], ["Response", "Remission", "Reliably recovered"], [], []], []),
    "deterioration": (PHQ9, [12, 17, 18], [[], [], ["Reliably worse"]], [WORSE.format(6)]),
    "anxiety that was never a case": (GAD7, [7, 3], [[], ["Reliably better"]], [LOW.format(7, 8), BETTER.format(4)]),
    "anxiety, recovered": (GAD7, [11, 7], [[], ["Reliably recovered"]], [RECOVERED.format(8, 4)]),
    "anxiety has no published remission": (
        GAD7, [8, 0], [[], ["Response", "Reliably recovered"]], [HALF.format(8), RECOVERED.format(8, 4)]),
    "a score of which no change is published": (GCS, [15, 7, 3], [[], [], []], []),
}  # fmt: skip


@pytest.mark.parametrize("name", HISTORIES)
def test_history_is_judged_as_by_hand(name):
    definition, totals, marks, said = HISTORIES[name]
    readings = [Reading(START + timedelta(days=14 * at), total) for at, total in enumerate(totals)]
    steps = trend_steps(readings, definition.change, [Baseline(Period(), readings[0])])
    assert ([step.marks for step in steps], explained(steps, definition.change)) == (marks, said)


def test_trend_page_says_recovery_and_the_numbers_that_it_goes_by(client, known, riverside):
    with clinic_scope(riverside.clinic):
        for days, total in ((0, 15), (14, 9)):
            sit(known, START + timedelta(days=days), total)
        unfinished = {"1": 3}
        start_assessment(
            by=BY, definition=PHQ9, patient=known, user=known.user, date=ahead(0), answers=unfinished, complete=True
        )
    page = client.get(f"/patients/{known.pk}/course/").content.decode()
    said = ">Recovered: below the threshold of 10, and the change is reliable (6 points or more).</p>"
    assert (said in page, page.count("Reliably recovered</")) == (True, 2)


def test_amended_first_total_takes_recovery_back_from_the_trend_page(client, known, riverside):
    with clinic_scope(riverside.clinic):
        first = sit(known, START, 15)
        sit(known, START + timedelta(days=14), 9)
        amend_assessment(by=BY, id=first.pk, reason="Misread", answers=answers_for(9))
    page = client.get(f"/patients/{known.pk}/course/").content.decode()
    assert ("ecovered" in page, LOW.format(9, 10) in page) == (False, True)


def test_second_pace_needs_a_case_to_begin_with(patient):
    set_schedule(by=BY, patient=patient, definition=PHQ9, every_days=14, then_every_days=90)
    for days, total in ((-14, 9), (0, 0)):
        sit(patient, ahead(days), total)
    assert Schedule.objects.get().next_due_on == ahead(14)


@pytest.mark.parametrize("version", ["1", "2"])
def test_amended_first_total_takes_remission_back(patient, version):
    definition = shipped()["phq-9", version]
    set_schedule(by=BY, patient=patient, definition=definition, every_days=14, then_every_days=90)
    first = sit(patient, ahead(-14), 10, definition)
    sit(patient, ahead(0), 0, definition)
    due = [Schedule.objects.get().next_due_on]
    amend_assessment(by=BY, id=first.pk, reason="Misread", answers=answers_for(9))
    later = Schedule.objects.get().then_every.after(ahead(0))
    assert [*due, Schedule.objects.get().next_due_on] == [later, ahead(14)]


def test_unscored_assessment_is_no_first_total(patient):
    set_schedule(by=BY, patient=patient, definition=PHQ9, every_days=14, then_every_days=90)
    start_assessment(
        by=BY, definition=PHQ9, patient=patient, user=patient.user, date=ahead(-28), answers={"1": 0}, complete=True
    )
    for days, total in ((-14, 20), (0, 4)):
        sit(patient, ahead(days), total)
    schedule = Schedule.objects.get()
    assert schedule.next_due_on == schedule.then_every.after(ahead(0))


def test_trend_page_says_of_low_totals_that_they_were_low_from_the_start(client, known, riverside):
    with clinic_scope(riverside.clinic):
        for days, total in ((0, 2), (14, 1)):
            sit(known, START + timedelta(days=days), total, shipped()["phq-9", "1"])
    page = client.get(f"/patients/{known.pk}/course/").content.decode()
    assert re.findall(r'class="(mark-\w+)"', page) == ["mark-total", "mark-total"]
    said = "Below the threshold from the start: the first total, 2, is under 10,"
    assert (said in page, "<td>Response" in page, "<td>Remission" in page) == (True, False, False)
