"""A mail about an answer by link: to whom, how often, what is in it, and what happens where it cannot be sent."""

import re
from datetime import date
from functools import partial
from uuid import uuid4

import pytest
from django.core import mail
from django.db import connection

from clinic.access import Role
from clinic.assessments.models import Alert, Assessment
from clinic.assessments.selfreport.actions import answer_request, create_request
from clinic.audit.models import AuditEvent
from clinic.instruments.actions import add_custom_instrument
from clinic.instruments.catalogue import find
from clinic.patients.models import Patient
from clinic.staff import members
from clinic.staff.models import Practitioner
from clinic.tenancy.scope import clinic_scope
from tests.assessments.by_link import ALL, SECRET, answers, let_in
from tests.clock import in_one_zone
from tests.side_by_side import overlap
from tests.world import Writer, make_patient


@pytest.fixture
def patient(riverside, patient):
    """The patient of the link, whose practitioner is the clinician."""
    with clinic_scope(riverside.clinic):
        Patient.objects.filter(pk=patient.pk).update(user=riverside.clinician.pk)
    return patient


def told() -> list[list[str]]:
    return [message.to for message in mail.outbox]


def trail(world) -> list[str]:
    with clinic_scope(world.clinic):
        rows = AuditEvent.objects.filter(action__startswith="alert.").order_by("pk")
        return list(rows.values_list("action", flat=True))


def test_practitioner_is_told_by_a_mail_without_the_patient(link, riverside, patient):
    assert answers(let_in(link), link, **{"answer-9": "1"}).status_code == 200
    (message,) = mail.outbox
    sign_in = "http://testserver/accounts/login/?next=%2Fworklists%2Falerts%2F"
    assert (message.to, message.subject) == ([riverside.clinician.email], "An answer needs action in Riverside")
    assert re.findall(r"http\S+", message.body) == [sign_in]
    whole = message.message()
    del whole["Message-ID"]  # figures by chance
    text = f"{message.subject}\n{message.body}\n{whole}"
    private = [*SECRET.split(), "PHQ", "1980", patient.record_number, str(patient.pk), link]
    assert ([each for each in private if each in text], "gave an answer by a link" in text) == ([], True)
    assert trail(riverside) == ["alert.raised", "alert.told"]


def test_completing_the_form_tells_as_saving_does(link, riverside):
    browser = let_in(link)
    assert browser.post(link, {**ALL, "do": "complete"}).status_code == 302
    assert told() == [[riverside.clinician.email]]


def test_answer_that_raises_nothing_tells_nobody(link, kept):
    assert answers(let_in(link), link, **{"answer-1": "3"}).status_code == 200
    assert (kept(Assessment).answers, told()) == ({"1": 3}, [])


@in_one_zone
@pytest.mark.clock("clinic/assessments/alerts/actions.py:claim_mail")
def test_one_patient_is_told_of_once_a_day(clock, make_link, kept, riverside):
    for instrument in ("phq-9", "phq-9"):
        link = make_link(instrument)
        answers(let_in(link), link, **{"answer-9": "1"})
    with clinic_scope(riverside.clinic):
        days = Alert.objects.values_list("told_on", flat=True)  # both raised at one moment
        assert sorted(days, key=str) == [clock.today, None]
    assert told() == [[riverside.clinician.email]]
    link = make_link("phq-9")
    clock.move(days=1)
    answers(let_in(link), link, **{"answer-9": "1"})
    assert (told(), kept(Alert).told_on) == ([[riverside.clinician.email]] * 2, clock.day(1))


@pytest.mark.parametrize("why", ["left", "front desk"])
def test_owners_are_told_where_no_practitioner_can_see_it(link, riverside, why):
    with clinic_scope(riverside.clinic):
        if why == "left":
            members.end_membership(by=Writer(), clinic=riverside.clinic, user_id=riverside.clinician.pk)
        else:
            to = {"role": Role.FRONT_DESK, "reason": "Another task"}
            members.change_role(by=Writer(), clinic=riverside.clinic, user_id=riverside.clinician.pk, **to)
        assert Practitioner.objects.filter(pk=riverside.owner.pk).exists()
    answers(let_in(link), link, **{"answer-9": "1"})
    assert told() == [[riverside.owner.email]]


def test_mail_is_sent_when_the_answer_is_committed(link, monkeypatch):
    scopes = []
    monkeypatch.setattr(mail.EmailMessage, "send", lambda self: scopes.append(connection.clinic))
    assert answers(let_in(link), link, **{"answer-9": "1"}).status_code == 200
    assert scopes == [None]


def test_answer_is_kept_where_no_mail_server_takes_the_mail(make_link, kept, riverside, monkeypatch, capfd):
    def refuse(self):
        raise ConnectionRefusedError("no mail today")

    with monkeypatch.context() as broken:
        broken.setattr(mail.EmailMessage, "send", refuse)
        link = make_link()
        assert answers(let_in(link), link, **{"answer-9": "1"}).status_code == 200
    assert (kept(Assessment).answers, kept(Alert).open, kept(Alert).told_on) == ({"9": 1}, True, None)
    assert trail(riverside) == ["alert.raised", "alert.told", "alert.not_told"]
    link = make_link()
    answers(let_in(link), link, **{"answer-9": "1"})
    assert told() == [[riverside.clinician.email]]


def test_answers_that_staff_write_down_tell_nobody(practitioner, patient, kept):
    form = {"id": uuid4(), "patient": patient.pk, "instrument": "phq-9", "date": "1 March 2026", "answer-9": "1"}
    answer = practitioner.post(f"/assessments/{form['id']}/answers/", form)
    assert (answer.status_code, kept(Alert).channel, told()) == (200, "staff", [])


def test_of_two_answers_at_once_one_claims_the_mail(in_woodside, woodside):
    with in_woodside():
        patient = make_patient(date_of_birth=date(1980, 3, 12))
        requests = [
            create_request(
                by=Writer(), clinic=woodside.clinic, id=uuid4(), patient=patient, user=patient.user,
                definition=find(instrument), language="en", days=7,
            ).request
            for instrument in ("phq-9", scale())
        ]  # fmt: skip
    first, second = (
        partial(answer_request, id=request.pk, answers={code: 1}, version=None, page=None)
        for request, code in zip(requests, ("9", "a"), strict=True)
    )
    both = overlap(in_woodside, first, second)
    assert (both.refusal, both.waited) == ("", True)
    with in_woodside():
        claims = Alert.objects.filter(patient=patient).exclude(told_on=None).count()
        assert (claims, Alert.objects.filter(patient=patient).count()) == (1, 2)


def scale() -> str:
    """Another instrument that raises an alert and is answered by the patient."""
    options = [{"points": points, "text": f"Degree {points}"} for points in range(3)]
    data = {
        **dict.fromkeys(("title", "name", "source", "licence"), "Scale"),
        "type": "other",
        "licence_class": "free",
        "answered_by": "patient",
        "items": [{"code": "a", "text": "Question", "options": options}],
        "scoring": {"minimum": 0, "maximum": 2},
        "alerts": [{"code": "a", "text": "Look.", "severity": 2, "item": "a", "at_least": 1}],
    }
    return add_custom_instrument(by=Writer(), data=data, origin="form")[0].instrument
