"""When a patient's link opens, ends, and what it writes is dated, in three zones and at the edges of a day."""

import re
from datetime import timedelta

import pytest
from django.test import Client

from clinic.accounts.links import find_link
from clinic.accounts.models import AnswerLink
from clinic.assessments.models import AnswerRequest, Assessment
from clinic.assessments.record.refusals import NotForPatient
from clinic.assessments.selfreport.actions import answer_request, create_request, note_opened
from clinic.instruments.files.toml import shipped
from clinic.tenancy.scope import clinic_scope
from tests.assessments.by_link import answers, let_in
from tests.clock import in_one_zone
from tests.world import Writer, make_patient

DAYS = 7


@pytest.fixture
def ask(clock, riverside):
    """A function that asks a patient, who may be born on some day, in the clinic's scope; the token with it."""

    def made(born=None):
        patient = make_patient(**({"date_of_birth": born} if born else {}))
        definition = shipped()["phq-9", "1"]
        return create_request(
            by=Writer(), clinic=riverside.clinic, id=patient.pk, patient=patient, user=patient.user,
            definition=definition, language="en", days=DAYS,
        )  # fmt: skip

    return made


@pytest.mark.clock("clinic/assessments/selfreport/actions.py:create_request")
def test_patient_is_asked_from_the_day_of_birth_on(clock, riverside, ask):
    with clinic_scope(riverside.clinic):
        assert ask(clock.today).request.expires_at == clock.moment + timedelta(days=DAYS)
        with pytest.raises(NotForPatient, match="not born yet"):
            ask(clock.day(1))


@in_one_zone
@pytest.mark.clock(
    "clinic/assessments/models/requests.py:AnswerRequest.status", "clinic/accounts/models.py:SecretLink.is_open"
)
def test_link_ends_at_the_moment_it_was_given(clock, riverside, ask):
    with clinic_scope(riverside.clinic):
        asked = ask()
    seen = []
    for seconds in (DAYS * 86400 - 0.001, 0.001):
        clock.move(seconds=seconds)
        seen.append((asked.request.status, find_link(asked.token).is_open))
    assert seen == [("sent", True), ("expired", False)]


@pytest.mark.clock(
    "clinic/assessments/selfreport/actions.py:note_opened",
    "clinic/assessments/selfreport/actions.py:answer_request",
    "clinic/assessments/selfreport/actions.py:_begin",
    "clinic/assessments/selfreport/actions.py:_end",
    "clinic/accounts/links.py:close_links",
)
def test_what_a_patient_does_is_of_the_moment_and_the_clinics_day(clock, riverside, ask):
    with clinic_scope(riverside.clinic):
        opened, unopened = ask().request, ask().request
        clock.move(seconds=1)
        note_opened(id=opened.pk)
        first = clock.moment
        if clock.local.second == 1:
            clock.move(hours=1)
        for request in (opened, unopened):
            answer_request(id=request.pk, answers={"1": 1}, version=None, page=None, complete=True)
        rows = AnswerRequest.objects.in_bulk([opened.pk, unopened.pk])
        assert (rows[opened.pk].opened_at, rows[unopened.pk].opened_at) == (first, clock.moment)
        assert {row.ended_at for row in rows.values()} == {clock.moment}
        days = set(Assessment.objects.values_list("date", flat=True))
        assert days == {clock.local.date()}
    closed = AnswerLink.objects.filter(request_id__in=rows).values_list("closed_at", flat=True)
    assert list(closed) == [clock.moment] * 2


@pytest.mark.clock("clinic/assessments/selfreport/patient_questionnaire.py:fragment")
def test_page_and_form_say_the_clinics_time(clock, make_link, patient, practitioner):
    link = make_link()
    saved = answers(let_in(link), link, **{"answer-1": "2"}).content.decode()
    page = practitioner.get(f"/patients/{patient.pk}/assessments/").content.decode()
    until = clock.local + timedelta(days=DAYS)
    assert f"Saved {clock.local:%H:%M}" in saved
    assert re.search(r"<time [^>]*>([^<]*)</time>", page)[1] == f"{until:%-d %b %Y, %H:%M}"


@in_one_zone
def test_date_of_birth_opens_the_link_for_two_hours(clock, make_link):
    link = make_link()
    browser = let_in(link)
    seen = []
    for seconds in (2 * 60 * 60 - 1, 2):
        clock.move(seconds=seconds)
        seen.append("data-item" in browser.get(link).content.decode())
    assert (seen, Client().get(link).status_code) == ([True, False], 200)
