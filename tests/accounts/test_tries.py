"""Only what was found wrong counts as a try: an outage locks nobody out, and many guesses at once are as many."""

import itertools
import re
from datetime import date
from ipaddress import ip_network

import pytest
from django.db import OperationalError, connection
from django.test import Client

from clinic.accounts.limits.counters import GIVE_BACK, count, forget
from clinic.accounts.limits.declared import PASSWORDS
from clinic.accounts.models import Counter
from clinic.tenancy.scope import clinic_scope
from tests.conftest import signed_in
from tests.outages import database_away
from tests.side_by_side import beside, end_of
from tests.world import PASSWORD, make_patient

LIMIT = 30  # wrong sign-ins of one address in a minute
LOGIN = "/accounts/login/"
addresses = (f"198.51.{high}.{low}" for high, low in itertools.product(range(256), range(256)))


@pytest.fixture
def address():
    """An address that no other test counts by."""
    return next(addresses)


def sign_in_page(user, password=PASSWORD, by="127.0.0.1", **headers):
    client = Client(raise_request_exception=False, REMOTE_ADDR=by, headers=headers)
    return client.post(LOGIN, {"login": user.email, "password": password})


def test_outage_counts_no_sign_in(direct, lakeside):
    with database_away():
        failed = [sign_in_page(lakeside.clinician).status_code for _ in range(LIMIT + 5)]
    assert failed == [503] * (LIMIT + 5)
    assert sign_in_page(lakeside.clinician).status_code == 302


@pytest.mark.parametrize("at", range(12))
def test_outage_at_any_statement_of_signing_in_counts_nothing(riverside, at):
    """But where it is giving back that fails, which the person does not notice."""
    statements = []

    def fail(execute, sql, params, many, context):
        statements.append(sql)
        if len(statements) == at + 1:
            raise OperationalError("The database is away.")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(fail):
        status = sign_in_page(riverside.owner, by="192.0.2.1").status_code
    kept = sum(Counter.objects.values_list("count", flat=True))
    given_back = len(statements) > at and statements[at] == GIVE_BACK
    assert len(statements) > at
    assert (status, kept > 0) == ((302, True) if given_back else (503, False))


def test_right_password_does_not_count(riverside, address):
    assert [sign_in_page(riverside.clinician, by=address).status_code for _ in range(LIMIT + 5)] == [302] * (LIMIT + 5)
    assert sum(Counter.objects.values_list("count", flat=True)) == 0


def test_who_tries_too_often_is_told_when_to_come_back(riverside, address):
    answers = [sign_in_page(riverside.clinician, "wrong", by=address) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [200] * 5 + [429]
    assert ["Retry-After" in answer for answer in answers] == [False] * 5 + [True]
    assert 0 < int(answers[-1]["Retry-After"]) <= 300
    assert f'value="{riverside.clinician.email}"' in answers[-1].content.decode()


@pytest.mark.parametrize("spelled", [str.upper, str.title, " {} ".format])
def test_account_is_one_however_it_is_written(riverside, address, spelled):
    other = Client(REMOTE_ADDR=address)
    typed = spelled(riverside.clinician.email)
    found = [other.post(LOGIN, {"login": typed, "password": "wrong"}).status_code for _ in range(5)]
    assert (found, sign_in_page(riverside.clinician, by=address).status_code) == ([200] * 5, 429)


def test_unknown_account_is_limited_as_a_known_one(riverside, address):
    form = {"login": "nobody@nowhere.test", "password": "wrong"}
    assert [Client(REMOTE_ADDR=address).post(LOGIN, form).status_code for _ in range(6)] == [200] * 5 + [429]


def test_wrong_sign_ins_of_one_address_are_limited(riverside, address):
    form = {"password": "wrong"}
    client = Client(REMOTE_ADDR=address)
    found = [client.post(LOGIN, {**form, "login": f"{n}@x.test"}).status_code for n in range(LIMIT + 1)]
    assert found == [200] * LIMIT + [429]
    assert sign_in_page(riverside.owner, by=next(addresses)).status_code == 302


def test_wrong_sign_ins_of_one_network_of_ipv6_are_limited(riverside):
    asked = [f"2001:db8:5:6::{n:x}" for n in range(LIMIT + 1)]
    form = {"password": "wrong"}
    found = [
        Client(REMOTE_ADDR=by).post(LOGIN, {**form, "login": f"{n}@x.test"}).status_code for n, by in enumerate(asked)
    ]
    assert found == [200] * LIMIT + [429]


@pytest.mark.parametrize("trusted", [False, True])
def test_other_forwarded_addresses_buy_no_guesses(riverside, settings, trusted):
    """Believed or not: what is counted for an account does not ask where a guess comes from."""
    settings.TRUSTED_PROXIES = [ip_network("127.0.0.1")] if trusted else []
    told = [{"X-Forwarded-For": next(addresses)} for _ in range(12)]
    found = [sign_in_page(riverside.owner, "wrong", **each).status_code for each in told]
    assert found == [200] * 5 + [429] * 7


def test_guesses_go_on_for_a_day_at_most(riverside, address):
    """With each window of five minutes over as soon as it is full."""
    each, day = PASSWORDS
    for _ in range(98):
        count(day, riverside.owner.email)
    answers = [sign_in_page(riverside.owner, "wrong", by=address) for _ in range(3)]
    forget(each, riverside.owner.email)
    answers.append(sign_in_page(riverside.owner, by=address))
    assert [answer.status_code for answer in answers] == [200, 200, 429, 429]
    assert "Wait 24 hours" in answers[-1].content.decode()


def test_guesses_at_once_are_counted_each(lakeside):
    work = [beside(lambda: sign_in_page(lakeside.clinician, "wrong", by="203.0.113.9")) for _ in range(14)]
    assert sorted(end_of(each).status_code for each in work) == [200] * 5 + [429] * 9


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("/accounts/reauthenticate/", {"password": "wrong"}),
        ("/accounts/password/change/", {"oldpassword": "wrong", "password1": "n" * 20, "password2": "n" * 20}),
    ],
)
def test_password_is_limited_wherever_it_is_asked_for(riverside, sign_in, path, form):
    client = sign_in(riverside.owner)
    answers = [client.post(path, form) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [200] * 5 + [429]
    assert "Retry-After" in answers[-1]


def test_new_password_that_is_refused_is_no_try(riverside, sign_in):
    client = sign_in(riverside.owner)
    form = {"oldpassword": PASSWORD, "password1": "short", "password2": "short"}
    assert [client.post("/accounts/password/change/", form).status_code for _ in range(8)] == [200] * 8


@pytest.mark.parametrize("who", ["owner", "nobody"])
def test_mails_of_forgotten_passwords_are_limited_for_whoever_it_is(riverside, address, who):
    email = f"{who}@riverside.test"
    found = [Client(REMOTE_ADDR=address).post("/accounts/password/reset/", {"email": f"{email}"}) for _ in range(6)]
    assert [answer.status_code for answer in found] == [302] * 5 + [429]
    assert f'value="{email}"' in found[-1].content.decode()


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


def test_tries_to_unlock_a_device_are_limited_though_the_answer_is_a_refusal(locked):
    found = [locked.post("/handover/leave/", {"password": "wrong"}) for _ in range(6)]
    assert [answer.status_code for answer in found] == [422] * 5 + [429]
    assert ("Retry-After" in found[-1], "Too many wrong passwords" in found[-1].content.decode()) == (True, True)
