"""The outcomes of one clinic of thirty patients, worked out by hand. PHQ-9: a case from 10, remission below 5,
reliable from 6 points. The period is the first half of 2026, the window its end.
"""

import json
from datetime import date

import pytest

from clinic.assessments.episodes.actions import end_episode, start_episode
from clinic.assessments.questionnaire.actions import amend_assessment, start_assessment
from clinic.assessments.record.actions import archive_assessment
from clinic.instruments.catalogue import find
from clinic.patients.actions import archive_patient, update_patient
from clinic.staff.models import Practitioner
from clinic.tenancy.scope import clinic_scope
from tests.assessments.test_outcome_parts import sheets
from tests.assessments.test_outcomes import ADDRESS
from tests.merging.records import merge
from tests.world import Writer, make_patient

BY = Writer()
PHQ, GAD, OPEN = "phq-9", "gad-7", None  # a questionnaire without a total is OPEN
JAN, FEB, MAR, APR, MAY, JUN = (date(2026, month, 10) for month in range(1, 7))
# Who, gender, and the totals by day. Behind it: what it comes to, as C(ase), A(gain), R(esponse), M (remission),
# Y (recovery), B(etter), N(o reliable change), W(orse), or why it is left out.
PEOPLE = {
    "Ada": ("female", {FEB: 20, APR: 4}),  # C A R M Y B
    "Ben": ("male", {FEB: 20, APR: 10}),  # C A R B: half is a response, 10 is a case still
    "Cay": ("female", {FEB: 20, APR: 11}),  # C A B
    "Dan": ("male", {FEB: 2, APR: 1}),  # below the threshold: 2 to 1 is no response
    "Eve": ("female", {FEB: 20, APR: OPEN}),  # C: an incomplete one is no follow-up; 1 incomplete
    "Fay": ("female", {FEB: 12, APR: 4}),  # below the threshold: the baseline is amended to 8
    "Gus": ("male", {FEB: 8, APR: 5}),  # C A R Y B: the baseline is amended to 12
    "Hal": ("male", {JAN: 20, FEB: 4, APR: 12}),  # C A R M Y B in the first episode, C in the second
    "Ida": ("female", {JAN: 15, FEB: 14, MAR: 27}),  # C A N; the 27 lies outside every episode
    "Jon": ("male", {FEB: 18}),  # C: the GAD-7 of April is no follow-up of the PHQ-9
    "Kim": ("female", {FEB: 16, APR: 9}),  # C A Y B, 25 years old: her birthday is the day after
    "Leo": ("male", {FEB: 16, APR: 8}),  # C A R Y B, 26 years old: it is his birthday
    "Mia": ("female", {date(2026, 6, 30): 20, date(2026, 7, 14): 4}),  # C: measured again after the period
    "Ned": ("male", {date(2025, 12, 31): 20, FEB: 4}),  # his course began before the period
    "Oda": ("female", {FEB: 15, APR: 21}),  # C A W, of Olive now, who was not responsible then
    "Pam": ("female", {FEB: 20, APR: 4}),  # archived
    "Quin": ("female", {FEB: 20}),  # C A R Y B: merged with Rex, she had 9 in March
    "Rex": ("female", {MAR: 9}),  # is Quin
    "Sue": ("female", {FEB: 15, APR: 20}),  # C A N: 5 points
    "Tom": ("male", {FEB: 15, APR: 9}),  # C A Y B: 6 points
    "Uma": ("other", {FEB: 10, APR: 10}),  # C A N, and three more: a group of four
    "Una": ("other", {FEB: 10, APR: 10}),
    "Ulf": ("other", {FEB: 10, APR: 10}),
    "Ute": ("other", {FEB: 10, APR: 10}),
    "Uwe": ("male", {FEB: 22, APR: 2}),  # C A R M Y B, in German: a group of one
    "Vic": ("male", {FEB: 10, APR: 4}),  # C A R M Y B
    "Wes": ("male", {FEB: 9, APR: 3}),  # below the threshold
    "Xia": ("female", {FEB: OPEN}),  # no course; 1 incomplete
    "Yan": ("male", {}),  # never asked
    "Zoe": ("female", {FEB: 12, APR: 3}),  # C: the one of April is archived
}
BORN = {"Kim": date(2000, 2, 11), "Leo": date(2000, 2, 10)}
EPISODES = {"Hal": [(JAN, MAR), (APR, None)], "Ida": [(JAN, FEB), (MAY, None)]}


def ask(patient, day, total, instrument=PHQ, language="en"):
    """A completed questionnaire by the product's own action: whole items of three, then what is left."""
    definition = find(instrument)
    codes = [item.code for item in definition.items][: 7 if instrument == GAD else 9]
    points = [3] if total is OPEN else [max(0, min(3, total - 3 * at)) for at in range(len(codes))]
    answers = dict(zip(codes, points, strict=False))
    about = {"by": BY, "definition": definition, "patient": patient, "user": patient.user, "language": language}
    return start_assessment(**about, date=day, answers=answers, complete=True).assessment


def make_clinic(world) -> None:
    clara, olive = (Practitioner.objects.get(pk=user.pk) for user in (world.clinician, world.owner))
    people, given = {}, {}
    for name, (gender, totals) in PEOPLE.items():
        born = BORN.get(name, date(1986, 1, 1))
        people[name] = make_patient(full_name=f"{name} Hand", gender=gender, date_of_birth=born, user=clara)
        for start, end in EPISODES.get(name, ()):
            episode = start_episode(by=BY, patient=people[name], started_on=start)
            if end:
                end_episode(by=BY, id=episode.pk, version=episode.version, ended_on=end, end_reason="completed")
        for day, total in totals.items():
            given[name, day] = ask(people[name], day, total, language="de" if name == "Uwe" else "en")
    ask(people["Jon"], APR, 3, GAD)
    for name, answers in (("Fay", {"4": 2, "3": 0}), ("Gus", {"4": 3, "5": 0, "3": 3})):
        row = given[name, FEB]
        amend_assessment(by=BY, id=row.pk, version=row.version, reason="Misread", answers=answers)
    archive_assessment(by=BY, id=given["Zoe", APR].pk)
    update_patient(by=BY, id=people["Oda"].pk, version=None, user_id=olive.pk)
    merge(people["Quin"], people["Rex"])
    archive_patient(by=BY, id=people["Pam"].pk)


@pytest.fixture
def client(riverside, sign_in):
    with clinic_scope(riverside.clinic):
        make_clinic(riverside)
    return sign_in(riverside.clinician)


def test_figures_of_thirty_patients_are_those_worked_out_by_hand(client):
    assert json.loads(client.get(f"{ADDRESS}&format=json").content) == {
        "cases": 23,  # Ada Ben Cay Eve Gus Hal Hal Ida Jon Kim Leo Mia Oda Quin Sue Tom Uma Una Ulf Ute Uwe Vic Zoe
        "followed_up": 18,  # those without Eve, the second of Hal, Jon, Mia and Zoe
        "response": 8,  # Ada Ben Gus Hal Leo Quin Uwe Vic
        "remission": 4,  # Ada Hal Uwe Vic
        "recovery": 9,  # Ada Gus Hal Kim Leo Quin Tom Uwe Vic
        "reliably_better": 11,  # Ada Ben Cay Gus Hal Kim Leo Quin Tom Uwe Vic
        "no_reliable_change": 6,  # Ida Sue Uma Una Ulf Ute
        "reliably_worse": 1,  # Oda
        "excluded": {
            "below_threshold": 3,  # Dan Fay Wes
            "not_measured_again": 5,  # Eve Hal Jon Mia Zoe
            "archived": 1,  # Pam
            "incomplete": 2,  # Eve Xia
            "outside_episodes": 1,  # Ida
        },
    }


def test_caseload_goes_by_who_is_responsible_now(client):
    rows = sheets(client, "caseload")["Caseload by practitioner"]
    assert [row[:4] for row in rows] == [
        ["Clara Clinician", "22", "17", "47 % (26 to 69)"],  # 8 responses of 17
        ["Olive Owner", "1", "1", "Fewer than 20 cases"],  # Oda
    ]


def test_groups_of_one_and_of_four_take_others_along(client):
    found = sheets(client, "equity")
    assert {row[0]: row[1:4] for row in found["By gender"]} == {
        "Female": ["10", "Hidden", "Hidden"],  # 7 measured again, the next smallest beside the 4
        "Male": ["Hidden", "7", "86 % (49 to 97)"],  # 9 cases, the next smallest; 6 responses of 7
        "Other": ["Hidden", "Hidden", "Hidden"],
    }
    assert [row[1] for row in found["By language"]] == ["Hidden", "Hidden"]  # 1 in German, and so the 22 in English
    assert [(row[0], row[1]) for row in found["By age"]] == [
        ("18 to 25", "Hidden"),  # Kim
        ("26 to 44", "Hidden"),  # Leo and the other 21, who would tell of her
    ]


@pytest.mark.parametrize(("oldest", "expected"), [(25, 1), (26, 2)])
def test_age_is_that_of_the_day_of_the_first_total(client, oldest, expected):
    assert json.loads(client.get(f"{ADDRESS}&age_max={oldest}&format=json").content)["cases"] == expected


def test_cases_of_the_other_instrument_are_its_own(client):
    answer = client.get("/outcomes/?instrument=gad-7&from=2026-01-01&to=2026-06-30&format=json")
    found = json.loads(answer.content)
    assert (found["cases"], found["excluded"]["below_threshold"]) == (0, 1)  # Jon, with 3


def test_course_begins_on_the_clinics_day(clock, riverside, sign_in):
    """Somebody answers when it is that day where the clinic is, and another one where the server is."""
    with clinic_scope(riverside.clinic):
        patient = make_patient()
        ask(patient, clock.today, 20)
    client = sign_in(riverside.clinician)
    found = [
        json.loads(client.get(f"/outcomes/?from={day}&to={day}&format=json").content)["cases"]
        for day in (clock.day(-1), clock.today, clock.day(1))
    ]
    assert found == [0, 1, 0]
