"""Asking a patient: the form, the list, new links and the rules of the table."""

import io
import logging
import threading
from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connections, transaction
from django.test import Client
from django.utils import timezone

from clinic.accounts.models import AnswerLink
from clinic.assessments.models import AnswerRequest, Assessment
from clinic.assessments.selfreport.actions import create_request
from clinic.instruments.catalogue import find
from clinic.tenancy.models import Clinic
from clinic.tenancy.scope import clinic_scope
from clinic.ui.logs import formatter
from tests.assessments.by_link import answers, chosen, let_in, link_in, same_as_dead
from tests.world import Writer, make_patient


def page_of(practitioner, patient) -> str:
    return practitioner.get(f"/patients/{patient.pk}/assessments/").content.decode()


def test_link_is_shown_once(link, practitioner, patient):
    assert link not in page_of(practitioner, patient)
    assert "Made" in page_of(practitioner, patient)


def test_second_request_for_the_same_ends_the_first(make_link, riverside):
    first, second = make_link(), make_link()
    with clinic_scope(riverside.clinic):
        assert sorted(AnswerRequest.objects.values_list("state", flat=True)) == ["revoked", "sent"]
    same_as_dead(Client().get(first))
    assert Client().get(second).status_code == 200


def test_new_link_goes_on_where_the_old_one_was_left(link, kept, practitioner, riverside):
    answers(let_in(link), link, **{"answer-1": "2"})
    new = link_in(practitioner.post(f"/requests/{kept().pk}/renew/", {"new": uuid4()}, follow=True))
    same_as_dead(Client().get(link))
    browser = let_in(new)
    assert chosen(browser, new) == ["1=2"]
    browser.post(new, {"answer-1": "2", "answer-2": "2", "version": 1, "do": "incomplete"})
    with clinic_scope(riverside.clinic):
        assert Assessment.objects.get().answers == {"1": 2, "2": 2}


def test_new_link_after_five_wrong_dates_works(link, kept, practitioner):
    for _ in range(5):
        Client().post(link, {"born": "1 May 1950"})
    assert "Locked" in kept().status_label
    new = link_in(practitioner.post(f"/requests/{kept().pk}/renew/", {"new": uuid4()}, follow=True))
    assert let_in(new).get(new).status_code == 200


def test_expired_one_is_listed_as_such_and_can_be_renewed(link, events, practitioner, patient, riverside):
    with clinic_scope(riverside.clinic):
        AnswerRequest.objects.update(expires_at=timezone.now() - timedelta(days=1))
        old = AnswerRequest.objects.get().pk
    assert "Expired" in page_of(practitioner, patient)
    practitioner.post(f"/requests/{old}/renew/", {"new": uuid4()})
    with clinic_scope(riverside.clinic):
        assert AnswerRequest.objects.get(pk=old).state == "expired"
    assert events() == [
        (action, "Clara Clinician") for action in ("request.created", "request.expired", "request.created")
    ]


@pytest.mark.parametrize("posted", [{}, {"instrument": "gcs"}, {"instrument": "phq-9", "days": "0"}, {"days": "x"}])
def test_form_that_cannot_be_read_is_refused(practitioner, patient, kept, posted):
    answer = practitioner.post(f"/patients/{patient.pk}/requests/", {"days": "7", **posted})
    assert (answer.status_code, kept()) == (422, None)


@pytest.mark.parametrize("role", ["front_desk", "auditor"])
def test_who_may_not_assess_asks_nobody(riverside, sign_in, patient, link, kept, role):
    client = sign_in(getattr(riverside, role))
    for path in (
        f"/patients/{patient.pk}/requests/",
        f"/requests/{kept().pk}/revoke/",
        f"/requests/{kept().pk}/renew/",
    ):
        assert client.post(path).status_code == 403
    assert client.get(f"/requests/{kept().pk}/").status_code == 403
    assert kept().state == "sent"


def test_other_clinics_request_is_not_there(hillside, sign_in, kept, link):
    client = sign_in(hillside.clinician)
    assert client.post(f"/requests/{kept().pk}/revoke/").status_code == 404
    assert client.post(f"/requests/{kept().pk}/renew/").status_code == 404
    assert client.get(f"/requests/{kept().pk}/").status_code == 404


@pytest.mark.parametrize(
    "values",
    [
        {"state": "nonsense"},
        {"state": "done", "ended_at": timezone.now()},
        {"state": "revoked"},
        {"state": "locked", "ended_at": timezone.now(), "tries": 4},
        {"tries": 5},
        {"state": "sent", "opened_at": timezone.now()},
        {"ended_at": timezone.now()},
    ],
)
def test_table_takes_no_state_that_cannot_be(link, riverside, values):
    with clinic_scope(riverside.clinic), pytest.raises(IntegrityError), transaction.atomic():
        AnswerRequest.objects.update(**values)


def test_token_is_in_no_log(link, caplog):
    token = link.split("/")[2]
    browser = Client(enforce_csrf_checks=True)
    with caplog.at_level(logging.DEBUG):
        browser.get(link)
        browser.post(link, {"born": "1 May 1950"})
        browser.get(link.rstrip("/"))
        browser.get(f"{link}nothing/")
        Client().get(f"{link}answers/")
        Client().get(f"/ANSWER/{token}/")
    written = [formatter().format(record) for record in caplog.records]
    ours = [record.getMessage() for record in caplog.records if record.name.startswith("clinic.")]
    assert [line for line in [*written, *ours] if token in line] == []
    assert [line for line in written if r'"/answer/\u2026/"' in line] != []
    assert [line for line in written if "Forbidden" in line and r"/answer/\u2026/" in line] != []


@pytest.fixture
def asked(lakeside):
    """A committed request, and the token of its link."""
    with clinic_scope(lakeside.clinic):
        patient = make_patient(gender="female", date_of_birth=date(1980, 3, 12))
        return create_request(
            by=Writer(),
            clinic=lakeside.clinic,
            id=uuid4(),
            patient=patient,
            user=patient.user,
            definition=find("phq-9"),
            language="en",
            days=7,
        )


@pytest.mark.parametrize("change", [{"state": "suspended"}, {"out_of_service": True}, {"deleted_at": timezone.now()}])
def test_closed_clinic_says_only_that(asked, lakeside, change):
    link = f"/answer/{asked.token}/"
    browser = let_in(link)
    Clinic.objects.using("owner").filter(pk=lakeside.clinic.pk).update(**change)
    for answer in (browser.get(link), browser.post(link, {"born": "12/3/1980"}), answers(browser, link)):
        text = answer.content.decode()
        assert (answer.status_code, "at the moment" in text, "Lakeside" in text) == (503, True, False)


def test_link_that_has_run_out_is_cleared_and_dead_still(asked):
    rows = AnswerLink.objects.using("owner").filter(request_id=asked.request.pk)
    rows.update(expires_at=timezone.now() - timedelta(seconds=1))
    same_as_dead(Client().get(f"/answer/{asked.token}/"))
    call_command("clear_sessions", stdout=io.StringIO())
    assert rows.count() == 0
    same_as_dead(Client().get(f"/answer/{asked.token}/"))


def at_once(count, work):
    """What `work` gives in so many threads that begin together."""
    gate, given = threading.Barrier(count), []

    def run() -> None:
        gate.wait()
        given.append(work())
        connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return given


def test_wrong_dates_at_once_are_counted_one_by_one(asked, lakeside):
    link = f"/answer/{asked.token}/"
    given = at_once(8, lambda: Client().post(link, {"born": "1 May 1950"}).status_code)
    with clinic_scope(lakeside.clinic):
        assert (sorted(given), AnswerRequest.objects.get().tries) == ([404] * 4 + [422] * 4, 5)


def test_first_answers_at_once_make_one_assessment(asked, lakeside):
    link = f"/answer/{asked.token}/"
    cookie = let_in(link).cookies["answer"].value

    def save() -> int:
        browser = Client()
        browser.cookies["answer"] = cookie
        return answers(browser, link, **{"answer-1": "2"}).status_code

    given = at_once(4, save)
    with clinic_scope(lakeside.clinic):
        assert (sorted(given)[0], Assessment.objects.count()) == (200, 1)
