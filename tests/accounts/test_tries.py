"""Only what was found wrong counts as a try: an outage locks nobody out, and many guesses at once are as many."""

import re
from datetime import date

import pytest
from django.test import Client

from clinic.tenancy.scope import clinic_scope
from tests.conftest import signed_in
from tests.outages import database_away
from tests.side_by_side import beside, end_of
from tests.world import PASSWORD, make_patient

LIMIT = 30  # wrong sign-ins of one address in a minute
MANY = "Too many failed"


def sign_in_page(user, password=PASSWORD):
    return Client(raise_request_exception=False).post("/accounts/login/", {"login": user.email, "password": password})


def test_outage_counts_no_sign_in(direct, lakeside):
    with database_away():
        failed = [sign_in_page(lakeside.clinician).status_code for _ in range(LIMIT + 5)]
    assert failed == [503] * (LIMIT + 5)
    assert sign_in_page(lakeside.clinician).status_code == 302


def test_wrong_password_counts_and_the_right_one_does_not(lakeside):
    assert [sign_in_page(lakeside.clinician).status_code for _ in range(LIMIT + 5)] == [302] * (LIMIT + 5)
    said = [MANY in sign_in_page(lakeside.clinician, "wrong").content.decode() for _ in range(6)]
    assert said == [False] * 5 + [True]


def test_wrong_sign_ins_of_one_address_are_limited(db):
    """Those that are not looked at, since there were too many, are wrong ones as well."""
    form = {"password": "wrong"}
    found = [Client().post("/accounts/login/", {**form, "login": f"{n}@x.test"}).status_code for n in range(LIMIT + 1)]
    assert found == [200] * LIMIT + [429]


def test_guesses_at_once_are_counted_each(lakeside):
    work = [beside(lambda: sign_in_page(lakeside.clinician, "wrong")) for _ in range(12)]
    said = [MANY in end_of(each).content.decode() for each in work]
    assert said.count(False) <= 5
    assert MANY in sign_in_page(lakeside.clinician, "wrong").content.decode()


@pytest.fixture
def locked(lakeside):
    """A device that is shared with a patient."""
    client = signed_in(Client(raise_request_exception=False), lakeside.clinician)
    with clinic_scope(lakeside.clinic):
        patient = make_patient(date_of_birth=date(1980, 1, 1))
    page = client.get(f"/assessments/new/?patient={patient.pk}&instrument=phq-9").content.decode()
    key = re.search(r'name="id" value="([^"]+)"', page)[1]
    form = {"id": key, "patient": patient.pk, "instrument": "phq-9", "date": "1 March 2026", "do": "share"}
    assert client.post(f"/assessments/new/?patient={patient.pk}&instrument=phq-9", form)["Location"] == "/handover/"
    return client


def test_outage_counts_no_try_to_unlock_a_device(direct, locked):
    with database_away():
        failed = [locked.post("/handover/leave/", {"password": PASSWORD}).status_code for _ in range(8)]
    assert failed == [503] * 8
    assert locked.post("/handover/leave/", {"password": PASSWORD}).status_code == 302
