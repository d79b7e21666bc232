"""What is said of totals in and beside episodes of treatment, against histories worked out by hand and an oracle."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clinic.assessments.episodes.actions import end_episode, start_episode
from clinic.assessments.models import Assessment, Episode, Schedule
from clinic.assessments.questionnaire.actions import amend_assessment, start_assessment
from clinic.assessments.record.actions import archive_assessment
from clinic.assessments.record.latest_results import keep_latest_results
from clinic.assessments.record.periods import Period, scored_in
from clinic.assessments.schedules.actions import set_schedule
from clinic.assessments.trend.page import MOST_READINGS, trends_of
from clinic.assessments.trend.steps import Step
from clinic.tenancy.scope import clinic_scope
from tests.assessments.test_histories import BETTER, BY, HALF, LOW, PHQ9, RECOVERED, answers_for, sit
from tests.sizes import times
from tests.world import make_patient

START = date(2026, 1, 5)
ALL = ["Response", "Remission", "Reliably recovered"]
SINCE = "Change is since the first total, {}, in the episode that started {}."
NONE = "The last total is in no episode of treatment, so nothing is said of change."
REMISSION = "Remission: below 5."


@pytest.fixture
def scope(riverside):
    with clinic_scope(riverside.clinic):
        yield


@pytest.fixture
def patient(scope):
    return make_patient(gender="female", date_of_birth=date(1980, 1, 1))


def day(after):
    return START + timedelta(days=after)


def treat(patient, start, end=None):
    episode = start_episode(by=BY, patient=patient, started_on=day(start))
    if end is None:
        return episode
    return end_episode(by=BY, id=episode.pk, version=1, ended_on=day(end), end_reason="completed")


def told(patient):
    """Each total with its difference from the baseline and its marks, oldest first, and what is said of the last."""
    (trend,) = trends_of(patient)
    steps = [row for row in trend.rows if isinstance(row, Step)][::-1]
    return [(step.reading.total, step.since_first, step.marks) for step in steps], trend.said


# Episodes as days of their start and end, totals by the day, what is told of each total, and what is said of the last.
HISTORIES = {
    "a total before the episode is no baseline": (
        [(10, None)], [(0, 18), (10, 8), (24, 3)],
        [(18, None, []), (8, None, []), (3, -5, [])],
        [SINCE.format("8 on 15 Jan 2026", "15 Jan 2026"), LOW.format(8, 10)]),
    "an episode without a total yet": (
        [(20, None)], [(0, 18), (14, 4)], [(18, None, []), (4, None, [])], [NONE]),
    "a relapse within an episode": (
        [(0, None)], [(0, 20), (14, 4), (28, 21)],
        [(20, None, []), (4, -16, ALL), (21, 1, [])], [SINCE.format("20 on 5 Jan 2026", "5 Jan 2026")]),
    "two episodes and a total in the gap": (
        [(0, 60), (90, None)], [(0, 20), (30, 4), (80, 12), (90, 12), (120, 6), (150, 4)],
        [(20, None, []), (4, -16, ALL), (12, None, []), (12, None, []),
         (6, -6, ["Response", "Reliably recovered"]), (4, -8, ALL)],
        [SINCE.format("12 on 5 Apr 2026", "5 Apr 2026"), HALF.format(12), REMISSION, RECOVERED.format(10, 6)]),
    "the second was never a case": (
        [(0, 30), (31, None)], [(0, 20), (30, 9), (31, 9), (60, 3)],
        [(20, None, []), (9, -11, ["Response", "Reliably recovered"]), (9, None, []), (3, -6, ["Reliably better"])],
        [SINCE.format("9 on 5 Feb 2026", "5 Feb 2026"), LOW.format(9, 10), BETTER.format(6)]),
    "a follow-up after the end": (
        [(0, 30)], [(0, 20), (30, 4), (31, 4)], [(20, None, []), (4, -16, ALL), (4, None, [])], [NONE]),
    "two totals on the first day": (
        [(0, None)], [(0, 15), (0, 9)], [(15, None, []), (9, -6, ["Reliably recovered"])],
        [SINCE.format("15 on 5 Jan 2026", "5 Jan 2026"), RECOVERED.format(10, 6)]),
    "an episode of a day": (
        [(7, 7)], [(6, 20), (7, 12), (7, 4), (8, 4)],
        [(20, None, []), (12, None, []), (4, -8, ALL), (4, None, [])], [NONE]),
    "nobody ever started an episode": (
        [], [(0, 20), (14, 4)], [(20, None, []), (4, -16, ALL)],
        ["Change is since the first total, 20 on 5 Jan 2026, until an episode of treatment is started.",
         HALF.format(20), REMISSION, RECOVERED.format(10, 6)]),
}  # fmt: skip


@pytest.mark.parametrize("name", HISTORIES)
def test_episode_history_is_judged_as_by_hand(patient, name):
    episodes, totals, expected, said = HISTORIES[name]
    for days in episodes:
        treat(patient, *days)
    for after, total in totals:
        sit(patient, day(after), total)
    assert told(patient) == (expected, said)


def test_amended_baseline_counts_as_amended(patient):
    treat(patient, 7)
    sit(patient, day(0), 27)
    first = sit(patient, day(7), 20)
    sit(patient, day(21), 4)
    amend_assessment(by=BY, id=first.pk, reason="Misread", answers=answers_for(9))
    assert told(patient)[0] == [(27, None, []), (9, None, []), (4, -5, [])]


def test_baseline_amended_to_before_the_episode_leaves_the_next_total(patient):
    treat(patient, 7)
    first = sit(patient, day(7), 20)
    sit(patient, day(14), 12)
    sit(patient, day(21), 4)
    amend_assessment(by=BY, id=first.pk, reason="Wrong day", date=day(6))
    assert told(patient)[0] == [(20, None, []), (12, None, []), (4, -8, ALL)]


def test_archived_baseline_leaves_the_next_total(patient):
    treat(patient, 7)
    first = sit(patient, day(7), 20)
    sit(patient, day(14), 12)
    sit(patient, day(21), 4)
    archive_assessment(by=BY, id=first.pk)
    assert told(patient)[0] == [(12, None, []), (4, -8, ALL)]


def test_incomplete_assessments_are_neither_baseline_nor_last(patient):
    treat(patient, 7)
    for after in (7, 35):
        start_assessment(
            by=BY, definition=PHQ9, patient=patient, user=patient.user, date=day(after), answers={"1": 3}, complete=True
        )
    sit(patient, day(14), 12)
    sit(patient, day(21), 4)
    assert told(patient)[0] == [(12, None, []), (4, -8, ALL)]


def many(patient, count):
    """Scored assessments on days after one another: 20 at first, then 4."""
    rows = [
        Assessment(
            patient=patient, user=patient.user, name=f"PHQ-9 {at}", type="mental_health", date=day(-at), questions=[],
            instrument="phq-9", instrument_version=PHQ9.version, score=20 if at == count - 1 else 4, sex="female",
            completed_at=datetime(2026, 1, 5, tzinfo=UTC),
        )
        for at in range(count)
    ]  # fmt: skip
    Assessment.objects.bulk_create(rows)


@pytest.mark.parametrize("treated", [True, False])
def test_baseline_older_than_what_is_shown_is_read_from_the_database(patient, treated):
    many(patient, MOST_READINGS + 2)
    if treated:
        treat(patient, -MOST_READINGS - 1)
    shown = told(patient)[0]
    assert (len(shown), shown[0], shown[-1]) == (MOST_READINGS, (4, -16, ALL), (4, -16, ALL))


def test_schedule_goes_by_the_baseline_of_the_episode(patient):
    set_schedule(by=BY, patient=patient, definition=PHQ9, every_days=14, then_every_days=90, starts_on=day(0))
    sit(patient, day(0), 20)
    sit(patient, day(28), 4)
    due = [Schedule.objects.get().next_due_on]
    episode = treat(patient, 14)
    due.append(Schedule.objects.get().next_due_on)
    end_episode(by=BY, id=episode.pk, version=1, ended_on=day(27), end_reason="declined")
    sit(patient, day(20), 15)
    due.append(Schedule.objects.get().next_due_on)
    assert due == [date(2026, 5, 2), day(42), day(42)]


def test_schedule_is_in_its_second_pace_from_remission_within_the_episode_to_its_last_total(patient):
    set_schedule(by=BY, patient=patient, definition=PHQ9, every_days=14, then_every_days=90, starts_on=day(0))
    treat(patient, 0, 28)
    due = []
    for after, total in ((0, 20), (28, 4), (56, 4)):
        sit(patient, day(after), total)
        due.append(Schedule.objects.get().next_due_on)
    assert due == [day(14), date(2026, 5, 2), day(70)]


statuses = st.sampled_from(["completed", "completed", "completed", "amended", "in_progress", "cancelled"])
rows = st.tuples(st.integers(0, 45), st.integers(0, 27), statuses, st.booleans(), st.sampled_from([True, True, False]))


def spans(bounds, is_open):
    """Disjoint spans of days from sorted bounds; the last one is open if it has no end, or is to be."""
    found = [tuple(bounds[at : at + 2]) for at in range(0, len(bounds), 2)]
    return [(span[0], None if len(span) == 1 or (is_open and span is found[-1]) else span[1]) for span in found]


def oracle(episodes, given_rows):
    """What the trend tells of each total that counts, and whether the last one is remission, by looking at each day."""
    counted = sorted((on, at, total) for at, (on, total, status, gone, scored) in enumerate(given_rows)
                     if status in ("completed", "amended") and scored and not gone)  # fmt: skip
    days_of = [set(range(start, 100 if end is None else end + 1)) for start, end in episodes] or [set(range(100))]
    said, remission = [], False
    for on, at, total in counted:
        remission = False
        here = [row for days in days_of if on in days for row in counted if row[0] in days]
        if not here or here[0][:2] == (on, at):
            said.append((total, None, []))
            continue
        first = here[0][2]
        case, fall = first > 9, first - total
        remission = case and total < 5
        recovered = ("Reliably recovered" if abs(fall) > 5 else "Recovered") if case and total < 10 else ""
        far = "" if abs(fall) < 6 or recovered else "Reliably better" if fall > 0 else "Reliably worse"
        words = ["Response" if case and total <= first / 2 else "", "Remission" if remission else "", recovered, far]
        said.append((total, -fall, [word for word in words if word]))
    return said, counted[-1][0] if counted else None, remission


@settings(max_examples=times(60), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.integers(0, 40), unique=True, max_size=6).map(sorted), st.booleans(), st.lists(rows, max_size=8))
def test_any_history_is_told_as_an_oracle_tells_it(scope, bounds, is_open, given_rows):
    patient = make_patient(gender="female", date_of_birth=date(1980, 1, 1))
    for start, end in spans(bounds, is_open):
        ended = {} if end is None else {"ended_on": day(end), "end_reason": "completed", "ended_by_id": "x"}
        Episode.objects.create(patient=patient, started_on=day(start), created_by_id="x", **ended)
    for at, (on, total, status, gone, scored) in enumerate(given_rows):
        moment = datetime(2026, 2, 1, 0, at, tzinfo=UTC)
        Assessment.objects.create(
            patient=patient, user=patient.user, name=f"PHQ-9 {at}", type="mental_health", date=day(on),
            instrument="phq-9", instrument_version=PHQ9.version, status=status, completed_at=moment, sex="female",
            score=total if scored else None, archived_at=moment if gone else None,
        )  # fmt: skip
    Schedule.objects.create(
        patient=patient, instrument="phq-9", every_days=14, then_every_days=28, every_unit="weeks",
        then_unit="weeks", starts_on=day(0), next_due_on=day(0),
    )  # fmt: skip
    keep_latest_results(patient.pk, by=BY)
    expected, last, remission = oracle(spans(bounds, is_open), given_rows)
    found = told(patient)[0] if expected else []
    due = (Schedule.objects.get(patient=patient).next_due_on - START).days
    assert (found, due) == (expected, 0 if last is None else last + (28 if remission else 14))


def test_period_holds_its_days_and_what_was_scored_on_them(patient):
    for after in range(4):
        sit(patient, day(after), after)
    period = Period(day(1), day(2))
    assert [period.holds(day(after)) for after in range(4)] == [False, True, True, False]
    assert [row.score for row in scored_in(patient.pk, period)] == [1, 2]
