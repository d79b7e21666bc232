"""What today decides about patients, in three zones and at the edges of a day."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError

from clinic.audit.actions import record
from clinic.audit.queries import changed_by
from clinic.lists.page.columns import DateColumn
from clinic.patients import actions
from clinic.patients.dates import check_birth_date, parse_birth_date
from clinic.patients.filters import PatientFilter
from clinic.patients.models import Patient
from clinic.patients.search.dates import birth_ranges
from clinic.patients.tables import AgeColumn, DueColumn, PatientTable
from clinic.tenancy.scope import clinic_scope
from tests.clock import in_one_zone
from tests.world import Writer, make_patient


@pytest.fixture
def scope(riverside):
    with clinic_scope(riverside.clinic):
        yield


def years_ago(day: date, years: int) -> date:
    return day.replace(year=day.year - years)


def found(**filters: str) -> set[Patient]:
    return set(PatientFilter(filters, queryset=Patient.objects.all()).qs)


def cells(column: type[DateColumn] | type[AgeColumn], accessor: str, patients: list[Patient]) -> list[str]:
    made = column(accessor=accessor)
    return made.cells(patients)


@pytest.mark.clock("clinic/patients/dates.py:check_birth_date")
def test_nobody_is_born_tomorrow(clock, scope):
    assert check_birth_date(clock.today) == clock.today
    with pytest.raises(ValidationError, match="in the future"):
        check_birth_date(clock.day(1))


@pytest.mark.clock("clinic/patients/dates.py:check_birth_date")
def test_birth_130_years_back_is_the_longest_ago(clock, scope):
    year = clock.today.year - 130
    assert parse_birth_date(str(year))[0] == date(year, 1, 1)
    assert check_birth_date(date(year, 1, 1)) == date(year, 1, 1)
    for text in (str(year - 1), f"31 December {year - 1}"):
        with pytest.raises(ValidationError, match="more than 130 years back"):
            parse_birth_date(text)


@pytest.mark.clock("clinic/patients/models/patient.py:Patient.age", "clinic/patients/tables.py:AgeColumn.cells")
def test_age_changes_on_the_birthday(clock, scope):
    born = [clock.today, years_ago(clock.today, 18), years_ago(clock.day(1), 18)]
    patients = [Patient(date_of_birth=day) for day in born]
    assert [patient.age for patient in patients] == [0, 18, 17]
    assert cells(AgeColumn, "age", patients) == ["0", "18", "17"]


@pytest.mark.clock("clinic/patients/filters.py:PatientFilter.in_age_band")
def test_age_band_changes_on_the_birthday(clock, scope):
    first = make_patient(date_of_birth=years_ago(clock.today, 18))
    last = make_patient(date_of_birth=years_ago(clock.day(1), 40))
    younger = make_patient(date_of_birth=years_ago(clock.day(1), 18))
    older = make_patient(date_of_birth=years_ago(clock.today, 40))
    assert found(age="18-39") == {first, last}
    assert (found(age="12-17"), found(age="40-64")) == ({younger}, {older})


@pytest.mark.clock("clinic/patients/filters.py:PatientFilter.by_due")
def test_due_is_from_today_on_and_overdue_before(clock, scope):
    late, now, last, later = (make_patient(next_due_on=clock.day(days)) for days in (-1, 0, 7, 8))
    make_patient(next_due_on=None)
    assert (found(due="overdue"), found(due="soon")) == ({late}, {now, last})
    assert later in found()


@pytest.mark.clock("clinic/patients/tables.py:DueColumn.cells")
def test_cell_says_overdue_from_the_day_after(clock, scope):
    patients = [Patient(next_due_on=clock.day(days)) for days in (-1, 0, 1)] + [Patient()]
    late, now, soon, never = cells(DueColumn, "next_due_on", patients)
    assert ["overdue" in cell for cell in (late, now, soon)] == [True, False, False]
    assert ['title="1 day ago"' in late, 'title="today"' in now, 'title="in 1 day"' in soon, never] == [True] * 3 + [""]


@pytest.mark.clock(
    "clinic/lists/page/columns.py:DateColumn.cells", "clinic/patients/models/patient.py:Patient.created_on"
)
def test_registered_today_is_the_clinics_today(clock, scope):
    patient = make_patient()
    assert (patient.created_on, patient.created_at) == (clock.today, clock.moment)
    shown = PatientTable.base_columns["created_at"].cells([patient])
    assert shown == [f'<span title="today">{clock.today:%-d %b %Y}</span>']


@pytest.mark.clock("clinic/patients/search/dates.py:_spellings")
def test_two_figures_of_a_year_are_of_this_century_until_this_year(clock, scope):
    this, next = clock.today.year % 100, clock.today.year % 100 + 1
    assert [first.year for first, _ in birth_ranges(f"1/2/{this}")] == [2000 + this, 1900 + this]
    assert [first.year for first, _ in birth_ranges(f"1/2/{next}")] == [1900 + next]


@in_one_zone
@pytest.mark.clock(
    "clinic/patients/actions.py:_set_archived", "clinic/patients/actions.py:set_many_archived"
)  # fmt: skip
def test_archiving_is_of_the_moment(clock, scope):
    one, other = make_patient(), make_patient()
    clock.move(hours=1)
    actions.archive_patient(by=Writer(), id=one.pk)
    actions.set_many_archived(by=Writer(), versions={other.pk: None}, archived=True)
    rows = Patient.objects.filter(pk__in=[one.pk, other.pk])
    assert list(rows.values_list("archived_at", "updated_at")) == [(clock.moment, clock.moment)] * 2


@in_one_zone
@pytest.mark.clock("clinic/audit/queries.py:changed_by")
@pytest.mark.parametrize(("seconds", "said"), [(0, "just now"), (59.999, "just now"), (60, "1\xa0minute ago")])
def test_change_is_just_now_for_a_minute(clock, scope, seconds, said):
    patient = make_patient()
    record("patient.updated", patient, by=Writer())
    clock.move(seconds=seconds)
    assert changed_by(patient.pk) == f"Changed by Test, {said}"


def test_page_of_a_patient_says_the_clinics_days(clock, riverside, sign_in):
    with clinic_scope(riverside.clinic):
        patient = make_patient(date_of_birth=years_ago(clock.today, 40))
    client = sign_in(riverside.clinician)
    client.post(f"/patients/{patient.pk}/archive/")
    page = client.get(f"/patients/{patient.pk}/details/").content.decode()
    said = f"Registered {clock.local:%-d %b %Y}, last changed {clock.local:%-d %b %Y, %H:%M}"
    assert (said in page, f"archived on {clock.local:%-d %b %Y}" in page) == (True, True)


def test_form_refuses_a_birth_tomorrow(clock, riverside, sign_in):
    client = sign_in(riverside.clinician)
    echoes = [
        client.post("/patients/birth-date/", {"date_of_birth": f"{day:%-d %B %Y}"}).content.decode()
        for day in (clock.today, clock.day(1))
    ]
    assert echoes == [f"{clock.today:%-d %B %Y}, 0 years", "This date of birth is in the future."]
