"""A day and a month without a year is a birthday, in the search as on the page: "31/12", "31.12.", "31 Dec"."""

from calendar import isleap
from datetime import date

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clinic.patients.filters import PatientFilter
from clinic.patients.models import Patient
from clinic.patients.search.dates import EARLIEST, Birthday, birth_ranges, birthday_of
from clinic.patients.suggestions import details_in
from clinic.patients.tables import PatientTable
from clinic.tenancy.scope import clinic_scope
from tests.filled import searched
from tests.lists.test_plans import listing
from tests.sizes import times
from tests.world import make_patient

ENGLISH = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
SPELLINGS = [
    lambda day, month: f"{day}/{month}", lambda day, month: f"{day:02}/{month:02}",
    lambda day, month: f"{day}.{month}.",
    lambda day, month: f"{day}. {month}.", lambda day, month: f"{day}-{month:02}", lambda day, month: f"{day}/{month}/",
    lambda day, month: f"{day} {ENGLISH[month - 1]}", lambda day, month: f"{ENGLISH[month - 1][:3]} {day}",
    lambda day, month: f"{day}th of {ENGLISH[month - 1].upper()}",
    lambda day, month: f"{day}-{ENGLISH[month - 1][:3]}.",
]  # fmt: skip
DAYS = st.dates(date(2000, 1, 1), date(2000, 12, 31)) | st.sampled_from([date(2000, 1, 1), date(2000, 2, 29)])
BORN = st.tuples(
    st.dates(date(EARLIEST, 1, 1), date(2026, 11, 1)), st.booleans(), st.sampled_from(["Bell", "Marsh"]),
    st.sampled_from(["exact", "exact", "estimated", "month", "year"]),
)  # fmt: skip


@pytest.fixture
def scope(riverside):
    with clinic_scope(riverside.clinic):
        yield


def reasons(text: str) -> list[tuple[str, str]]:
    found = searched(text).first(25)
    return list(zip((record.full_name for record in found.records), found.reasons, strict=True))


def same_day(born: date, day: date) -> date:
    """The birthday of `day` in the year of `born`, as far as that year has it."""
    leap = (day.month, day.day) == (2, 29) and not isleap(born.year)
    return born if leap else born.replace(month=day.month, day=day.day)


@settings(max_examples=times(60), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    day=DAYS, spelling=st.sampled_from(SPELLINGS), rows=st.lists(BORN, max_size=8), beside=st.sampled_from(["", "bell"])
)
def test_everybody_born_on_the_day_is_found_and_nobody_else(scope, day, spelling, rows, beside):
    with transaction.atomic():
        for number, (born, hit, family, precision) in enumerate(rows):
            make_patient(
                full_name=f"Ana {family}{number}", family_name=f"{family}{number}", phone_number="",
                date_of_birth=same_day(born, day) if hit else born, date_of_birth_precision=precision,
                record_number=f"Q{'x' * number}",
            )  # fmt: skip
        text = f"{beside} {spelling(day.day, day.month)}".strip()
        right = {
            each.pk
            for each in Patient.objects.all()
            if (each.date_of_birth.month, each.date_of_birth.day) == (day.month, day.day)
            and each.date_of_birth_precision in ("exact", "estimated")
            and (not beside or "Bell" in each.full_name)
        }
        read = searched(text).first(25)
        by_name = listing(Patient.objects.all(), PatientTable, PatientFilter, f"q={text}", "name", "name").first(25)
        why = [f"born {day.day} {ENGLISH[day.month - 1]}"] * len(right)
        assert ({each.pk for each in read.records}, read.reasons) == (right, why)
        assert {each.pk for each in by_name.records} == right
        transaction.set_rollback(True)


@pytest.mark.parametrize(
    ("text", "day"),
    [("31/12", (12, 31)), ("12/31", (12, 31)), ("31.12.", (12, 31)), ("31-12", (12, 31)), ("31 Dec", (12, 31)),
     ("31\u201112", (12, 31)), ("Dec 31", (12, 31)), ("31. Dezember", (12, 31)), ("31 de diciembre", (12, 31)),
     ("3/4", (4, 3)), ("4/13", (4, 13)), ("29/2", (2, 29)), ("1st May", (5, 1)), ("about 5/6", (6, 5)),
     ("12/03", (3, 12)),
     ("3/61", None), ("3/1961", None), ("30/2", None), ("13/13", None), ("31 12", None), ("3112", None),
     ("31/12/1961", None),
     ("31/", None), ("Dec", None), ("31", None), ("Ana 31", None), ("12 mar 61", None)],
)  # fmt: skip
def test_birthday_is_day_before_month_or_else_the_reverse(scope, text, day):
    assert birthday_of(text) == (Birthday(*day) if day else None)


@pytest.mark.parametrize("text", ["31/12", "31.12.", "31-12"])
def test_birthday_is_no_telephone_number_and_no_short_record_number(scope, text):
    make_patient(full_name="Ana Bell", phone_number="+447700903112", record_number="P-003112")
    make_patient(full_name="Bo Marsh", date_of_birth=date(1961, 12, 31), phone_number="", record_number="Q")
    assert reasons(text) == [("Bo Marsh", "born 31 December")]


def test_figures_with_a_space_between_them_stay_a_telephone_number(scope):
    make_patient(full_name="Ana Bell", phone_number="+447700903112", record_number="Q")
    assert reasons("31 12") == [("Ana Bell", "phone")]


def test_record_number_that_is_written_so_is_found_behind_the_birthdays(scope):
    make_patient(full_name="Ana Bell", phone_number="", record_number="31/12-A")
    make_patient(full_name="Bo Marsh", date_of_birth=date(1961, 12, 31), phone_number="", record_number="Q")
    assert reasons("31/12") == [("Bo Marsh", "born 31 December"), ("Ana Bell", "record number")]


@pytest.mark.parametrize("text", ["garcia 31/12", "12/31 Garcia", "garcia, 31 dec", "31.12. ana garcia"])
def test_name_and_birthday_are_understood_together_and_said(scope, text):
    make_patient(full_name="Ana Garcia", family_name="Garcia", date_of_birth=date(1961, 12, 31))
    make_patient(full_name="Ana Garcia Two", family_name="Garcia", date_of_birth=date(1961, 12, 30))
    make_patient(full_name="Bo Marsh", family_name="Marsh", date_of_birth=date(1961, 12, 31))
    assert reasons(text) == [("Ana Garcia", "born 31 December")]


def test_page_says_how_a_birthday_was_understood(riverside, sign_in):
    with clinic_scope(riverside.clinic):
        make_patient(full_name="Ana Bell", date_of_birth=date(1961, 4, 3))
    page = sign_in(riverside.clinician).get("/patients/?q=3/4").content.decode()
    assert page.count('<span class="why">born 3 April</span>') == 1


def test_nobody_is_registered_with_a_birthday_as_telephone_number(scope):
    assert details_in("31/12") == {}
    assert details_in("ana garcia 31/12") == {"full_name": "Ana Garcia"}


@pytest.mark.clock("clinic/patients/search/dates.py:Birthday.dates")
def test_birthdays_end_with_the_year_that_it_is(clock, scope):
    assert [day.year for day in Birthday(1, 1).dates()] == list(range(EARLIEST, clock.today.year + 1))
    assert {day.year % 4 for day in Birthday(2, 29).dates()} == {0}


def test_short_numbers_that_are_no_day_are_a_month_and_a_year(scope):
    assert birth_ranges("3/61") == [(date(1961, 3, 1), date(1961, 3, 31))]
    assert birth_ranges("12/03") == []
