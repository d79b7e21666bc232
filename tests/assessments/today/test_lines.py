"""What waits for whom today, how it is put off and comes back, and what an open page asks by itself."""

import re
from datetime import timedelta
from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.utils import timezone

from clinic.access import Actor
from clinic.accounts.models import Session
from clinic.assessments.alerts.actions import acknowledge_alert, acknowledge_alerts, take_back_acknowledgement
from clinic.assessments.models import Alert, AnswerRequest, Schedule, Snooze
from clinic.assessments.questionnaire.actions import start_assessment
from clinic.assessments.record.actions import create_assessment
from clinic.assessments.schedules.actions import set_schedule
from clinic.assessments.selfreport.actions import create_request
from clinic.assessments.today.actions import bring_back, put_off
from clinic.assessments.today.sections import day_of
from clinic.audit.models import AuditEvent
from clinic.instruments.files.toml import shipped
from clinic.patients.models import DuplicatePair
from clinic.tenancy.scope import clinic_scope
from tests.clock import in_one_zone
from tests.world import Writer, ahead, make_patient

PHQ9, GAD7 = shipped()["phq-9", "1"], shipped()["gad-7", "1"]
TODAY = "/worklists/today/"
FRAGMENT = {"HX-Request": "true", "HX-Target": "today"}
POLL = {**FRAGMENT, "X-Polled": "yes"}


def risky(patient, points=1):
    about = {"patient": patient, "user": patient.user, "definition": PHQ9, "date": timezone.localdate()}
    return start_assessment(by=Writer(), answers={"9": points}, **about).assessment


def sent(patient):
    """A result that a program sent."""
    about = {"patient": patient, "user": patient.user, "type": "physical", "date": timezone.localdate()}
    return create_assessment(by=Actor("client:7", "Laboratory"), name=f"Walk {uuid4()}", **about)


@pytest.fixture
def at(riverside):
    """A clinician's patient with a line of each kind."""
    with clinic_scope(riverside.clinic):
        patient = make_patient(full_name="Tilda Today", family_name="Today", user_id=riverside.clinician.pk)
        begun, result = risky(patient), sent(patient)
        schedule = set_schedule(by=Writer(), patient=patient, definition=GAD7, every_days=14, starts_on=ahead(-3))
        about = {"by": Writer(), "patient": patient, "user": patient.user, "language": "en", "days": 7}
        link = create_request(**about, clinic=riverside.clinic, id=uuid4(), definition=GAD7).request
        AnswerRequest.objects.update(created_at=timezone.now() - timedelta(days=3))
    return SimpleNamespace(
        patient=patient, begun=begun, result=result, schedule=schedule, link=link, scope=riverside.clinic
    )


def lines(client):
    """The lines that somebody has, in their order."""
    return re.findall(r'<li id="([a-z]+)-[0-9a-f-]+"', client.get(TODAY).content.decode())


def test_lines_come_by_urgency(at, riverside, sign_in):
    assert lines(sign_in(riverside.clinician)) == ["alert", "review", "due", "unfinished", "link"]


def test_due_unfinished_and_links_are_ones_own(at, riverside, sign_in):
    assert lines(sign_in(riverside.owner)) == ["alert", "review"]


def test_reader_sees_everybodys_lines_and_nothing_to_do(at, riverside, sign_in):
    auditor = sign_in(riverside.auditor)
    page = auditor.get(TODAY, headers=FRAGMENT).content.decode()
    assert (lines(auditor), "<form" in page, "data-primary" in page) == (
        ["alert", "review", "due", "unfinished", "link"], False, False,
    )  # fmt: skip


def test_front_desk_has_the_page_without_what_is_clinical(at, riverside, sign_in):
    desk = sign_in(riverside.front_desk)
    page = desk.get("/").content.decode()
    assert (desk.get(TODAY).status_code, TODAY in page, "Nothing waits for you" in page) == (403, False, True)


def test_possible_duplicates_are_lines_of_the_front_desk(riverside, sign_in):
    with clinic_scope(riverside.clinic):
        first, second = make_patient(full_name="Dora Double"), make_patient(full_name="Dora Doubel")
        DuplicatePair.objects.create(first=first, second=second, bits=9.0, score=0.9, grade="probable")
    page = sign_in(riverside.front_desk).get("/").content.decode()
    assert ("Possible duplicates" in page, page.count("data-line")) == (True, 1)


def test_page_of_nothing_says_so_kindly(riverside, sign_in):
    assert "All done for now" in sign_in(riverside.clinician).get(TODAY).content.decode()


def test_section_is_cut_and_says_how_many_there_are(riverside, sign_in):
    with clinic_scope(riverside.clinic):
        patient = make_patient(user_id=riverside.clinician.pk)
        for _ in range(7):
            sent(patient)
    page = sign_in(riverside.clinician).get(TODAY).content.decode()
    assert (page.count('id="review-') - 1, re.findall(r"All (\d+)", page)) == (5, ["7"])


def test_alerts_of_one_patient_are_one_line_that_counts_them(at, riverside, sign_in):
    client = sign_in(riverside.clinician)
    counted = []
    for _ in range(2):
        page = client.get(TODAY).content.decode()
        counted.append((page.count('<li id="alert-'), re.findall(r"(\d+) alerts,", page)))
        with clinic_scope(riverside.clinic):
            risky(at.patient)
    assert counted == [(1, []), (1, ["2"])]


def polled(client, stamp=None):
    stamp = stamp or re.search(r"stamp=(\w+)", client.get(TODAY, headers=FRAGMENT).content.decode()).group(1)
    return stamp, client.get(f"{TODAY}?stamp={stamp}", headers=POLL)


def events(riverside):
    with clinic_scope(riverside.clinic):
        return AuditEvent.objects.count()


def test_poll_of_nothing_new_is_204_and_no_event_and_no_use_of_the_session(at, riverside, sign_in):
    client = sign_in(riverside.clinician)
    stamp, _ = polled(client)
    Session.objects.filter(user=riverside.clinician).update(used_at=timezone.now() - timedelta(minutes=5))
    used, before = Session.objects.get(user=riverside.clinician).used_at, events(riverside)
    _, answer = polled(client, stamp)
    assert (answer.status_code, answer.content, events(riverside)) == (204, b"", before)
    assert Session.objects.get(user=riverside.clinician).used_at == used


@pytest.mark.parametrize("what", [risky, sent])
def test_what_arrives_comes_with_the_next_poll(at, riverside, sign_in, what):
    client = sign_in(riverside.clinician)
    stamp, _ = polled(client)
    with clinic_scope(riverside.clinic):
        what(make_patient(user_id=riverside.clinician.pk))
    _, answer = polled(client, stamp)
    assert (answer.status_code, b'id="today"' in answer.content) == (200, True)


def test_worse_answer_comes_with_the_next_poll(at, riverside, sign_in):
    client = sign_in(riverside.clinician)
    stamp, _ = polled(client)
    with clinic_scope(riverside.clinic):
        Alert.objects.update(points=3)
    assert polled(client, stamp)[1].status_code == 200


@pytest.mark.parametrize("kind", ["schedule", "begun", "result", "link"])
def test_line_is_put_off_for_one_person_and_brought_back(at, riverside, sign_in, kind):
    client, auditor = sign_in(riverside.clinician), sign_in(riverside.auditor)
    path, before = f"{TODAY}{getattr(at, kind).pk}/", lines(client)
    answer = client.post(f"{path}put-off/", {"days": "1"}, follow=True)
    undo = f'action="{path}bring-back/"' in answer.content.decode()
    assert (len(lines(client)), len(lines(auditor)), undo) == (len(before) - 1, 5, True)
    client.post(f"{path}bring-back/", {})
    assert lines(client) == before


def test_putting_off_and_back_is_in_the_trail_of_the_patient(at, riverside):
    me = Actor(str(riverside.clinician.pk), "Clara Clinician")
    with clinic_scope(riverside.clinic):
        about = {"by": me, "person": riverside.clinician.pk, "line": Schedule.objects.get()}
        put_off(until=ahead(1), **about)
        put_off(until=ahead(3), **about)
        bring_back(**about)
        bring_back(**about)
        found = AuditEvent.objects.filter(patient_id=at.patient.pk, actor_id=me.id).order_by("pk")
        assert list(found.values_list("action", flat=True)) == ["plan.put_off", "plan.put_off", "plan.brought_back"]
        assert Snooze.objects.count() == 0


@pytest.mark.parametrize("days", ["", "0", "2", "-1", "x", "\u0661"])
def test_other_days_are_refused(at, riverside, sign_in, days):
    client = sign_in(riverside.clinician)
    assert client.post(f"{TODAY}{at.schedule.pk}/put-off/", {"days": days}).status_code == 400


def test_alert_cannot_be_put_off(at, riverside, sign_in):
    with clinic_scope(riverside.clinic):
        alert = Alert.objects.get()
    assert sign_in(riverside.clinician).post(f"{TODAY}{alert.pk}/put-off/", {"days": "1"}).status_code == 404


@pytest.mark.parametrize("query", ["put_off=x", "acknowledged=", "stamp=", "put_off=1&acknowledged=2"])
def test_any_address_shows_the_lines(at, riverside, sign_in, query):
    assert sign_in(riverside.clinician).get(f"{TODAY}?{query}", headers=FRAGMENT).status_code == 200


@pytest.mark.clock(
    "clinic/assessments/today/sections.py:day_of", "clinic/assessments/today/views.py:line_put_off",
)  # fmt: skip
def test_line_comes_back_on_its_day_at_the_clinic(clock, at, riverside, sign_in):
    client = sign_in(riverside.clinician)
    client.post(f"{TODAY}{at.schedule.pk}/put-off/", {"days": "1"})
    with clinic_scope(riverside.clinic):
        assert Snooze.objects.get().until == clock.day(1)
    assert "due" not in lines(client)
    clock.move(days=1)
    assert "due" in lines(sign_in(riverside.clinician))
    assert day_of.__module__ == "clinic.assessments.today.sections"


def closed(riverside):
    with clinic_scope(riverside.clinic):
        return Alert.objects.get().note


def test_alert_is_acknowledged_in_place_and_opened_again(at, riverside, sign_in):
    client = sign_in(riverside.clinician)
    page = client.get(TODAY, headers=FRAGMENT).content.decode()
    back = re.search(r'name="next"\s+value="([^"]+)"', page).group(1)
    seen = re.search(r'name="alert" value="([^"]+)"', page).group(1)
    about = {"alert": seen, "note": "Called.", "next": back}
    answer = client.post(f"/patients/{at.patient.pk}/alerts/acknowledge/", about, headers=FRAGMENT, follow=True)
    undo = f"/patients/{at.patient.pk}/alerts/reopen/"
    assert (closed(riverside), f'action="{undo}"' in answer.content.decode()) == ("Called.", True)
    assert "alert" not in lines(client)
    client.post(undo, {})
    assert (closed(riverside), lines(client)[0]) == ("", "alert")
    with clinic_scope(riverside.clinic):
        event = AuditEvent.objects.get(action="alert.reopened")
        assert (event.changes, event.patient_id) == ({"note": ["Called.", None]}, at.patient.pk)


def test_nobody_opens_what_somebody_else_closed(at, riverside, sign_in):
    with clinic_scope(riverside.clinic):
        acknowledge_alert(by=Writer(), id=Alert.objects.get().pk, note="Called.")
    answer = sign_in(riverside.clinician).post(f"/patients/{at.patient.pk}/alerts/reopen/", {}, follow=True)
    assert (closed(riverside), "Nothing was taken back" in answer.content.decode()) == ("Called.", True)


@in_one_zone
@pytest.mark.clock("clinic/assessments/alerts/actions.py:take_back_acknowledgement")
@pytest.mark.parametrize(("minutes", "opened"), [(10, 1), (11, 0)])
def test_acknowledgement_is_taken_back_for_ten_minutes(clock, at, riverside, minutes, opened):
    with clinic_scope(riverside.clinic):
        acknowledge_alert(by=Writer(), id=Alert.objects.get().pk, note="Called.")
        clock.move(minutes=minutes)
        assert len(take_back_acknowledgement(by=Writer(), patient_id=at.patient.pk)) == opened


def test_of_an_answer_that_became_worse_one_alert_is_opened_again(at, riverside):
    with clinic_scope(riverside.clinic):
        first = Alert.objects.get()
        acknowledge_alert(by=Writer(), id=first.pk, note="Called.")
        worse = Alert.objects.create(
            patient=at.patient, assessment=at.begun, rule=first.rule, severity=4, points=3, text="Worse",
            raised_by_id="test", raised_by_name="Test",
        )  # fmt: skip
        assert take_back_acknowledgement(by=Writer(), patient_id=at.patient.pk) == []
        acknowledge_alerts(by=Writer(), patient_id=at.patient.pk, seen={worse.pk: None}, note="Came.")
        assert take_back_acknowledgement(by=Writer(), patient_id=at.patient.pk) == [worse]
