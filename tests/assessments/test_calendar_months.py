"""Months and years between two assessments are those of the calendar, and so they are for what was scheduled before."""

from datetime import date, timedelta
from importlib import import_module

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from clinic.assessments.models import Schedule
from clinic.assessments.models.schedules import Last, next_due
from clinic.instruments.files.toml import shipped
from clinic.patients.models import Patient
from clinic.tenancy.scope import clinic_scope
from tests.world import make_patient

PHQ9 = shipped()["phq-9", "1"]
MIGRATION = import_module("clinic.assessments.migrations.0008_calendar_months")
DAYS = {"days": 1, "weeks": 7, "months": 30, "years": 365}


def due_after(day: date, count: int, unit: str) -> date:
    schedule = Schedule(instrument="phq-9", every_days=count * DAYS[unit], every_unit=unit, starts_on=day)
    return next_due(schedule, Last(day, 20), PHQ9.change)


def counted_on(day: date, count: int, unit: str) -> date:
    """The oracle: walk day by day, and count the firsts of a month that are passed."""
    if unit in ("days", "weeks"):
        return date.fromordinal(day.toordinal() + count * DAYS[unit])
    left, reached = count * (12 if unit == "years" else 1), day
    while left:
        reached += timedelta(days=1)
        left -= reached.day == 1
    month = reached.month
    while reached.day < day.day and (reached + timedelta(days=1)).month == month:
        reached += timedelta(days=1)
    return reached


@pytest.mark.parametrize(
    ("day", "count", "unit", "expected"),
    [
        ("2026-11-27", 3, "months", "2027-02-27"),
        ("2026-11-27", 6, "months", "2027-05-27"),
        ("2026-11-27", 12, "months", "2027-11-27"),
        ("2026-01-31", 1, "months", "2026-02-28"),
        ("2028-01-31", 1, "months", "2028-02-29"),
        ("2026-11-30", 3, "months", "2027-02-28"),
        ("2026-12-31", 2, "months", "2027-02-28"),
        ("2026-03-31", 1, "months", "2026-04-30"),
        ("2028-02-29", 1, "years", "2029-02-28"),
        ("2028-02-29", 4, "years", "2032-02-29"),
        ("2026-01-31", 2, "weeks", "2026-02-14"),
        ("2026-01-31", 30, "weeks", "2026-08-29"),
        ("2026-01-31", 30, "days", "2026-03-02"),
    ],
)
def test_next_assessment_is_due_by_the_calendar(day, count, unit, expected):
    assert due_after(date.fromisoformat(day), count, unit) == date.fromisoformat(expected)


@given(
    st.dates(date(1900, 1, 1), date(2100, 12, 31))
    | st.dates(date(1990, 1, 1), date(2040, 1, 1)).map(lambda day: day.replace(day=1) - timedelta(days=1)),
    st.sampled_from([(1, 120, "months"), (1, 10, "years"), (1, 520, "weeks"), (1, 3660, "days")]),
    st.data(),
)  # fmt: skip
def test_next_assessment_is_the_same_day_of_a_later_month_or_its_last(day, span, data):
    least, most, unit = span
    count = data.draw(st.integers(least, most))
    assert due_after(day, count, unit) == counted_on(day, count, unit)


@pytest.mark.parametrize(
    ("days", "unit", "words"),
    [
        (1, "", "day"), (14, "", "2 weeks"), (90, "", "3 months"), (365, "", "year"), (10, "", "10 days"),
        (210, "weeks", "30 weeks"), (210, "", "7 months"), (90, "days", "90 days"), (730, "years", "2 years"),
        (14, "months", "2 weeks"),
    ],
)  # fmt: skip
def test_pace_is_in_the_words_of_its_unit(days, unit, words):
    assert str(Schedule(every_days=days, every_unit=unit).every) == words


@pytest.mark.parametrize("unit", DAYS)
def test_schedule_keeps_the_unit_that_was_typed(unit, riverside, sign_in):
    with clinic_scope(riverside.clinic):
        patient = make_patient(date_of_birth=date(1980, 1, 1))
    form = {"instrument": "phq-9", "every": "2", "every_unit": "weeks", "then": "10", "then_unit": unit}
    client = sign_in(riverside.clinician)
    assert client.post(f"/patients/{patient.pk}/plans/", form).status_code == 302
    words = f"every 2 weeks until remission, then every 10 {unit}"
    assert words in client.get(f"/patients/{patient.pk}/course/").content.decode()


def upgraded(patient, **fields) -> Schedule:
    """A schedule as the release before wrote it, after the upgrade."""
    row = {"patient": patient, "instrument": "phq-9", "starts_on": "2026-01-01", **fields}
    schedule = Schedule.objects.create(**row)
    with connection.cursor() as cursor:
        cursor.execute(MIGRATION.DUE)
        cursor.execute(MIGRATION.PATIENTS)
    schedule.refresh_from_db()
    return schedule


@pytest.mark.parametrize(
    ("every", "then", "done", "due", "expected"),
    [
        (90, None, "2026-11-27", "2027-02-25", "2027-02-27"),
        (360, None, "2026-11-27", "2027-11-22", "2027-11-27"),
        (365, None, "2027-03-01", "2028-02-29", "2028-03-01"),
        (14, 30, "2026-01-31", "2026-03-02", "2026-02-28"),
        (14, 90, "2026-11-27", "2026-12-11", "2026-12-11"),
        (10, None, "2026-11-27", "2026-12-07", "2026-12-07"),
        (90, None, None, "2026-01-01", "2026-01-01"),
        (90, None, "2025-10-03", "2026-01-01", "2026-01-01"),
    ],
)
def test_upgrade_counts_what_was_shown_as_months_by_the_calendar(every, then, done, due, expected, riverside):
    with clinic_scope(riverside.clinic):
        patient = make_patient()
        schedule = upgraded(patient, every_days=every, then_every_days=then, last_done_on=done, next_due_on=due)
        kept = Patient.objects.get(pk=patient.pk).next_due_on
    assert (schedule.next_due_on, kept) == (date.fromisoformat(expected),) * 2


def test_upgrade_leaves_a_schedule_that_has_ended(riverside):
    dates = {"last_done_on": "2026-11-27", "next_due_on": "2027-02-25", "ended_on": "2026-12-01"}
    with clinic_scope(riverside.clinic):
        schedule = upgraded(make_patient(), every_days=90, **dates)
    assert schedule.next_due_on == date(2027, 2, 25)


def test_upgrade_comes_to_the_date_that_the_next_assessment_would(riverside):
    ends = [date(2026, 1, 31), date(2026, 11, 30), date(2027, 11, 29), date(2027, 12, 31), date(2028, 2, 29)]
    with clinic_scope(riverside.clinic):
        patient = make_patient()
        rows = [
            Schedule(
                patient=patient,
                instrument=f"made-{done}-{days}",
                every_days=days,
                starts_on=ends[0],
                last_done_on=done,
                next_due_on=done + timedelta(days=days),
            )
            for done in ends
            for days in (*range(1, 120), *range(120, 3661, 30), *range(365, 3651, 365))
        ]
        Schedule.objects.bulk_create({row.instrument: row for row in rows}.values())
        with connection.cursor() as cursor:
            cursor.execute(MIGRATION.DUE)
        wrong = [
            str(row.instrument)
            for row in Schedule.objects.all()
            if row.next_due_on != next_due(row, Last(row.last_done_on, 20), PHQ9.change)
        ]
    assert wrong == []
