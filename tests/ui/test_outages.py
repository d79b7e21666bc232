"""What the server says when it fails decides between 503 and 500, and is in the log by its SQLSTATE alone."""

import json
import logging
import re
from urllib.parse import urlencode

import psycopg2
import pytest
from django.core.exceptions import ObjectNotUpdated
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connections
from django.test import Client
from psycopg2 import errorcodes

from clinic.postgres import outages
from clinic.staff.models import Tag
from clinic.ui import errors, logs
from tests.conftest import signed_in
from tests.outages import database_away, writing_fails

AWAY = ("08006", "25006", "40001", "40P01", "53100", "53200", "53300", "55P03", "57014", "57P01", "57P03", "58030")
FAULTS = ("0A000", "22012", "22P02", "23514", "25P02", "42501", "42703", "42P01", "P0001", "XX000")
TYPED = {"full_name": "Typed Name", "gender": "female", "date_of_birth": "1 May 1950", "address": "a\nb"}


@pytest.fixture(scope="module")
def client(woodside):
    """Somebody at work in a committed clinic, whose browser says that forms are sent from our pages."""
    client = Client(raise_request_exception=False, headers={"Sec-Fetch-Site": "same-origin"})
    client.user = str(woodside.clinician.pk)
    return signed_in(client, woodside.clinician)


def post(client, **fields):
    body = urlencode({**TYPED, "user": client.user, **fields})
    return client.post("/patients/new/", body, content_type="application/x-www-form-urlencoded")


@pytest.mark.parametrize(("status", "states"), [(409, outages.OVERTAKEN), (503, AWAY), (500, FAULTS)])
def test_state_decides_the_status(client, woodside, caplog, status, states):
    found, logged = {}, {}
    for state in states:
        caplog.clear()
        with writing_fails(woodside.clinic, state):
            answer = post(client)
        page = answer.content.decode()
        found[state] = answer.status_code, answer.get("Retry-After"), "Typed Name" in page
        lines = [json.loads(logs.formatter().format(record)) for record in caplog.records]
        logged[state] = [line["sqlstate"] for line in lines if "sqlstate" in line]
        assert "García" not in json.dumps(lines, ensure_ascii=False)
    assert found == dict.fromkeys(states, (status, "5" if status == 503 else None, True))
    assert logged == {state: [state] for state in states}
    assert states


@pytest.mark.parametrize("state", outages.OVERTAKEN)
def test_program_that_somebody_was_before_is_told_so(client, woodside, state):
    body = {"full_name": "Ana", "gender": "female", "date_of_birth": "1950-05-01", "user": client.user}
    rows = {"rows": [{**body, "user": None}]}
    with writing_fails(woodside.clinic, state):
        one = client.post("/api/v1/patients/", body, content_type="application/json")
        many = client.post("/api/v1/patients/bulk/", rows, content_type="application/json")
    assert (one.status_code, one.json()["error"]["code"]) == (409, "conflict")
    assert [row["status"] for row in many.json()["results"]] == [409]


def test_record_that_is_gone_when_it_is_saved_is_no_fault(in_woodside):
    """Django says so by an error of its own, which no server sent."""
    with in_woodside():
        tag = Tag.objects.create(word="Waits")
        Tag.objects.filter(pk=tag.pk).delete()
        with pytest.raises(ObjectNotUpdated) as raised:
            tag.save(update_fields=["word"])
    assert (outages.is_overtaken(raised.value), outages.is_away(raised.value)) == (True, False)


@pytest.mark.parametrize("path", ["/patients/new/", "/api/v1/patients/"])
def test_full_disk_is_named_in_answer_and_log(client, woodside, caplog, path):
    body = {"full_name": "Ana", "gender": "female", "date_of_birth": "1950-05-01", "user": client.user}
    with writing_fails(woodside.clinic, outages.DISK_FULL), caplog.at_level(logging.ERROR):
        json_sent = client.post(path, body, content_type="application/json") if "api" in path else post(client)
    said = [record.msg["reason"] for record in caplog.records if record.name == "clinic.error"]
    assert (json_sent.status_code, errors.DISK_FULL_MESSAGE in json_sent.content.decode()) == (503, True)
    assert said == ["disk full"]


def test_every_class_of_the_drivers_is_decided():
    """By class alone, as where the connection ended before a SQLSTATE came; Django's own errors are faults."""
    plain = [psycopg2.OperationalError(), psycopg2.InterfaceError(), psycopg2.DatabaseError()]
    faults = [psycopg2.ProgrammingError(), psycopg2.DataError(), psycopg2.IntegrityError(), psycopg2.InternalError()]
    assert [outages.is_away(wrapped(error)) for error in plain] == [True] * 3
    assert [outages.is_away(error) for error in plain] == [True] * 3
    assert [outages.is_away(wrapped(error)) for error in faults] == [False] * 4
    assert (outages.is_away(DatabaseError("The transaction was ended.")), outages.is_away(ValueError())) == (
        False,
        False,
    )
    assert outages.is_disk_full(OSError(28, "No space left on device"))
    assert len(errorcodes.__dict__) > 200


def wrapped(error: psycopg2.Error) -> BaseException:
    """The error as Django passes it on."""
    try:
        with connections["default"].wrap_database_errors:
            raise error
    except Exception as found:
        return found


def test_form_is_kept_while_the_database_is_away(direct, client):
    with database_away():
        answer = post(client, submission="0b7e6f1c-0000-4000-8000-000000000001")
        page = answer.content.decode()
    assert (answer.status_code, answer["Retry-After"], "Try again" in page) == (503, "5", True)
    assert [
        f'name="{name}" value="{value}"' in page for name, value in TYPED.items() if value and "\n" not in value
    ] == ([True] * 3)
    assert ("a\nb" in page, 'value="0b7e6f1c-0000-4000-8000-000000000001"' in page) == (True, True)


def test_what_a_foreign_page_sends_is_not_shown(direct, client):
    with database_away():
        answer = client.post("/patients/new/", TYPED, headers={"Sec-Fetch-Site": "cross-site"})
    assert (answer.status_code, "Typed Name" in answer.content.decode()) == (503, False)


@pytest.mark.parametrize("secret", ["password", "oldpassword", "password1", "password2", "born", "code"])
def test_form_with_a_secret_is_not_kept(direct, client, secret):
    with database_away():
        answer = client.post("/patients/new/", {**TYPED, secret: "12 March 1961"})
    page = answer.content.decode()
    assert (answer.status_code, "Typed Name" in page, "12 March 1961" in page) == (503, False, False)


def test_form_that_is_too_large_is_shown_to_be_shortened(client):
    long = "word " * 250_000
    answer = post(client, address=long)
    page = answer.content.decode()
    shown = page.partition('name="address"')[2].partition(">")[2].partition("</textarea>")[0]
    assert (answer.status_code, shown.strip() == long.strip(), "Typed Name" in page) == (413, True, True)
    assert 'type="hidden" name="address"' not in page
    assert post(client, address="w" * 5_000_000).status_code == 413


def test_file_must_be_chosen_again(client, woodside, direct):
    with database_away():
        answer = client.post(
            "/instruments/new/", {"text": "id: mine", "file": SimpleUploadedFile("mine.toml", b"id = 1")}
        )
    page = answer.content.decode()
    field = re.search(r'<input id="file-1"[^>]*>', page)[0]
    assert (answer.status_code, "mine.toml" in page, 'type="file"' in field, 'name="file"' in field) == (
        503,
        *[True] * 3,
    )
    assert 'enctype="multipart/form-data"' in page
