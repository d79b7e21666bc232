"""A patient's link is dead at every address that it has, whatever ended it."""

from datetime import date, timedelta
from textwrap import wrap
from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from clinic.accounts.links import close_links
from clinic.accounts.models import AnswerLink
from clinic.assessments.models import AnswerRequest, Assessment
from clinic.assessments.questionnaire.actions import cancel_assessment, complete_assessment
from clinic.assessments.selfreport.actions import check_key, create_request, renew_request, revoke_request
from clinic.instruments.files.toml import shipped
from clinic.tenancy.models import Clinic, State
from clinic.tenancy.scope import clinic_scope
from tests.assessments.by_link import BORN, let_in
from tests.world import Writer, make_patient, own_clinic

BY = Writer()
# What is asked at a link, by who never wrote the date of birth and by who did, and what is answered while it works.
KINDS = {
    "link": (lambda at: Client().get(at.link), 200),
    "date of birth": (lambda at: Client().post(at.link, {"born": BORN}), 302),
    "form": (lambda at: at.browser.get(at.link), 200),
    "answer": (lambda at: at.browser.post(f"{at.link}answers/", {"answer-1": at.chosen, "mine": "1"}), 200),
    "put aside": (lambda at: at.browser.post(at.link, {"answer-1": at.chosen, "mine": "1"}), 302),
    "done": (lambda at: at.browser.post(at.link, {"answer-1": at.chosen, "mine": "1", "do": "incomplete"}), 302),
    "thanks": (lambda at: at.browser.get(f"{at.link}thanks/"), 200),
}
WORKS = {kind: status for kind, (_, status) in KINDS.items() if kind not in ("done", "thanks")}


@pytest.fixture(scope="module")
def committed(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), own_clinic("Pier") as world:
        yield world.clinic


@pytest.fixture
def pier(committed):
    """A clinic that is open again at the end of a test."""
    yield committed
    Clinic.objects.using("owner").filter(pk=committed.pk).update(
        state=State.ACTIVE, out_of_service=False, deleted_at=None
    )


def ask(pier):
    """A new patient is asked, by a link of their own."""
    with clinic_scope(pier):
        patient = make_patient(date_of_birth=date(1980, 3, 12))
        return create_request(
            by=BY, clinic=pier, id=uuid4(), patient=patient, user=patient.user, definition=shipped()["phq-9", "1"],
            language="en", days=7,
        )  # fmt: skip


@pytest.fixture
def at(pier):
    """A link, and the browser of the patient who wrote their date of birth there."""
    asked = ask(pier)
    link = f"/answer/{asked.token}/"
    return SimpleNamespace(clinic=pier, id=asked.request.pk, link=link, browser=let_in(link), chosen="2")


def assessment_of(at) -> Assessment:
    return AnswerRequest.objects.select_related("assessment").get(pk=at.id).assessment


def run_out_in_public(at):
    rows = AnswerLink.objects.using("owner").filter(request_id=at.id)
    assert rows.update(expires_at=timezone.now() - timedelta(seconds=1)) == 1


def run_out_in_the_clinic(at):
    assert AnswerRequest.objects.filter(pk=at.id).update(expires_at=timezone.now() - timedelta(seconds=1)) == 1


def five_wrong_dates(at):
    assert [check_key(id=at.id, born=date(1950, 1, day)) for day in (1, 2, 3, 4, 5)] == [4, 3, 2, 1, 0]


def clinic(**fields):
    return lambda at: Clinic.objects.using("owner").filter(pk=at.clinic.pk).update(**fields)


OUTSIDE = {
    "run out in public": (run_out_in_public, 404),
    "clinic suspended": (clinic(state=State.SUSPENDED), 503),
    "clinic deleted": (clinic(deleted_at=timezone.now()), 503),
    "clinic out of service": (clinic(out_of_service=True), 503),
}
INSIDE = {
    "revoked": lambda at: revoke_request(by=BY, id=at.id),
    "renewed": lambda at: renew_request(by=BY, clinic=at.clinic, id=at.id, new_id=uuid4()),
    "closed": lambda at: close_links(at.id),
    "run out": run_out_in_the_clinic,
    "five wrong dates": five_wrong_dates,
    "assessment cancelled": lambda at: cancel_assessment(
        by=BY, id=assessment_of(at).pk, version=assessment_of(at).version, reason="Wrong patient"
    ),
    "assessment completed": lambda at: complete_assessment(by=BY, id=assessment_of(at).pk),
}


def answers(at, kinds=tuple(KINDS)) -> dict[str, int]:
    return {kind: KINDS[kind][0](at).status_code for kind in kinds}


@pytest.mark.parametrize("taken", [*OUTSIDE, *INSIDE])
def test_link_is_dead_at_every_address_and_writes_nothing(at, taken):
    assert answers(at, WORKS) == WORKS
    status = 404
    if taken in OUTSIDE:
        take, status = OUTSIDE[taken]
        take(at)
    else:
        with clinic_scope(at.clinic):
            INSIDE[taken](at)
    at.chosen = "3"
    assert answers(at) == dict.fromkeys(KINDS, status)
    with clinic_scope(Clinic.objects.get(pk=at.clinic.pk)):
        assert assessment_of(at).answers == {"1": 2}


def test_link_that_was_used_leads_to_thanks_only(at):
    assert (answers(at, WORKS), answers(at, ["done", "thanks"])) == (WORKS, {"done": 302, "thanks": 200})
    assert answers(at) == dict.fromkeys(KINDS, 404) | {"form": 200, "done": 200, "thanks": 200}  # the thanks
    at.browser = Client()
    assert answers(at) == dict.fromkeys(KINDS, 404)


def test_new_link_of_a_request_kills_the_old_one(at):
    with clinic_scope(at.clinic):
        new = renew_request(by=BY, clinic=at.clinic, id=at.id, new_id=uuid4())
    assert (answers(at, ["link"]), Client().get(f"/answer/{new.token}/").status_code) == ({"link": 404}, 200)


@pytest.mark.parametrize("typed", [str.upper, lambda token: "%20".join(wrap(token, 4)), lambda token: f"%20{token}"])
def test_link_works_as_it_is_typed(at, typed):
    """In capitals, and with the spaces of the slip that it stands on."""
    at.link = f"/answer/{typed(at.link.split('/')[2])}/"
    at.browser = let_in(at.link)
    assert answers(at, ["link", "date of birth", "form", "answer", "put aside", "done", "thanks"]) == {
        kind: status for kind, (_, status) in KINDS.items()
    }


def test_date_of_birth_opens_the_link_at_which_it_was_written_and_no_other(at, pier):
    asked = ask(pier)
    assert answers(at, ["form", "answer"]) == {"form": 200, "answer": 200}
    at.browser.cookies["answer"]["path"] = "/"
    at.link = f"/answer/{asked.token}/"
    assert (answers(at, ["answer"]), "data-item" in at.browser.get(at.link).content.decode()) == (
        {"answer": 401},
        False,
    )
