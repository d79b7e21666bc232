"""When somebody is to be assessed again, what their row keeps, and the worklist of what is due."""

import re
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic.assessments.alerts.actions import acknowledge_alert
from clinic.assessments.models import Alert, Schedule
from clinic.assessments.models.schedules import Last, next_due
from clinic.assessments.questionnaire.actions import amend_assessment, start_assessment
from clinic.assessments.record.actions import archive_assessment, restore_assessment
from clinic.assessments.schedules.actions import end_schedule, set_schedule
from clinic.instruments.change import Change
from clinic.instruments.files.toml import newest, shipped
from clinic.patients.models import Patient
from clinic.tenancy.scope import clinic_scope
from tests.world import Writer, ahead, make_patient

PHQ9, GAD7 = newest(shipped())["phq-9"], newest(shipped())["gad-7"]
START = date(2026, 1, 5)
BY = Writer()


@pytest.fixture
def scope(riverside):
    with clinic_scope(riverside.clinic):
        yield


@pytest.fixture
def patient(scope):
    return make_patient(gender="female", date_of_birth=date(1980, 1, 1))


def sit(patient, day, points, definition=PHQ9):
    answers = {item.code: points for item in definition.items if item.scored}
    return start_assessment(
        by=BY,
        definition=definition,
        patient=patient,
        user=patient.user,
        date=day,
        answers=answers,
        complete=True,
    ).assessment


def row(patient) -> Patient:
    return Patient.objects.get(pk=patient.pk)


def schedule(**fields) -> Schedule:
    return Schedule(**{"instrument": "phq-9", "every_days": 14, "then_every_days": 90, "starts_on": START, **fields})


@pytest.mark.parametrize(
    ("last", "expected"),
    [
        (None, START),
        (Last(START - timedelta(days=1), 20), START + timedelta(days=13)),
        (Last(START - timedelta(days=13), 20), START + timedelta(days=1)),
        (Last(START - timedelta(days=14), 20), START),
        (Last(START - timedelta(days=15), 20), START),
        (Last(START - timedelta(days=5), 4, 20), date(2026, 3, 31)),
        (Last(START, 20), START + timedelta(days=14)),
        (Last(START, 5, 20), START + timedelta(days=14)),
        (Last(START, 4, 20), date(2026, 4, 5)),
        (Last(START, 4, 10), date(2026, 4, 5)),
        (Last(START, 4, 9), START + timedelta(days=14)),
        (Last(START, 2, 2), START + timedelta(days=14)),
        (Last(START, None), START + timedelta(days=14)),
    ],
)
def test_next_assessment_follows_from_the_last(last, expected):
    assert next_due(schedule(), last, PHQ9.change) == expected


def test_pace_never_changes_where_no_remission_is_published():
    assert next_due(schedule(), Last(START, 0, 20), Change(case_from=10)) == START + timedelta(days=14)


@given(st.integers(1, 3660), st.none() | st.integers(1, 3660), st.integers(0, 27), st.integers(0, 5000))
def test_next_assessment_is_never_before_the_last(every, then, total, days):
    made = schedule(every_days=every, then_every_days=then)
    last = Last(START + timedelta(days=days), total, 20)
    assert next_due(made, last, PHQ9.change) > last.day


def test_row_keeps_the_last_score_its_band_and_its_change(patient):
    sit(patient, START, 2)
    sit(patient, START + timedelta(days=14), 1)
    kept = row(patient)
    assert (kept.last_instrument, kept.last_score, kept.last_band, kept.last_severity) == ("phq-9", 9, "Mild", 1)
    assert (kept.last_change, kept.last_assessed_on) == (-9, START + timedelta(days=14))
    assert kept.recent_scores == [0.667, 0.333]


def test_assessment_that_is_entered_late_does_not_become_the_last(patient):
    sit(patient, START + timedelta(days=14), 1)
    sit(patient, START, 3)
    assert (row(patient).last_score, row(patient).last_change) == (9, -18)


def test_amending_archiving_and_restoring_are_followed(patient):
    assessment = sit(patient, START, 2)
    amend_assessment(by=BY, id=assessment.pk, reason="Misread", answers={"1": 0})
    assert row(patient).last_score == 16
    archive_assessment(by=BY, id=assessment.pk)
    assert (row(patient).last_score, row(patient).last_band) == (None, "")
    restore_assessment(by=BY, id=assessment.pk)
    assert row(patient).last_score == 16


def test_draft_changes_nothing_but_an_alert_counts(patient):
    start_assessment(by=BY, definition=PHQ9, patient=patient, user=patient.user, date=START, answers={"9": 1})
    kept = row(patient)
    assert (kept.last_score, kept.open_alerts) == (None, 1)
    acknowledge_alert(by=BY, id=Alert.objects.get().pk, note="Seen")
    assert row(patient).open_alerts == 0


def test_version_that_forms_check_stays(patient):
    sit(patient, START, 2)
    assert row(patient).version == patient.version


def test_row_keeps_the_earliest_of_all_schedules(patient):
    set_schedule(by=BY, patient=patient, definition=PHQ9, every_days=14, starts_on=ahead(3))
    set_schedule(by=BY, patient=patient, definition=GAD7, every_days=30, starts_on=ahead(1))
    assert row(patient).next_due_on == ahead(1)
    end_schedule(by=BY, id=Schedule.objects.get(instrument="gad-7").pk)
    assert row(patient).next_due_on == ahead(3)


def test_completing_moves_the_schedule_on(patient):
    set_schedule(by=BY, patient=patient, definition=PHQ9, every_days=14, then_every_days=90)
    sit(patient, ahead(0), 2)
    assert Schedule.objects.get().next_due_on == ahead(14)
    sit(patient, ahead(0), 0)
    later = Schedule.objects.get().then_every.after(ahead(0))
    assert (Schedule.objects.get().next_due_on, row(patient).next_due_on) == (later, later)


def test_archived_assessment_was_not_one_of_the_schedule(patient):
    set_schedule(by=BY, patient=patient, definition=PHQ9, every_days=14)
    assessment = sit(patient, ahead(0), 1)
    archive_assessment(by=BY, id=assessment.pk)
    kept = Schedule.objects.get()
    assert (kept.last_done_on, kept.next_due_on, row(patient).next_due_on) == (None, ahead(0), ahead(0))
    restore_assessment(by=BY, id=assessment.pk)
    kept = Schedule.objects.get()
    assert (kept.last_done_on, kept.next_due_on, row(patient).next_due_on) == (ahead(0), ahead(14), ahead(14))


def test_schedule_for_the_same_instrument_takes_the_place_of_the_old_one(patient):
    set_schedule(by=BY, patient=patient, definition=PHQ9, every_days=14)
    set_schedule(by=BY, patient=patient, definition=PHQ9, every_days=7)
    assert [made.every_days for made in Schedule.objects.active()] == [7]


@pytest.fixture
def client(riverside, sign_in):
    return sign_in(riverside.clinician)


@pytest.fixture
def known(riverside):
    with clinic_scope(riverside.clinic):
        return make_patient(full_name="Petra Plan", family_name="Plan", date_of_birth=date(1980, 1, 1))


def planned(world):
    with clinic_scope(world.clinic):
        return list(Schedule.objects.values_list("instrument", "every_days", "then_every_days", "ended_on"))


def post(client, patient, **fields):
    data = {"instrument": "phq-9", "every": "2", "every_unit": "weeks", "then": "", "then_unit": "months", **fields}
    return client.post(f"/patients/{patient.pk}/plans/", data)


def test_schedule_is_made_from_the_trend_page(client, known, riverside):
    post(client, known, then="3")
    assert planned(riverside) == [("phq-9", 14, 90, None)]
    assert (
        "every 2 weeks until remission, then every 3 months"
        in client.get(f"/patients/{known.pk}/course/").content.decode()
    )


@pytest.mark.parametrize(
    "fields",
    [
        {"every": ""},
        {"every": "0"},
        {"every": "x"},
        {"every": "9999"},
        {"every": "500", "every_unit": "months"},
        {"every_unit": "fortnights"},
        {"instrument": "nonsense"},
        {"instrument": ""},
        {"instrument": "pcl-5", "then": "3"},
        {"then": "-1"},
    ],
)
def test_odd_schedule_is_refused_with_what_was_typed(client, known, riverside, fields):
    assert (post(client, known, **fields).status_code, planned(riverside)) == (422, [])


def test_ended_schedule_is_kept_and_asks_no_more(client, known, riverside):
    post(client, known)
    with clinic_scope(riverside.clinic):
        key = Schedule.objects.get().pk
    worklist = [client.get("/worklists/due/?when=all").content.decode()]
    client.post(f"/plans/{key}/end/")
    assert planned(riverside) == [("phq-9", 14, None, ahead(0))]
    worklist.append(client.get("/worklists/due/?when=all").content.decode())
    assert ["Plan, Petra" in page for page in worklist] == [True, False]


def test_worklist_shows_what_is_due_oldest_first(client, known, riverside):
    with clinic_scope(riverside.clinic):
        other = make_patient(full_name="Olga Older", family_name="Older", date_of_birth=date(1980, 1, 1))
        later = make_patient(full_name="Lena Later", family_name="Later", date_of_birth=date(1980, 1, 1))
        for who, days in ((known, 0), (other, -9), (later, 3)):
            set_schedule(
                by=BY,
                patient=who,
                definition=PHQ9,
                every_days=14,
                starts_on=ahead(days),
            )
    page = client.get("/worklists/due/").content.decode()
    assert (page.index("Older, Olga") < page.index("Plan, Petra"), "Later, Lena" in page) == (True, False)
    assert "9 days overdue" in page
    overdue = client.get("/worklists/due/?when=overdue").content.decode()
    assert ("Older, Olga" in overdue, "Plan, Petra" in overdue) == (True, False)
    assert "Later, Lena" in client.get("/worklists/due/?when=week").content.decode()


def test_archived_patient_is_neither_in_the_worklist_nor_counted(client, known, riverside):
    post(client, known)
    seen = []
    for step in ("archive", "restore"):
        client.post(f"/patients/{known.pk}/{step}/")
        listed = client.get("/worklists/due/").content.decode()
        counts = client.get("/worklists/counts/").content.decode()
        found = re.search(r'id="count-due"[^>]*>\s*(\d*)', counts)
        seen.append(("Plan, Petra" in listed, found[1]))
    assert seen == [(False, ""), (True, "1")]


def test_worklist_is_narrowed_to_a_practitioner_and_searched(client, known, riverside):
    with clinic_scope(riverside.clinic):
        set_schedule(by=BY, patient=known, definition=PHQ9, every_days=14)
    mine = f"/worklists/due/?user={known.user_id}"
    others = f"/worklists/due/?user={next(u.pk for u in riverside.users.values() if u.pk == riverside.owner.pk)}"
    shown = [
        "Plan, Petra" in client.get(address).content.decode() for address in (mine, f"{mine}&q=petra", f"{mine}&q=zzzz")
    ]
    assert shown == [True, True, False]
    assert ("Plan, Petra" in client.get(others).content.decode()) is (str(known.user_id) == str(riverside.owner.pk))


def test_trend_page_has_the_chart_and_the_same_as_a_table(client, known, riverside):
    with clinic_scope(riverside.clinic):
        for days, points in ((0, 2), (14, 1), (28, 0)):
            sit(known, START + timedelta(days=days), points)
    page = client.get(f"/patients/{known.pk}/course/").content.decode()
    assert (page.count('<svg class="time-field"'), page.count("mark-response"), page.count("mark-remission")) == (
        1,
        1,
        1,
    )
    assert "Response, Remission, Reliably recovered" in page


def test_auditor_sees_the_trend_and_changes_nothing(known, riverside, sign_in):
    reader = sign_in(riverside.auditor)
    assert (reader.get(f"/patients/{known.pk}/course/").status_code, post(reader, known).status_code) == (200, 403)
