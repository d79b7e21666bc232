"""The parts of the outcomes beside the figures: each against an oracle that reads rows in plain Python, and by hand."""

import re
from datetime import UTC, date, datetime, timedelta
from statistics import quantiles

import pytest
from django.utils import timezone

from clinic.assessments.models import Alert, Assessment, Course, Schedule
from clinic.staff.models import Practitioner
from clinic.tenancy.scope import clinic_scope
from tests.assessments.test_outcomes import ADDRESS, by_hand, generated, give, treat
from tests.merging.records import link
from tests.sizes import times
from tests.test_permissions import MAY
from tests.world import ahead, make_patient

BEGIN = date(2026, 2, 1)
OFFSETS = {0: (0, 0), 2: (8, 20), 4: (22, 34), 8: (50, 62), 12: (78, 90), 26: (176, 188)}


@pytest.fixture
def clinician(riverside, sign_in):
    return sign_in(riverside.clinician)


def sheets(client, part, more=""):
    """The tables of a part by title: each row as its texts."""
    answer = client.get(f"{ADDRESS}&part={part}{more}")
    assert answer.status_code == 200
    return {sheet.title: [[cell.text for cell in row] for row in sheet.rows] for sheet in answer.context["sheets"]}


def spread(client):
    rows = sheets(client, "course")["Totals by week"]
    return {int(week.removeprefix("Week ")): (int(count), quartiles) for week, count, *quartiles in rows}


def spread_by_oracle():
    """By week the totals of cases in it, from the kept courses of patients on the lists."""
    found = {}
    for course in Course.objects.filter(patient__archived_at=None, is_outside=False, instrument="phq-9"):
        if course.baseline >= 10 and date(2026, 1, 1) <= course.begun_on <= date(2026, 6, 30):
            for week, (low, high) in OFFSETS.items():
                pairs = zip(course.days, course.totals, strict=True)
                near = [total for day, total in pairs if low <= (day - course.begun_on).days <= high]
                near = [course.baseline] if week == 0 else near
                if near:
                    found.setdefault(week, []).append(float(near[-1]))
    return {
        week: (len(totals), [round(each, 1) for each in quantiles(totals, n=4, method="inclusive")] if len(totals) > 4
               else ["Fewer than 5"] * 3)
        for week, totals in found.items()
    }  # fmt: skip


@pytest.mark.parametrize("seed", range(times(4)))
def test_spread_by_week_is_the_oracles(riverside, clinician, seed):
    with clinic_scope(riverside.clinic):
        for each in range(4):
            list(generated(100 * seed + each))
        expected = spread_by_oracle()
    found = {
        week: (count, [round(float(each), 1) if each[0].isdigit() else each for each in quartiles])
        for week, (count, quartiles) in spread(clinician).items()
    }
    assert found == expected


def test_spread_is_drawn_with_how_many_were_measured(riverside, clinician):
    with clinic_scope(riverside.clinic):
        for total in (10, 12, 14, 16, 18):
            by_hand(total, total - 6, start=BEGIN, apart=56)
    answer = clinician.get(f"{ADDRESS}&part=course")
    drawn = [(each.text, each.below) for each in answer.context["sheets"][0].drawing.ticks]
    assert (drawn, spread(clinician)[8]) == ([("0", "n 5"), ("8", "n 5")], (5, ["6", "8", "10"]))
    assert "Median total 14 at week 0, 8 at week 8." in answer.content.decode()


def test_rates_are_by_the_month_of_the_first_total(riverside, clinician):
    with clinic_scope(riverside.clinic):
        for day in (date(2026, 1, 31), date(2026, 2, 1), *[date(2026, 3, 1)] * 5):
            by_hand(20, 4, start=day)
    rows = sheets(clinician, "course")["By month"]
    assert [row[:4] for row in rows] == [
        ["Jan 2026", "1", "1", "Fewer than 5"],
        ["Feb 2026", "1", "1", "Fewer than 5"],
        ["Mar 2026", "5", "5", "100 % (57 to 100)"],
    ]


def thought_of(client):
    rows = sheets(client, "thought", f"&from={ahead(-300)}&to={ahead(0)}")["Who needs thought"]
    return {row[0]: int(row[1]) for row in rows}


def times_of(days, *totals):
    patient = make_patient()
    for day, total in zip(days, totals, strict=True):
        give(patient, ahead(day), total)
    return patient


@pytest.mark.parametrize(
    ("days", "totals", "expected"),
    [
        ((-80, -10), (20, 18), (1, 0, 0, 0)),
        ((-80, -10), (20, 14), (0, 0, 0, 0)),
        ((-80, -10, -1), (20, 18, 10), (0, 0, 0, 0)),
        ((-50, -10), (20, 18), (0, 0, 0, 0)),
        ((-50, -10), (15, 21), (0, 1, 0, 0)),
        ((-50, -10), (9, 21), (0, 0, 0, 0)),
        ((-50, -30, -10), (15, 4, 6), (0, 0, 1, 0)),
        ((-50, -30, -10), (15, 4, 3), (0, 0, 0, 0)),
        ((-90, -61), (15, 9), (0, 0, 0, 1)),
        ((-90, -60), (15, 9), (0, 0, 0, 0)),
    ],
)
def test_cases_to_think_of_are_told_by_the_newest_total(riverside, clinician, days, totals, expected):
    with clinic_scope(riverside.clinic):
        times_of(days, *totals)
    assert tuple(thought_of(clinician).values()) == expected


def test_nobody_is_thought_of_whose_treatment_is_over_or_who_is_archived(riverside, clinician):
    with clinic_scope(riverside.clinic):
        treat(times_of((-90, -70), 15, 9), ahead(-100), ahead(-2))
        patient = times_of((-90, -70), 15, 9)
        patient.archived_at = timezone.now()
        patient.save()
    assert set(thought_of(clinician).values()) == {0}


def test_list_of_who_needs_thought_leads_to_their_trend(riverside, clinician):
    with clinic_scope(riverside.clinic):
        patient = times_of((-90, -70), 15, 9)
    page = clinician.get(f"/outcomes/?part=thought&show=no_score&from={ahead(-300)}").content.decode()
    assert f'href="/patients/{patient.pk}/course/"' in page


def told(client, part, upto):
    """The figures of each table of a part, over the year before a day."""
    answer = client.get(f"/outcomes/?part={part}&from={upto - timedelta(days=365)}&to={upto}")
    return {sheet.title: [row[1].text for row in sheet.rows] for sheet in answer.context["sheets"]}


@pytest.mark.clock("clinic/assessments/outcomes/asking.py:about_courses")
def test_sixty_days_without_a_score_end_with_the_clinics_day(clock, riverside, sign_in):
    with clinic_scope(riverside.clinic):
        for newest in (-60, -61):
            times_of((newest - 10, newest), 15, 9)
    assert told(sign_in(riverside.clinician), "thought", clock.today)["Who needs thought"][-1] == "1"


@pytest.mark.clock(
    "clinic/assessments/outcomes/behind/records.py:recently_measured",
    "clinic/assessments/outcomes/behind/records.py:overdue",
)
def test_thirty_days_and_what_is_overdue_end_with_the_clinics_day(clock, riverside, sign_in):
    with clinic_scope(riverside.clinic):
        for newest, due in ((-30, -1), (-31, 0)):
            Schedule.objects.create(
                patient=times_of((newest,), 15), instrument="phq-9", every_days=14,
                starts_on=clock.day(-50), next_due_on=clock.day(due),
            )  # fmt: skip
    found = told(sign_in(riverside.clinician), "measured", clock.today)
    assert (found["Measured"][-1], found["Overdue by practitioner"]) == ("1", ["1"])


@pytest.mark.clock(
    "clinic/assessments/outcomes/behind/records.py:_begin", "clinic/assessments/outcomes/behind/records.py:alerts"
)
def test_alert_is_of_the_clinics_day_and_late_after_24_hours(clock, riverside, sign_in):
    with clinic_scope(riverside.clinic):
        row = give(make_patient(), clock.day(-3), 20)
        for number, hours in enumerate((0, 24, 25)):
            alert = raised(row, number)
            Alert.objects.filter(pk=alert.pk).update(raised_at=clock.moment - timedelta(hours=hours))
    client = sign_in(riverside.clinician)
    today, before = (told(client, "risk", day)["Risk"] for day in (clock.today, clock.day(-1)))
    assert (today, before[0]) == (["3", "3", "None yet", "1"], "2")


def raised(row, number, **said):
    return Alert.objects.create(
        patient=row.patient, assessment=row, rule=f"rule{number}", text="Said so", severity=3, points=3,
        raised_by_id="test", raised_by_name="Test", **said,
    )  # fmt: skip


def test_caseload_is_alphabetical_and_says_percentages_from_twenty_cases_on(riverside, clinician):
    with clinic_scope(riverside.clinic):
        olive = Practitioner.objects.get(pk=riverside.owner.pk)
        clara = Practitioner.objects.get(pk=riverside.clinician.pk)
        for user, count in ((olive, 20), (clara, 19)):
            for _ in range(count):
                by_hand(20, 4, start=BEGIN, user=user)
    rows = sheets(clinician, "caseload")["Caseload by practitioner"]
    assert [row[:4] for row in rows] == [
        ["Clara Clinician", "19", "19", "Fewer than 20 cases"],
        ["Olive Owner", "20", "20", "100 % (84 to 100)"],
    ]


def test_caseload_links_to_the_rows_of_the_practitioner(riverside, clinician):
    with clinic_scope(riverside.clinic):
        by_hand(20, 4, start=BEGIN)
    page = clinician.get(f"{ADDRESS}&part=caseload").content.decode()
    query = re.findall(r'href="\?([^"]*practitioner=[^"#]*)#rows"', page)[0].replace("&amp;", "&")
    assert len(clinician.get(f"/outcomes/?{query}").context["rows"].rows) == 1


def test_measured_counts_patients_schedules_and_baselines(riverside, clinician):
    with clinic_scope(riverside.clinic):
        one, two = times_of((-40, -29), 12, 10), times_of((-31,), 12)
        make_patient(archived_at=timezone.now())
        for patient, due in ((one, -1), (two, 0)):
            Schedule.objects.create(
                patient=patient, instrument="phq-9", every_days=14, starts_on=ahead(-50), next_due_on=ahead(due)
            )
        name = one.user.display_name
    found = sheets(clinician, "measured")
    assert [row[1] for row in found["Measured"]] == ["2", "2", "2", "1"]
    assert (found["Overdue by practitioner"], [row[1] for row in found["Links"]]) == ([[name, "1"]], ["0"] * 4)


def test_links_are_counted_by_what_became_of_them(riverside, clinician):
    with clinic_scope(riverside.clinic):
        made = [link(riverside.clinic, make_patient(), "phq-9").request for _ in range(3)]
        now = timezone.now()
        made[0].state, made[0].ended_at, made[0].opened_at = "done", now, now
        made[0].assessment = give(made[0].patient, BEGIN, 20)
        made[1].expires_at = now - timedelta(days=1)
        for request in made[:2]:
            request.save()
    rows = sheets(clinician, "measured", f"&to={ahead(0)}")["Links"]
    assert [row[1] for row in rows] == ["3", "1", "1", "1"]


def test_risk_says_how_long_alerts_waited(riverside, clinician):
    with clinic_scope(riverside.clinic):
        row = give(make_patient(), BEGIN, 20)
        at = datetime(2026, 3, 1, 12, tzinfo=UTC)
        for number, hours in enumerate((1, 2, 30, None)):
            done = at + timedelta(hours=hours) if hours else None
            said = {"note": "Called", "acknowledged_by_id": "test", "acknowledged_by_name": "Test"} if hours else {}
            alert = raised(row, number, acknowledged_at=done, **said)
            Alert.objects.filter(pk=alert.pk).update(raised_at=at)
    assert [row[1] for row in sheets(clinician, "risk")["Risk"]] == ["4", "1", "2 h 0 min", "2"]


def test_risk_is_for_who_may_see_alerts(riverside, sign_in):
    found = {role: sign_in(getattr(riverside, role)).get(f"{ADDRESS}&part=risk").status_code for role in MAY}
    assert found == {role: 200 if "alerts.view" in MAY[role] else 400 if "assessments.view" in MAY[role] else 403
                     for role in MAY}  # fmt: skip


def test_equity_hides_small_groups(riverside, clinician):
    with clinic_scope(riverside.clinic):
        for gender, count in (("female", 9), ("male", 6), ("other", 4)):
            for _ in range(count):
                by_hand(20, 4, start=BEGIN, gender=gender)
    rows = {row[0]: row[1:4] for row in sheets(clinician, "equity")["By gender"]}
    assert rows == {
        "Female": ["9", "9", "100 % (70 to 100)"],
        "Male": ["Hidden", "Hidden", "Hidden"],
        "Other": ["Hidden", "Hidden", "Hidden"],
    }


def test_equity_says_each_band_of_age(riverside, clinician):
    with clinic_scope(riverside.clinic):
        for age in (17, 18, 25, 26, 44, 45, 64, 65):
            for _ in range(5):
                give(make_patient(), BEGIN, 20, age=age)
        assert Assessment.objects.count() == 40
    rows = {row[0]: row[1] for row in sheets(clinician, "equity")["By age"]}
    assert rows == {"Under 18": "5", "18 to 25": "10", "26 to 44": "10", "45 to 64": "10", "65 and over": "5"}


def test_part_that_there_is_not_is_refused(clinician):
    assert clinician.get(f"{ADDRESS}&part=other").status_code == 400
