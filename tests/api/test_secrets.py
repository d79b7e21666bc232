"""Secrets of programs: two while one is exchanged, checked in no time, and the same way for every id."""

import time
from base64 import b64encode
from datetime import timedelta

import pytest
from django.contrib.auth.hashers import make_password
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from oauth2_provider.models import AccessToken

from clinic.accounts.limits.counters import GIVE_BACK
from clinic.accounts.limits.declared import SECRETS
from clinic.accounts.models import ApiClient, Counter
from clinic.api import actions
from clinic.api.actions import create_api_client
from clinic.audit.models import AuditEvent
from clinic.lists import tasks
from clinic.tenancy.scope import clinic_scope
from tests.api.conftest import basic
from tests.clock import in_one_zone
from tests.side_by_side import holds_lock, overlap
from tests.sizes import times
from tests.world import Writer

PATIENTS = "/api/v1/patients/"
GRANT = {"grant_type": "client_credentials"}
BY = Writer()


@pytest.fixture
def program(riverside):
    """A program of the clinic: `pk`, `client_id`, and its first `secret`."""
    client, secret = create_api_client(clinic=riverside.clinic, name="Statistics", can_write=False, by=BY)
    client.secret = secret
    return client


def ask(client_id, secret, path="/o/token/", form=GRANT):
    return Client().post(path, form, headers={"Authorization": basic(client_id, secret)})


def reads(token):
    return Client(headers={"Authorization": f"Bearer {token}"}).get(PATIENTS).status_code


def changed(riverside, action, program):
    with clinic_scope(riverside.clinic):
        return action(by=BY, clinic=riverside.clinic, id=program.pk)


def events(riverside):
    with clinic_scope(riverside.clinic):
        rows = AuditEvent.objects.filter(action__startswith="api_client.").order_by("pk")
        return [(row.action.partition(".")[2], row.actor_name, row.changes.get("name")) for row in rows]


def test_two_secrets_work_while_one_is_exchanged(riverside, program):
    second = changed(riverside, actions.add_secret, program).secret
    assert [ask(program.client_id, each).status_code for each in (program.secret, second, "wrong")] == [200, 200, 401]
    with pytest.raises(actions.TwoSecrets):
        changed(riverside, actions.add_secret, program)
    changed(riverside, actions.end_earlier_secret, program)
    assert [ask(program.client_id, each).status_code for each in (program.secret, second)] == [401, 200]


@in_one_zone
@pytest.mark.clock(
    "clinic/accounts/models.py:ApiClient.has_earlier", "clinic/api/actions.py:add_secret",
    "clinic/accounts/clients.py:client_of",
)  # fmt: skip
def test_earlier_secret_ends_after_a_week(clock, riverside, program):
    second = changed(riverside, actions.add_secret, program).secret
    found = []
    for days in (0, 6.99, 0.02):
        clock.move(days=days)
        found.append([ask(program.client_id, each).status_code for each in (program.secret, second)])
    assert found == [[200, 200], [200, 200], [401, 200]]
    assert changed(riverside, actions.add_secret, program).secret != second


def of_an_earlier_release(program, secret="a first secret"):  # noqa: S107
    ApiClient.objects.using("owner").filter(pk=program.pk).update(
        secret_checksum="", secret_since=None, client_secret=make_password(secret)
    )
    return secret


@pytest.fixture
def early(lakeside):
    """A committed program as the release before made it."""
    client, _ = create_api_client(clinic=lakeside.clinic, name="Statistics", can_write=False, by=BY)
    client.secret = of_an_earlier_release(client)
    return client


def test_secret_of_an_earlier_release_works_and_is_kept_as_a_digest_from_then_on(early):
    assert [ask(early.client_id, each).status_code for each in ("wrong", "")] == [401, 401]
    assert ApiClient.objects.get(pk=early.pk).secret_checksum == ""
    assert [ask(early.client_id, early.secret).status_code for _ in range(2)] == [200, 200]
    ApiClient.objects.using("owner").filter(pk=early.pk).update(client_secret="gone")
    assert [ask(early.client_id, each).status_code for each in (early.secret, "gone", "")] == [200, 401, 401]


def test_secret_of_an_earlier_release_is_one_of_two_while_it_is_exchanged(lakeside, early):
    with clinic_scope(lakeside.clinic):
        second = actions.add_secret(by=BY, clinic=lakeside.clinic, id=early.pk).secret
    assert [ask(early.client_id, each).status_code for each in (early.secret, second, "")] == [200, 200, 401]
    with clinic_scope(lakeside.clinic):
        actions.end_earlier_secret(by=BY, clinic=lakeside.clinic, id=early.pk)
    assert [ask(early.client_id, each).status_code for each in (early.secret, second, "")] == [401, 200, 401]


def test_secret_is_checked_without_a_slow_hash(riverside, program):
    """By the clock of the process: one Argon2 of the product's takes a hundred times as long."""
    began = time.process_time()
    found = [ask(program.client_id, each).status_code for each in ("wrong", program.secret) * 5]
    assert (found, time.process_time() - began < 2) == ([401, 200] * 5, True)


def statements(client_id):
    with CaptureQueriesContext(connection) as captured:
        assert ask(client_id, "wrong").status_code == 401
    return [query["sql"].partition("VALUES")[0].partition("'")[0] for query in captured.captured_queries]


def test_unknown_id_takes_the_same_way_as_a_known_one(program):
    known, unknown = statements(program.client_id), statements("x" * len(program.client_id))
    assert (known, len(known) > 2) == (unknown, True)


@settings(max_examples=times(40), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(id=st.one_of(st.just("known"), st.text(max_size=50)), secret=st.text(max_size=50), form=st.booleans())
def test_anything_for_id_and_secret_is_refused(db, program, id, secret, form):
    Counter.objects.all().delete()
    id = program.client_id if id == "known" else id
    if form:
        answer = Client().post("/o/token/", {**GRANT, "client_id": id, "client_secret": secret})
    else:
        header = b64encode(f"{id}:{secret}".encode(errors="replace")).decode()
        answer = Client().post("/o/token/", GRANT, headers={"Authorization": f"Basic {header}"})
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


def test_wrong_secrets_from_one_address_are_limited_and_right_ones_are_not(program):
    assert [ask(program.client_id, program.secret).status_code for _ in range(35)] == [200] * 35
    answers = [ask(program.client_id, "wrong") for _ in range(31)]
    assert [answer.status_code for answer in answers] == [401] * 30 + [429]
    refused = answers[-1]
    assert (refused.json()["error"], 0 < int(refused["Retry-After"]) <= 60) == ("temporarily_unavailable", True)
    elsewhere = Client(REMOTE_ADDR="192.0.2.9", headers={"Authorization": basic(program.client_id, program.secret)})
    assert elsewhere.post("/o/token/", GRANT).status_code == 200


def test_outage_while_a_secret_is_checked_counts_nothing(program):
    counted = []
    for at in range(1, 12):
        seen = []

        def fail(execute, sql, params, many, context, seen=seen, at=at):
            seen.append(sql)
            if len(seen) == at and sql != GIVE_BACK:
                raise connection.Database.OperationalError("The database is away.")
            return execute(sql, params, many, context)

        with connection.execute_wrapper(fail):
            client = Client(raise_request_exception=False, REMOTE_ADDR=f"192.0.2.{at}")
            header = basic(program.client_id, program.secret)
            client.post("/o/token/", GRANT, headers={"Authorization": header})
        counted += [row.count for row in Counter.objects.filter(pk=SECRETS.key(f"192.0.2.{at}"))]
    assert set(counted) == {0}


def test_trail_has_tokens_and_refused_secrets(riverside, program):
    token = ask(program.client_id, program.secret).json()["access_token"]
    for id in (program.client_id, "nobody", "\0", ""):
        ask(id, "wrong")
    while (taken := tasks.take("test")) is not None:
        tasks.do(taken)
    ask(program.client_id, program.secret, "/o/revoke_token/", {"token": token})
    mine = [event for event in events(riverside) if event[2] == "Statistics"]
    assert mine == [
        ("created", "Test", "Statistics"),
        ("token_issued", "Statistics", "Statistics"),
        ("secret_refused", "Statistics", "Statistics"),
        ("token_revoked", "Statistics", "Statistics"),
    ]
    with clinic_scope(riverside.clinic):
        refused = AuditEvent.objects.get(action="api_client.secret_refused")
    assert (refused.address, bool(refused.request_id)) == ("127.0.0.1", True)


@pytest.mark.clock("clinic/api/programs/validator.py:Validator.revoke_token")
@in_one_zone
def test_token_is_taken_back(clock, riverside, program):
    first, second = (ask(program.client_id, program.secret).json()["access_token"] for _ in range(2))
    answer = ask(
        program.client_id, program.secret, "/o/revoke_token/", {"token": first, "token_type_hint": "access_token"}
    )
    assert (answer.status_code, [reads(each) for each in (first, second)]) == (200, [401, 200])
    again = ask(program.client_id, program.secret, "/o/revoke_token/", {"token": first})
    assert (again.status_code, AccessToken.objects.filter(application=program.pk).count()) == (200, 2)


@pytest.mark.parametrize("hint", ["", "refresh_token", "nonsense"])
def test_token_of_another_is_not_taken_back_and_nobody_is_told(riverside, program, credentials, hint):
    other = credentials[riverside.clinic.name, False]
    token = ask(*other).json()["access_token"]
    found = [
        ask(program.client_id, program.secret, "/o/revoke_token/", {"token": each, "token_type_hint": hint})
        for each in (token, "none such", "\0", "ñ" * 300)
    ]
    assert ([(each.status_code, each.content) for each in found], reads(token)) == ([(200, b"")] * 4, 200)


@pytest.mark.parametrize(
    ("secret", "form", "status", "error"),
    [
        ("wrong", {"token": "x"}, 401, "invalid_client"),
        (None, {}, 400, "invalid_request"),
        (None, {"token": ""}, 400, "invalid_request"),
    ],
)
def test_revocation_that_is_none_is_refused(program, secret, form, status, error):
    answer = ask(program.client_id, secret or program.secret, "/o/revoke_token/", form)
    assert (answer.status_code, answer.json()["error"]) == (status, error)


@holds_lock("api.actions._change")
def test_of_two_who_make_a_secret_at_once_one_is_refused(lakeside):
    client, _ = create_api_client(clinic=lakeside.clinic, name="Statistics", can_write=False, by=BY)

    def add():
        return actions.add_secret(by=BY, clinic=lakeside.clinic, id=client.pk).secret

    both = overlap(lambda: clinic_scope(lakeside.clinic), add, add)
    assert (both.waited, both.refusal) == (True, "TwoSecrets")


@in_one_zone
@pytest.mark.clock("clinic/accounts/clients.py:note_client_use", "clinic/accounts/clients.py:end_tokens")
def test_use_is_noted_once_in_some_minutes(clock, riverside, program):
    token = ask(program.client_id, program.secret).json()["access_token"]
    found = []
    for minutes in (0, 4, 2):
        clock.move(minutes=minutes)
        assert reads(token) == 200
        found.append(ApiClient.objects.get(pk=program.pk).last_used_at)
    began = clock.moment - timedelta(minutes=6)
    assert found == [began, began, clock.moment]
    changed(riverside, actions.disable_program, program)
    assert (reads(token), AccessToken.objects.get(application=program.pk).expires) == (401, clock.moment)
    assert timezone.now() == clock.moment
