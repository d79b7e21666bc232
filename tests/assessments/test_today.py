"""What today decides about assessments and schedules, in three zones and at the edges of a day."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError

from clinic.assessments.alerts.actions import acknowledge_alert
from clinic.assessments.episodes.forms import EpisodeEndForm, EpisodeStartForm
from clinic.assessments.filters import DueFilter
from clinic.assessments.models import Alert, Assessment, Schedule
from clinic.assessments.pages.forms import new_initial
from clinic.assessments.questionnaire.actions import start_assessment
from clinic.assessments.record import actions
from clinic.assessments.record.dates import check_assessment_date
from clinic.assessments.schedules import actions as schedule_actions
from clinic.assessments.tables import AlertTable, DueTable
from clinic.instruments.catalogue import offered_to
from clinic.instruments.files.toml import shipped
from clinic.tenancy.scope import clinic_scope
from tests.clock import in_one_zone
from tests.world import Writer, make_assessment, make_patient

PHQ9, NEWS2 = shipped()["phq-9", "1"], shipped()["news2", "2"]
BY = Writer()


@pytest.fixture
def scope(riverside):
    with clinic_scope(riverside.clinic):
        yield


@pytest.fixture
def schedules(scope, clock) -> dict[int, Schedule]:
    """Schedules by how many days ahead they are due."""
    return {
        days: schedule_actions.set_schedule(
            by=BY, patient=make_patient(), definition=PHQ9, every_days=14, starts_on=clock.day(days)
        )
        for days in (-1, 0, 1, 7, 8)
    }


def sixteen(day: date) -> date:
    """The date of birth of who is 16 on that day, the age from which NEWS2 is used."""
    return day.replace(year=day.year - NEWS2.youngest)


def sit(patient, day: date, **fields) -> Assessment:
    made = start_assessment(by=BY, definition=PHQ9, patient=patient, user=patient.user, date=day, **fields)
    return made.assessment


@pytest.mark.clock("clinic/assessments/record/dates.py:check_assessment_date")
def test_assessment_is_made_from_1900_until_today(clock, scope):
    days = [date(1900, 1, 1), clock.today]
    assert [check_assessment_date(day) for day in days] == days
    for day in (date(1899, 12, 31), clock.day(1)):
        with pytest.raises(ValidationError, match="between 1900 and today"):
            check_assessment_date(day)


@pytest.mark.clock("clinic/assessments/models/schedules.py:Schedule.is_overdue")
def test_schedule_is_overdue_from_the_day_after(clock, schedules):
    assert [days for days, schedule in schedules.items() if schedule.is_overdue] == [-1]


@pytest.mark.clock(
    "clinic/assessments/filters.py:DueFilter.by_when", "clinic/assessments/filters.py:DueFilter.filter_queryset"
)
def test_due_is_counted_from_today(clock, schedules):
    def found(**when: str) -> list[int]:
        days = {schedule.pk: days for days, schedule in schedules.items()}
        return [days[schedule.pk] for schedule in DueFilter(when, queryset=Schedule.objects.order_by("next_due_on")).qs]

    assert (found(), found(when="overdue")) == ([-1, 0], [-1])
    assert (found(when="week"), found(when="all")) == ([-1, 0, 1, 7], [-1, 0, 1, 7, 8])


@pytest.mark.clock("clinic/assessments/tables.py:DueDateColumn.cells")
def test_cell_of_a_schedule_says_by_how_many_days(clock, scope):
    rows = [Schedule(next_due_on=clock.day(days)) for days in (-2, -1, 0, 1)]
    column = DueTable.base_columns["due"]
    column.accessor = "next_due_on"
    cells = column.cells(rows)
    assert [cell.partition("</span>")[2] for cell in cells] == [
        ' <span class="late">2 days overdue</span>',
        ' <span class="late">1 day overdue</span>',
        "",
        "",
    ]
    assert ['title="today"' in cell for cell in cells] == [False, False, True, False]


@pytest.mark.clock(
    "clinic/assessments/schedules/actions.py:set_schedule", "clinic/assessments/schedules/actions.py:end_schedule"
)
def test_schedule_begins_and_ends_today(clock, scope):
    schedule = schedule_actions.set_schedule(by=BY, patient=make_patient(), definition=PHQ9, every_days=14)
    assert (schedule.starts_on, schedule.next_due_on) == (clock.today, clock.today)
    assert schedule_actions.end_schedule(by=BY, id=schedule.pk).ended_on == clock.today


@pytest.mark.clock(
    "clinic/assessments/episodes/forms.py:EpisodeStartForm.__init__",
    "clinic/assessments/episodes/forms.py:EpisodeEndForm.__init__",
)
def test_episode_is_proposed_to_start_and_end_today(clock, scope):
    days = [EpisodeStartForm().initial["started_on"], EpisodeEndForm().initial["ended_on"]]
    assert days == [clock.today, clock.today]


@pytest.mark.clock("clinic/patients/models/patient.py:Patient.age")
def test_instrument_is_offered_from_the_birthday_on(clock, scope):
    patients = [make_patient(date_of_birth=sixteen(clock.day(days))) for days in (-1, 0, 1)]
    offered = [offered_to(sex=patient.gender, age=patient.age, country="") for patient in patients]
    assert [NEWS2 in [offer.definition for offer in found] for found in offered] == [True, True, False]


@pytest.mark.clock(
    "clinic/assessments/pages/questionnaire_views.py:questionnaire_new",
    "clinic/assessments/pages/questionnaire_page.py:questionnaire_page",
)
def test_form_opens_from_the_birthday_on_and_is_dated_today(clock, riverside, sign_in):
    with clinic_scope(riverside.clinic):
        old_enough, too_young = (make_patient(date_of_birth=sixteen(clock.day(days))) for days in (0, 1))
    client = sign_in(riverside.clinician)
    page = client.get(f"/assessments/new/?patient={old_enough.pk}&instrument=news2")
    refused = client.get(f"/assessments/new/?patient={too_young.pk}&instrument=news2")
    assert (page.status_code, refused.status_code) == (200, 409)
    assert f'value="{clock.today:%-d %B %Y}"' in page.content.decode()


@pytest.mark.clock("clinic/assessments/pages/questionnaire_views.py:_fragment")
def test_form_says_when_it_was_saved_by_the_clinics_clock(clock, riverside, sign_in):
    with clinic_scope(riverside.clinic):
        assessment = sit(make_patient(), clock.today)
    form = {"answer-1": "1", "date": f"{clock.today:%-d %B %Y}", "version": "1"}
    saved = sign_in(riverside.clinician).post(f"/assessments/{assessment.pk}/answers/", form)
    assert (saved.status_code, f"Saved {clock.local:%H:%M:%S}" in saved.content.decode()) == (200, True)


@pytest.mark.clock("clinic/assessments/pages/forms.py:new_initial")
def test_form_is_dated_today(clock, scope):
    assert new_initial(None)["date"] == f"{clock.today:%-d %B %Y}"


@pytest.mark.clock("clinic/assessments/trend/views.py:worklist_counts")
def test_menu_counts_what_is_due_today_or_before(clock, riverside, sign_in):
    with clinic_scope(riverside.clinic):
        for days in (-1, 0, 1):
            schedule_actions.set_schedule(
                by=BY, patient=make_patient(), definition=PHQ9, every_days=14, starts_on=clock.day(days)
            )  # fmt: skip
    answer = sign_in(riverside.clinician).get("/worklists/counts/")
    assert (answer.status_code, answer.context["counts"]) == (200, {"alerts": 0, "due": 2, "reviews": 0})


@pytest.mark.clock(
    "clinic/assessments/models/alerts.py:Alert.raised_on", "clinic/assessments/alerts/actions.py:acknowledge_alerts"
)
def test_alert_is_raised_and_acknowledged_by_the_clinics_clock(clock, riverside, sign_in):
    with clinic_scope(riverside.clinic):
        assessment = sit(make_patient(), clock.today, answers={"9": 1})
        alert = Alert.objects.get()
        assert alert.raised_on == clock.today
        assert 'title="today"' in AlertTable.base_columns["raised"].cells([alert])[0]
        clock.move(minutes=2)
        assert acknowledge_alert(by=BY, id=alert.pk, note="Seen").acknowledged_at == clock.moment
    page = sign_in(riverside.clinician).get(f"/assessments/{assessment.pk}/").content.decode()
    assert f"Acknowledged {clock.local:%-d %b %Y, %H:%M} by Test" in page


@in_one_zone
@pytest.mark.clock(
    "clinic/assessments/questionnaire/actions.py:_answer", "clinic/assessments/record/actions.py:_set_archived"
)
def test_completing_and_archiving_are_of_the_moment(clock, scope):
    patient = make_patient()
    assessment = sit(patient, clock.today, answers={"1": 1})
    clock.move(hours=1)
    completed = sit(patient, clock.today, answers={"1": 1}, complete=True)
    actions.archive_assessment(by=BY, id=assessment.pk)
    assessment.refresh_from_db()
    assert (completed.completed_at, assessment.archived_at, assessment.completed_at) == (
        clock.moment,
        clock.moment,
        None,
    )


def test_page_of_an_archived_assessment_says_the_clinics_day(clock, riverside, sign_in):
    with clinic_scope(riverside.clinic):
        made = make_assessment(make_patient())
        actions.archive_assessment(by=BY, id=made.pk)
    page = sign_in(riverside.clinician).get(f"/assessments/{made.pk}/").content.decode()
    assert f"archived on {clock.local:%-d %b %Y} and is left out" in page
