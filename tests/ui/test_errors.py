"""Errors have one shape, and say nothing about patients."""

import json
import logging

import pytest
from django.test import Client, RequestFactory

from clinic.accounts.models import User
from clinic.patients.models import Patient
from clinic.ui import errors, logs
from tests.conftest import signed_in
from tests.outages import administered, database_away


@pytest.fixture
def client(riverside, sign_in):
    return sign_in(riverside.clinician)


@pytest.fixture
def unlucky(lakeside):
    """A client of a clinic whose database can be broken without harm to other tests."""
    client = signed_in(Client(raise_request_exception=False), lakeside.clinician)
    client.schema = lakeside.clinic.schema_name
    return client


@pytest.fixture
def broken(unlucky):
    """The same while the patients' table has another name."""
    alter = f'ALTER TABLE "{unlucky.schema}".'
    with administered(f"{alter}patients_patient RENAME TO lost", f"{alter}lost RENAME TO patients_patient"):
        yield unlucky


@pytest.fixture
def disconnected(direct, unlucky):
    """The same while the web's role cannot sign in to the database."""
    with database_away():
        yield unlucky


def test_unexpected_error_is_a_500_page_with_its_number(broken):
    response = broken.get("/patients/")
    assert response.status_code == 500
    assert response["X-Request-Id"] in response.content.decode()


def test_unexpected_error_is_the_envelope_for_programs(broken):
    response = broken.get("/api/v1/patients/")
    error = {"__typename": "Error", "code": "server_error", "fields": {}, "request_id": response["X-Request-Id"]}
    assert (response.status_code, response.json()["error"]) == (500, error)


def test_lost_database_is_a_503_page_with_retry_after(disconnected):
    response = disconnected.get("/patients/")
    assert (response.status_code, response["Retry-After"]) == (503, "5")
    assert response["Content-Type"].startswith("text/html")


def test_lost_database_is_the_envelope_for_programs(disconnected):
    response = disconnected.get("/api/v1/patients/")
    assert (response.status_code, response.json()["error"]["code"]) == (503, "unavailable")


def test_probes_tell_a_lost_database_from_a_lost_process(disconnected):
    assert (disconnected.get("/healthz").status_code, disconnected.get("/readyz").status_code) == (200, 503)


def test_unknown_address_is_404_as_page_and_as_envelope(client):
    page, answer = client.get("/nothing/here/"), client.get("/api/v1/nothing/")
    assert (page.status_code, answer.status_code, answer.json()["meta"]["success"]) == (404, 404, False)
    assert page["Content-Type"].startswith("text/html")


def test_error_page_needs_no_middleware_and_no_query():
    request = RequestFactory().get("/patients/")
    response = errors.answer(request, 500, "server_error", "It broke.")
    assert (response.status_code, "It broke." in response.content.decode()) == (500, True)


@pytest.mark.parametrize("path", ["/%00/", "/patients/%00/", "/patients/%ff%fe/", "/%2e%2e/%2e%2e/etc/passwd"])
def test_odd_path_is_refused_cleanly(client, path):
    assert client.get(path).status_code in (301, 400, 404)


@pytest.mark.parametrize("cookie", ["", "x", "a" * 500, "ab\x00cd1234567", "; drop table"])
def test_odd_session_cookie_is_a_stranger(riverside, cookie):
    client = Client()
    client.cookies["sessionid"] = cookie
    assert client.get("/patients/").status_code == 302


def test_log_line_has_no_query_and_no_name(client, caplog):
    with caplog.at_level(logging.INFO):
        client.get("/patients/?q=Secretname")
    assert caplog.records[-1].name == "clinic.request"
    assert "Secretname" not in caplog.text


def formatted(record: logging.LogRecord) -> dict[str, object]:
    return json.loads(logs.formatter().format(record))


def test_logged_exception_has_its_type_and_place_but_not_its_message():
    try:
        raise ValueError("Key (user_id, name_key)=(1, ana garcía) already exists.")
    except ValueError as error:
        info = (type(error), error, error.__traceback__)
    line = formatted(logging.LogRecord("clinic", logging.ERROR, __file__, 1, "failed", (), info))
    assert line["exception"] == "ValueError"
    assert "garcía" not in json.dumps(line, ensure_ascii=False)


def test_records_and_users_do_not_print_a_patients_name():
    assert "Ana" not in f"{Patient(full_name='Ana García', record_number='P-1')!r}"
    assert "ana@example.test" not in f"{User(email='ana@example.test', name='Ana')!r}"
