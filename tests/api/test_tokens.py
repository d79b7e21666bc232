"""API clients: made at the command line, let in by OAuth 2.0 client credentials, stored hashed."""

import hashlib
import io
from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.contrib.auth.hashers import check_password
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from oauth2_provider.models import AccessToken

from clinic.accounts.models import ApiClient
from clinic.audit.models import AuditEvent
from clinic.tenancy.scope import clinic_scope
from tests.api.conftest import basic

GRANT = {"grant_type": "client_credentials"}


@pytest.fixture
def ask(db, riverside, credentials):
    """A function that asks for a token as the client that may, or may not, write."""

    def asked(*, write=True, secret=None, **form):
        client_id, right = credentials[riverside.clinic.name, write]
        headers = {"Authorization": basic(client_id, secret or right)}
        return Client().post("/o/token/", {**GRANT, **form}, headers=headers)

    return asked


def test_token_is_oauths_own_json(ask):
    response = ask()
    answer = response.json()
    assert (response.status_code, response["Cache-Control"]) == (200, "no-store")
    assert {name: answer[name] for name in answer if name != "access_token"} == {
        "expires_in": 3600,
        "token_type": "Bearer",
        "scope": "read write",
    }


def test_credentials_may_be_in_the_form(db, riverside, credentials):
    client_id, secret = credentials[riverside.clinic.name, True]
    form = {**GRANT, "client_id": client_id, "client_secret": secret}
    assert Client().post("/o/token/", form).status_code == 200


@pytest.mark.parametrize(
    ("write", "scope", "given"),
    [(True, "read", "read"), (True, "write", "write"), (True, "read write", "read write"), (False, "read", "read")],
)
def test_scope_may_be_narrowed(ask, write, scope, given):
    assert ask(write=write, scope=scope).json()["scope"] == given


def test_client_without_write_gets_only_read(ask):
    assert ask(write=False).json()["scope"] == "read"


@pytest.mark.parametrize("scope", ["write", "read write", "admin", "\0", "rea d"])
def test_client_without_write_gets_no_other_scope(ask, scope):
    response = ask(write=False, scope=scope)
    assert (response.status_code, response.json()["error"]) == (400, "invalid_scope")
    assert "scopes" in response.json()["error_description"]


def test_wrong_secret_is_refused(ask):
    response = ask(secret="wrong")
    assert (response.status_code, response.json()["error"]) == (401, "invalid_client")
    assert "secret" in response.json()["error_description"]


@pytest.mark.parametrize(
    "header", ["Basic", "Basic !", "Basic bm8=", "Bearer x", basic("\0", "\0"), basic("nobody", "x"), basic("", "")]
)
def test_unknown_client_is_refused(db, header):
    response = Client().post("/o/token/", GRANT, headers={"Authorization": header})
    assert (response.status_code, response.json()["error"]) == (401, "invalid_client")


@pytest.mark.parametrize(
    ("grant", "error"),
    [
        ("password", "unsupported_grant_type"),
        ("authorization_code", "unsupported_grant_type"),
        ("refresh_token", "unsupported_grant_type"),
        ("urn:ietf:params:oauth:grant-type:device_code", "unsupported_grant_type"),
        ("", "unsupported_grant_type"),
        ("\0", "unsupported_grant_type"),
    ],
)
def test_other_grants_are_refused(ask, grant, error):
    response = ask(grant_type=grant, username="x", password="x", code="x", refresh_token="x")
    assert (response.status_code, response.json()["error"]) == (400, error)


def test_resource_is_refused_rather_than_ignored(ask):
    assert ask(resource="https://elsewhere.example/").json()["error"] == "invalid_target"


@pytest.mark.parametrize(
    ("body", "kind", "query", "status"),
    [
        (b"", "application/x-www-form-urlencoded", "", 400),
        (b'{"grant_type": "client_credentials"}', "application/json", "", 400),
        (b"grant_type=client_credentials", "application/x-www-form-urlencoded", "?a=%zz", 400),
        (b"grant_type=%zz", "application/x-www-form-urlencoded", "", 400),
        (b"&".join([b"a=b"] * 1500), "application/x-www-form-urlencoded", "", 400),
        (b"grant_type=client_credentials", "application/x-www-form-urlencoded; charset=latin-1", "", 400),
        (b"x", "multipart/form-data", "", 400),
        (b"a=" + b"b" * 2_000_000, "application/x-www-form-urlencoded", "", 413),
    ],
)
def test_malformed_request_is_refused(db, body, kind, query, status):
    response = Client().generic("POST", f"/o/token/{query}", body, content_type=kind)
    assert response.status_code == status
    assert set(response.json()) == {"error", "error_description"}


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "OPTIONS"])
def test_other_methods_are_refused(db, method):
    response = Client().generic(method, "/o/token/")
    assert (response.status_code, response["Allow"]) == (405, "POST")
    assert response.json()["error"] == "invalid_request"


def columns(table):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT to_jsonb(t)::text FROM public.{table} t")
        return "".join(row for (row,) in cursor.fetchall())


def test_neither_token_nor_secret_is_in_any_column(ask, credentials):
    token = ask().json()["access_token"]
    stored = columns("oauth2_provider_accesstoken") + columns("accounts_apiclient")
    assert AccessToken.objects.values_list("token", flat=True).get() == ""
    assert [secret for _, secret in credentials.values() if secret in stored] == []
    assert token not in stored


def test_neither_token_nor_secret_is_logged(ask, credentials, caplog, capfd):
    caplog.set_level("DEBUG")
    token = ask().json()["access_token"]
    logged = caplog.text + "".join(capfd.readouterr())
    assert [text for text in (token, *(secret for _, secret in credentials.values())) if text in logged] == []


def test_web_can_neither_remove_a_client_nor_change_what_it_may_do(riverside):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT privilege FROM unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']) privilege "
            "WHERE has_table_privilege('public.accounts_apiclient', privilege)"
        )
        assert cursor.fetchall() == [("SELECT",), ("INSERT",)]
        cursor.execute(
            "SELECT attname FROM pg_attribute WHERE attrelid = 'public.accounts_apiclient'::regclass AND attnum > 0 "
            "AND has_column_privilege('public.accounts_apiclient', attnum, 'UPDATE') ORDER BY 1"
        )
        assert [name for (name,) in cursor.fetchall()] == [
            "disabled_at", "earlier_checksum", "earlier_until", "last_day", "last_used_at", "secret_checksum",
            "secret_since",
        ]  # fmt: skip


@pytest.fixture
def command(woodside):
    """Runs `create_api_client` outside any test's transaction and gives what it printed; `name` is free."""
    name = f"Registry {uuid4().hex[:6]}"

    def run(clinic, name, *options):
        out = io.StringIO()
        call_command("create_api_client", clinic, name, *options, stdout=out)
        return dict(line.split(": ") for line in out.getvalue().splitlines())

    yield SimpleNamespace(run=run, name=name, clinic=woodside.clinic)
    ApiClient.objects.using("owner").filter(name=name).delete()


@pytest.mark.parametrize(("options", "can_write"), [((), False), (("--write",), True)])
def test_command_makes_a_client_whose_secret_is_printed_once(command, options, can_write):
    printed = command.run(command.clinic.name, f" {command.name}  ", *options)
    client = ApiClient.objects.using("owner").get(name=command.name)
    assert list(printed) == ["client_id", "client_secret"]
    assert (client.client_id, client.clinic, client.can_write) == (printed["client_id"], command.clinic, can_write)
    assert (client.client_type, client.authorization_grant_type) == ("confidential", "client-credentials")
    assert client.secret_checksum == hashlib.sha256(printed["client_secret"].encode()).hexdigest()
    assert (client.client_secret[0], check_password(printed["client_secret"], client.client_secret)) == ("!", False)


def test_command_takes_the_id_of_a_clinic(command):
    command.run(str(command.clinic.pk), command.name)
    assert ApiClient.objects.using("owner").get(name=command.name).clinic_id == command.clinic.pk


def test_command_leaves_a_trail_in_the_clinic(command):
    printed = command.run(command.clinic.name, command.name)
    with clinic_scope(command.clinic):
        event = AuditEvent.objects.filter(action="api_client.created").latest("id")
    assert event.actor_id == "operator"
    assert event.changes == {"client_id": printed["client_id"], "name": command.name, "can_write": False}


@pytest.mark.parametrize("clinic", ["Nowhere", "", "00000000-0000-4000-8000-000000000001"])
def test_command_refuses_an_unknown_clinic(command, clinic):
    with pytest.raises(CommandError, match=f"^There is no clinic “{clinic}”.$"):
        command.run(clinic, command.name)


@pytest.mark.parametrize("name", ["", "  ", "a" * 256])
def test_command_refuses_a_name_that_is_none(command, name):
    with pytest.raises(CommandError):
        command.run(command.clinic.name, name)


def test_command_refuses_a_name_that_is_taken_in_the_clinic(command, lakeside):
    command.run(command.clinic.name, command.name)
    with pytest.raises(CommandError):
        command.run(command.clinic.name, command.name)
    assert list(command.run(lakeside.clinic.name, command.name)) == ["client_id", "client_secret"]
