"""A role that only reads changes nothing in a clinic, by whichever address and method."""

import pytest
from django.test import Client

from clinic.access import PERMISSIONS, READING_ROLES, Permission, Role
from clinic.accounts.middleware import PUBLIC_MODULES
from clinic.accounts.models import Membership
from clinic.audit.models import AuditEvent
from clinic.lists.models import Job, SavedView
from clinic.patients.models import Patient
from clinic.tenancy.scope import clinic_scope
from tests import posted
from tests.test_url_walk import OUTSIDE, address, views
from tests.world import make_patient

UNSAFE = ("post", "put", "patch", "delete")
# What a role that only reads may send forms to, and why.
OPEN = {
    "lists/shortcuts/": "single keys are switched off for oneself, for who presses them by accident",
    "api/v1/patients/match/": "who is here already is asked with a body, and nothing is written",
    "clinic/trail/emergency/<uuid:pk>/review/": "who looks at what was done with records says what they found",
}
REFUSED = "Auditors change nothing in the record."
WRITING = {"in": "Save this view", "out": "Display", "bulk": 'id="bulk"', "download": "_export=csv"}


def of_clinic() -> dict[str, object]:
    found = {route: view for route, view in views() if view.__module__ not in PUBLIC_MODULES}
    return {route: view for route, view in found.items() if route not in OUTSIDE}


def test_auditors_only_read():
    assert frozenset({Role.AUDITOR}) == READING_ROLES


def test_views_open_to_readers_are_these():
    assert {route for route, view in of_clinic().items() if hasattr(view, "for_readers")} == set(OPEN)


@pytest.mark.parametrize("allowed", [PERMISSIONS[Role.AUDITOR], frozenset(Permission)])
def test_reader_is_refused_every_unsafe_request(riverside, sign_in, monkeypatch, allowed):
    """Whatever their permissions are, so that one which is granted too much writes nothing either."""
    monkeypatch.setitem(PERMISSIONS, Role.AUDITOR, allowed)
    client = sign_in(riverside.auditor)
    with clinic_scope(riverside.clinic):
        key = make_patient().pk
    routes = [route for route in of_clinic() if route not in OPEN]
    answers = {(route, way): getattr(client, way)(address(route, key)) for route in routes for way in UNSAFE}
    wrong = {at: found.status_code for at, found in answers.items() if found.status_code != 403}
    silent = [at for at, found in answers.items() if REFUSED not in found.content.decode()]
    assert (wrong, silent, len(answers) > 300) == ({}, [], True)
    assert {found["Content-Type"].partition(";")[0] for at, found in answers.items() if at[0].startswith("api/")} == {
        "application/json"
    }


def test_form_that_others_send_writes_nothing_of_a_reader(riverside, sign_in, monkeypatch):
    monkeypatch.setitem(PERMISSIONS, Role.AUDITOR, frozenset(Permission))
    at, owner, reader = posted.records(riverside), sign_in(riverside.owner), sign_in(riverside.auditor)
    forms = posted.of_patients(at, owner) | posted.of_assessments(at, owner) | posted.of_the_clinic(at, owner)
    with clinic_scope(riverside.clinic):
        before = AuditEvent.objects.count()
    sent = [label for label in forms if label.partition(" ")[0] in of_clinic()]
    answers = {label: reader.post(*forms[label]).status_code for label in sent}
    with clinic_scope(riverside.clinic):
        left = AuditEvent.objects.order_by("id").values_list("action", flat=True)[before:]
        assert set(left) == {"access.refused", "emergencyaccess.reviewed"}
    leading_on = {route: 302 for route in OPEN if not route.startswith("api/")}
    assert (answers, len(answers) > 40) == (dict.fromkeys(answers, 403) | leading_on, True)


def kept_of(world, user) -> tuple[int, int, dict[str, object]]:
    with clinic_scope(world.clinic):
        views_and_jobs = (SavedView.objects.count(), Job.objects.count())
    return (*views_and_jobs, Membership.objects.get(user=user, clinic=world.clinic).preferences)


def test_reader_keeps_no_view_layout_or_job_and_switches_keys_off(riverside, sign_in):
    reader = sign_in(riverside.auditor)
    with clinic_scope(riverside.clinic):
        key = str(make_patient().pk)
    sent = {
        "/lists/patients/views/new/": {"name": "Mine", "query": ""},
        "/lists/patients/layout/": {"density": "compact"},
        "/patients/bulk/": {"do": "csv", "id": key},
    }
    assert {path: reader.post(path, form).status_code for path, form in sent.items()} == dict.fromkeys(sent, 403)
    assert reader.get("/lists/patients/views/new/").status_code == 403
    assert kept_of(riverside, riverside.auditor) == (0, 0, {})
    assert reader.post("/lists/shortcuts/", {"shortcuts": "off"}).status_code == 302
    assert kept_of(riverside, riverside.auditor) == (0, 0, {"shortcuts": False})


def offered(client: Client, path: str) -> dict[str, bool]:
    """What a list and its menu of views, which comes when it is opened, offer."""
    answers = [client.get(path), client.get(f"/lists{path}views/")]
    assert [answer.status_code for answer in answers] == [200, 200]
    text = "".join(answer.content.decode() for answer in answers)
    return {what: sign in text for what, sign in WRITING.items()}


@pytest.mark.parametrize("path", ["/patients/", "/assessments/"])
def test_page_offers_a_reader_no_way_to_write(riverside, sign_in, path):
    with clinic_scope(riverside.clinic):
        make_patient()
    found = [offered(sign_in(user), path) for user in (riverside.auditor, riverside.owner)]
    assert found == [{"in": False, "out": False, "bulk": False, "download": True}, dict.fromkeys(WRITING, True)]


def test_reader_changes_their_own_name_and_signs_out(riverside, sign_in):
    reader = sign_in(riverside.auditor)
    assert reader.post("/account/", {"name": "Aude Newname"}).status_code == 302
    assert reader.post("/accounts/logout/").status_code == 302
    assert reader.get("/patients/").status_code == 302
    with clinic_scope(riverside.clinic):
        assert Patient.objects.count() == 0
