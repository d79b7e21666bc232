"""A patient's page opens on how they are: figures, what is due, alerts, the last assessments, and what to do first."""

import re

import pytest

from clinic.access import Role
from clinic.assessments.questionnaire.actions import start_assessment
from clinic.assessments.schedules.actions import set_schedule
from clinic.instruments.files.toml import shipped
from clinic.tenancy.scope import clinic_scope
from tests.clock import in_one_zone
from tests.world import Writer, make_assessment, make_patient

PHQ9, GAD7 = shipped()["phq-9", "1"], shipped()["gad-7", "1"]
BY = Writer()


@pytest.fixture
def patient(riverside):
    with clinic_scope(riverside.clinic):
        return make_patient(full_name="Sima Summary", family_name="Summary", user_id=riverside.clinician.pk)


def text_of(answer):
    """What a page says, without its tags."""
    return " ".join(re.sub(r"<[^>]*>", " ", answer.content.decode()).split())


def answer(riverside, patient, day, total, definition=PHQ9, **more):
    """An assessment whose total is a multiple of 3."""
    items = [item.code for item in definition.items][: total // 3]
    given = dict.fromkeys((item.code for item in definition.items if item.code.isdigit()), 0) | dict.fromkeys(items, 3)
    with clinic_scope(riverside.clinic):
        made = start_assessment(
            by=BY, definition=definition, patient=patient, user=patient.user, date=day, answers=given, complete=True,
            **more,
        )  # fmt: skip
    return made.assessment


def summary(client, patient, query=""):
    return client.get(f"/patients/{patient.pk}/summary/{query}")


@in_one_zone
def test_summary_has_the_latest_results_and_how_they_changed(clock, riverside, sign_in, patient):
    answer(riverside, patient, clock.day(-40), 18)
    answer(riverside, patient, clock.day(-10), 12)
    answer(riverside, patient, clock.day(-9), 9, GAD7)
    page = text_of(summary(sign_in(riverside.clinician), patient))
    assert re.findall(r"(PHQ-9|GAD-7) · [\w ]+? (\d+) of (\d+)", page) == [("PHQ-9", "12", "27"), ("GAD-7", "9", "21")]
    assert f"−6 since {clock.day(-40):%-d %b %Y}" in page


@in_one_zone
@pytest.mark.clock("clinic/assessments/summary/page.py:summary_of")
@pytest.mark.parametrize(("starts", "label"), [(-3, "Give PHQ-9"), (0, "Give PHQ-9"), (1, "New assessment")])
def test_primary_action_is_what_is_due(clock, riverside, sign_in, patient, starts, label):
    with clinic_scope(riverside.clinic):
        set_schedule(by=BY, patient=patient, definition=PHQ9, every_days=14, starts_on=clock.day(starts))
        set_schedule(by=BY, patient=patient, definition=GAD7, every_days=14, starts_on=clock.day(2))
    page = summary(sign_in(riverside.clinician), patient).content.decode()
    found = re.search(r'class="btn btn-primary" href="([^"]+)" data-new>.*?</svg>([^<]+)', page)
    where = f"/assessments/new/?patient={patient.pk}" + ("&amp;instrument=phq-9" if starts <= 0 else "")
    assert (found[1], found[2]) == (where, label)


def test_who_only_reads_has_no_primary_action(riverside, sign_in, patient):
    page = text_of(summary(sign_in(riverside.auditor), patient))
    assert ("Nothing is scheduled." in page, "New assessment" in page) == (True, False)


def test_alerts_of_one_question_are_one_line(clock, riverside, sign_in, patient):
    answer(riverside, patient, clock.day(-2), 27)
    answer(riverside, patient, clock.day(-1), 27)
    page = text_of(summary(sign_in(riverside.clinician), patient))
    assert (page.count("PHQ-9, item 9"), "2 times, open for" in page) == (1, True)


def test_last_three_assessments_are_listed_whatever_they_are(clock, riverside, sign_in, patient):
    with clinic_scope(riverside.clinic):
        for days in range(5):
            make_assessment(patient, name=f"Walk {days}", date=clock.day(-days))
    page = text_of(summary(sign_in(riverside.clinician), patient))
    assert [number for number in range(5) if f"Walk {number}" in page] == [0, 1, 2]


@pytest.mark.parametrize(("query", "drawn"), [("", 3), ("?range=year", 2), ("?range=quarter", 1)])
def test_drawing_goes_back_as_far_as_its_address_says(clock, riverside, sign_in, patient, query, drawn):
    for days in (400, 200, 20):
        answer(riverside, patient, clock.day(-days), 12)
    page = summary(sign_in(riverside.clinician), patient, query).content.decode()
    assert page.count('class="mark-total"') == drawn


def test_other_time_is_refused(riverside, sign_in, patient):
    assert summary(sign_in(riverside.clinician), patient, "?range=century").status_code == 400


@pytest.mark.parametrize("role", Role)
def test_page_of_a_patient_opens_on_what_its_reader_may_see(riverside, sign_in, patient, role):
    page = sign_in(riverside.users[role]).get(f"/patients/{patient.pk}/").content.decode()
    sees = role != Role.FRONT_DESK
    assert (f'hx-get="/patients/{patient.pk}/summary/"' in page, "Full name" in page) == (sees, not sees)


def test_fragment_is_the_summary_alone(riverside, sign_in, patient):
    client = sign_in(riverside.clinician)
    part = client.get(f"/patients/{patient.pk}/summary/", headers={"HX-Request": "true", "HX-Target": "summary"})
    assert part.content.decode().lstrip().startswith('<div id="summary"')


def test_assessments_link_their_patients_and_begin_a_new_one(riverside, sign_in, patient):
    with clinic_scope(riverside.clinic):
        make_assessment(patient, name="Walk")
    client = sign_in(riverside.clinician)
    page = client.get("/assessments/").content.decode()
    assert f'<a href="/patients/{patient.pk}/"><bdi>Summary, Sima</bdi></a>' in page
    assert (page.count("New assessment"), "Instruments</a>" in page) == (1, False)
    assert "Choose who is assessed" in text_of(client.get("/assessments/new/", follow=True))
    page = sign_in(riverside.auditor).get("/assessments/").content.decode()
    assert ("Summary, Sima" in page, "New assessment" in page) == (True, False)
