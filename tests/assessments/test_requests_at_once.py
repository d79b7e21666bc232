"""A patient who answers by a link while the clinic, or the same patient on a second device, does something else."""

from datetime import date
from functools import partial
from types import SimpleNamespace
from uuid import uuid4

import pytest

from clinic.accounts.models import AnswerLink
from clinic.assessments.models import AnswerRequest, Assessment
from clinic.assessments.questionnaire import actions as questionnaires
from clinic.assessments.selfreport import actions as request_actions
from clinic.audit.models import AuditEvent
from clinic.instruments import catalogue
from clinic.tenancy.scope import clinic_scope
from tests.patience import wait_until
from tests.side_by_side import backend, beside, end_of, holds_lock, overlap, waiters
from tests.world import Writer, make_patient

BY = Writer()
BORN, WRONG = date(1980, 3, 12), date(1980, 3, 13)


@pytest.fixture
def shore(woodside):
    return woodside.clinic


@pytest.fixture
def at_once(shore):
    """Runs two pieces of work in the clinic at once."""
    return partial(overlap, partial(clinic_scope, shore))


@pytest.fixture
def asked(shore):
    """A patient with an open request, `ask(id)`, and what is kept of all the patient's requests."""
    with clinic_scope(shore):
        patient = make_patient(gender="female", date_of_birth=BORN)

    def ask(id=None):
        return request_actions.create_request(
            by=BY, clinic=shore, id=id or uuid4(), patient=patient, user=patient.user,
            definition=catalogue.find("phq-9"), language="en", days=7,
        ).request  # fmt: skip

    def states():
        with clinic_scope(shore):
            rows = AnswerRequest.objects.filter(patient=patient).order_by("created_at")
            return list(rows.values_list("state", flat=True))

    def kept():
        with clinic_scope(shore):
            events = AuditEvent.objects.filter(record_id=key).order_by("id").values_list("action", flat=True)
            return AnswerRequest.objects.get(pk=key), list(events)[1:]

    with clinic_scope(shore):
        key = ask().pk
    return SimpleNamespace(patient=patient, ask=ask, key=key, states=states, kept=kept)


def assessments(shore, asked):
    with clinic_scope(shore):
        return list(Assessment.objects.filter(patient=asked.patient).values_list("status", "answers"))


def answer(key, answers, **fields):
    return partial(request_actions.answer_request, id=key, answers=answers, **{"version": None, "page": None, **fields})


def revoke(key):
    return partial(request_actions.revoke_request, by=BY, id=key)


@holds_lock("assessments.selfreport.actions.create_request")
def test_later_of_two_requests_at_once_is_the_open_one(at_once, asked):
    both = at_once(asked.ask, asked.ask)
    assert asked.states() == ["revoked", "revoked", "sent"]
    assert both.second.open


@holds_lock("assessments.selfreport.actions.create_request")
def test_form_sent_twice_at_once_makes_one_request_with_one_open_link(at_once, asked):
    ask = partial(asked.ask, uuid4())
    both = at_once(ask, ask)
    assert (both.first.pk, asked.states()) == (both.second.pk, ["revoked", "sent"])
    links = AnswerLink.objects.filter(request_id=both.first.pk)
    assert [link.closed_at is None for link in links] == [True]


@holds_lock("assessments.selfreport.actions._locked")
def test_request_that_is_completed_meanwhile_is_not_revoked(at_once, asked):
    at_once(answer(asked.key, {"1": 1}, complete=True), revoke(asked.key))
    request, events = asked.kept()
    assert (request.state, events) == ("done", ["request.completed"])


@holds_lock("assessments.selfreport.actions._locked")
def test_opening_a_link_that_is_revoked_meanwhile_leads_nowhere(at_once, asked):
    both = at_once(revoke(asked.key), partial(request_actions.note_opened, id=asked.key))
    request, events = asked.kept()
    assert (type(both.second), request.state, events) == (request_actions.RequestEnded, "revoked", ["request.revoked"])


@holds_lock("assessments.selfreport.actions._locked")
def test_wrong_dates_at_once_are_both_counted(at_once, asked):
    guess = partial(request_actions.check_key, id=asked.key, born=WRONG)
    both = at_once(guess, guess)
    assert ((both.first, both.second), asked.kept()[0].tries) == ((4, 3), 2)


@holds_lock("assessments.selfreport.actions._locked")
def test_first_answers_on_two_devices_make_one_assessment(shore, at_once, asked):
    both = at_once(answer(asked.key, {"1": 1}), answer(asked.key, {"2": 2}))
    assert both.second.assessment.pk == both.first.assessment.pk
    assert assessments(shore, asked) == [("in_progress", {"2": 2})]


@holds_lock("assessments.selfreport.actions._locked")
def test_answers_to_a_request_that_is_revoked_meanwhile_are_refused(shore, at_once, asked):
    both = at_once(revoke(asked.key), answer(asked.key, {"1": 1}))
    request, events = asked.kept()
    assert (type(both.second), request.state, events) == (request_actions.RequestEnded, "revoked", ["request.revoked"])
    assert assessments(shore, asked) == []


def test_new_request_beside_the_last_answers_ends_neither_by_a_deadlock(shore, asked):
    """The patient's answers wait for their assessment, which somebody of the clinic has: then a new request begins."""
    with clinic_scope(shore):
        assessment = answer(asked.key, {"1": 1})().assessment

    def in_the_clinic(work):
        with clinic_scope(shore):
            return work()

    with clinic_scope(shore):
        questionnaires.save_responses(by=BY, id=assessment.pk, answers={"2": 2})
        holder = backend()
        last = beside(partial(in_the_clinic, answer(asked.key, {"1": 1, "2": 2}, complete=True)))
        wait_until(lambda: last.done() or waiters(holder))
        new = beside(partial(in_the_clinic, asked.ask))
        wait_until(lambda: new.done() or any(map(waiters, waiters(holder))))
    assert (end_of(last).assessment.status, end_of(new).open) == ("completed", True)
    assert asked.states() == ["done", "sent"]
