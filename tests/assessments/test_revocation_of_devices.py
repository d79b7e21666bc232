"""A shared device is shut when what it was shared with is taken away."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from oauth2_provider.models import AccessToken, set_token_value

from clinic.access import Role
from clinic.accounts.models import ApiClient, Membership, Session, User
from clinic.accounts.sessions import stored_key
from clinic.assessments.models import Assessment
from clinic.assessments.questionnaire.actions import cancel_assessment, start_assessment
from clinic.instruments.files.toml import shipped
from clinic.staff import actions as staff
from clinic.tenancy.models import Clinic, State
from clinic.tenancy.scope import clinic_scope
from tests.conftest import signed_in
from tests.world import PASSWORD, Writer, make_patient, own_clinic

KEY = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}")


def said(answer: HttpResponse) -> tuple[int, str]:
    """The status, with where it leads or what code it has."""
    where = answer.headers.get("Location") or answer.headers.get("HX-Redirect", "")
    if answer.headers.get("Content-Type") == "application/json" and answer.status_code >= 400:
        where = answer.json()["error"]["code"]
    return answer.status_code, KEY.sub("<id>", where.partition("?")[0])


LOGIN, LOCKED = (302, "/accounts/login/"), (403, "")
KINDS = {
    "form": lambda client: client.get("/handover/"),
    "answer": lambda client: client.post("/handover/answers/", {"answer-1": client.chosen, "mine": "1"}),
    "way back": lambda client: client.get("/handover/leave/"),
    "done": lambda client: client.post("/handover/", {"answer-1": client.chosen, "mine": "1"}),
    "record": lambda client: client.get("/patients/"),
    "JSON": lambda client: client.get("/api/v1/patients/"),
    "password": lambda client: client.post("/handover/leave/", {"password": PASSWORD}),
}
# Before anything is taken away; the password, which unlocks, is tried only afterwards.
OPEN = {
    "form": (200, ""),
    "answer": (200, ""),
    "way back": (200, ""),
    "done": (302, "/handover/"),
    "record": LOCKED,
    "JSON": (403, "handed_over"),
}
SIGNED_OUT = {
    **dict.fromkeys(("form", "way back", "record"), LOGIN),
    **dict.fromkeys(("answer", "done", "password"), (401, "")),
    "JSON": (401, "unauthenticated"),
}


def shut(status: int) -> dict[str, tuple[int, str]]:
    """The answer of the three addresses that a device still reaches."""
    return dict.fromkeys(KINDS, (status, "")) | {"record": LOCKED, "JSON": (403, "handed_over")}


@pytest.fixture(scope="module")
def committed(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), own_clinic("Landing") as world:
        yield world


@pytest.fixture
def landing(committed):
    """A clinic that is at the end of a test what it was at its beginning."""
    yield committed
    User.objects.using("owner").filter(pk=committed.clinician.pk).update(is_active=True)
    Clinic.objects.using("owner").filter(pk=committed.clinic.pk).update(state=State.ACTIVE, out_of_service=False)
    staff.add_member(clinic=committed.clinic, user=committed.clinician, role=Role.CLINICIAN, by=Writer())


@pytest.fixture
def tablet(landing):
    """A clinician's session that was shared for an assessment of its own; `key` is the assessment's."""
    with clinic_scope(landing.clinic):
        patient, key = make_patient(), uuid4()
        start_assessment(
            by=Writer(), definition=shipped()["phq-9", "1"], patient=patient, user=patient.user, id=key,
            date=timezone.localdate(),
        )  # fmt: skip
    client = signed_in(Client(), landing.clinician)
    form = {"date": "1 March 2026", "do": "share", "version": "1", "clinic": str(landing.clinic.pk)}
    assert said(client.post(f"/assessments/{key}/answer/", form)) == (302, "/handover/")
    client.key, client.chosen = key, "2"
    return client


def membership(**fields):
    return lambda world, client: Membership.objects.using("owner").filter(user=world.clinician.pk).update(**fields)


def clinic(**fields):
    return lambda world, client: Clinic.objects.using("owner").filter(pk=world.clinic.pk).update(**fields)


def user(**fields):
    return lambda world, client: User.objects.using("owner").filter(pk=world.clinician.pk).update(**fields)


def run_out(world, client):
    row = Session.objects.filter(session_key=stored_key(client.cookies["sessionid"].value))
    assert row.update(expire_date=timezone.now() - timedelta(seconds=1)) == 1


# What is taken away, and what a device answers then. Whoever may no longer assess cannot unlock it either.
NOWHERE = dict.fromkeys(("form", "answer", "way back", "done", "password"), (302, "/accounts/no-clinic/"))
TAKEN = {
    "user deactivated": (user(is_active=False), SIGNED_OUT),
    "session run out": (run_out, SIGNED_OUT),
    "membership ended": (membership(is_active=False), shut(403) | NOWHERE),
    "role made auditor": (membership(role=Role.AUDITOR), shut(403)),
    "role made front desk": (membership(role=Role.FRONT_DESK), shut(403)),
    "clinic suspended": (clinic(state=State.SUSPENDED), shut(403)),
    "clinic out of service": (clinic(out_of_service=True), shut(503)),
}


def answers(client: Client, kinds) -> dict[str, tuple[int, str]]:
    return {kind: said(KINDS[kind](client)) for kind in kinds}


def kept(world, client) -> dict[str, int]:
    with clinic_scope(world.clinic):
        return Assessment.objects.get(pk=client.key).answers


@pytest.mark.parametrize("taken", TAKEN)
def test_device_is_shut_at_every_kind_of_address_and_writes_nothing(landing, tablet, taken):
    take, refused = TAKEN[taken]
    assert answers(tablet, OPEN) == OPEN
    take(landing, tablet)
    tablet.chosen = "3"
    assert (answers(tablet, KINDS), kept(landing, tablet)) == (refused, {"1": 2})


def test_assessment_that_is_cancelled_meanwhile_takes_no_more_answers(landing, tablet):
    assert answers(tablet, OPEN) == OPEN
    with clinic_scope(landing.clinic):
        version = Assessment.objects.get(pk=tablet.key).version
        cancel_assessment(by=Writer(), id=tablet.key, version=version, reason="Wrong patient")
    assert answers(tablet, ("answer", "done")) == {"answer": (422, ""), "done": (422, "")}


def test_device_that_was_taken_back_reaches_the_form_no_more(landing, tablet):
    assert answers(tablet, OPEN) == OPEN
    assert said(tablet.post("/handover/leave/", {"password": PASSWORD})) == (302, "/assessments/<id>/")
    assert answers(tablet, ("form", "answer", "done", "record", "JSON")) == {
        "form": (404, ""),
        "answer": (404, ""),
        "done": (404, ""),
        "record": (200, ""),
        "JSON": (200, ""),
    }


def test_nobody_else_who_signs_in_on_the_device_gets_the_form(landing, tablet):
    user(is_active=False)(landing, tablet)
    signed_in(tablet, landing.owner)
    assert answers(tablet, ("form", "record")) == {"form": (404, ""), "record": (200, "")}


def test_device_with_a_token_reaches_nothing(landing, tablet):
    """Whatever else a request carries: a session on a shared device has the form, and no more."""
    program = ApiClient(clinic=landing.clinic, name="Laboratory", can_write=True, hash_client_secret=False)
    program.save(using="owner")
    token = AccessToken(application_id=program.pk, expires=timezone.now() + timedelta(hours=1), scope="read write")
    set_token_value(token, "a-token-beside-a-session")
    token.save()
    headers = {"Authorization": "Bearer a-token-beside-a-session"}
    assert Client().get("/api/v1/patients/", headers=headers).status_code == 200
    paths = ("/handover/", "/handover/leave/", "/patients/", "/api/v1/patients/")
    assert [tablet.get(path).status_code for path in paths] == [200, 200, 403, 403]
    refused = [tablet.get(path, headers=headers) for path in paths]
    assert [said(answer) for answer in refused] == [(403, "handed_over")] * 4


@pytest.mark.parametrize("header", ["Bearer nothing", "Basic x", "Bearer "])
def test_device_with_what_is_no_token_is_nobodys(landing, tablet, header):
    paths = ("/handover/", "/handover/leave/", "/patients/", "/api/v1/patients/")
    assert [tablet.get(path, headers={"Authorization": header}).status_code for path in paths] == [302, 302, 403, 403]
