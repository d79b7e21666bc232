"""What a request really sends to PostgreSQL, counted on the wire, and what becomes of a lost answer."""

import pytest
from django.db import OperationalError, connection
from django.test import Client

from clinic.patients.models import Patient
from clinic.tenancy.backend import base
from clinic.tenancy.scope import clinic_scope
from tests.committed import administer
from tests.conftest import signed_in
from tests.visitor import Visitor, cookie
from tests.wire import wire
from tests.world import make_patient


@pytest.fixture
def line(lakeside):
    """The default connection through a proxy, of a client of a committed clinic with one patient."""
    with clinic_scope(lakeside.clinic):
        make_patient(full_name="Lara Lake")
    browser = Visitor(cookie(signed_in(Client(), lakeside.clinician)))
    with wire(connection) as line:
        line.browser, line.clinic = browser, lakeside.clinic
        browser.get("/patients/")
        line.messages.clear()
        yield line


def kinds(messages):
    """Each message by what it is for."""
    marks = {"accounts_session": "who", "BEGIN; SET LOCAL": "first", "COMMIT": "commit", "SELECT 1": "alive?"}
    return [next((name for mark, name in marks.items() if mark in message), "query") for message in messages]


def test_page_with_one_query_takes_one_more_for_the_trail(line):
    assert line.browser.get("/patients/recent/")[0] == "200 OK"
    assert kinds(line.messages) == ["who", "first", "query", "commit"]


def test_page_of_today_and_its_lines_take_at_most_eight_messages(line):
    found = {}
    for path, about in (("/", {}), ("/worklists/today/", {"hx_request": "true", "hx_target": "today"})):
        line.messages.clear()
        assert line.browser.get(path, **about)[0] == "200 OK"
        found[path] = kinds(line.messages)
    assert found == {
        "/": ["who", "first", "query", "commit"],
        "/worklists/today/": ["who", "first", "query", "commit"],
    }


def test_poll_of_nothing_new_takes_three_messages(line):
    about = {"hx_request": "true", "hx_target": "today"}
    page = line.browser.get("/worklists/today/", **about)[1]
    stamp = page.partition("stamp=")[2].partition('"')[0]
    line.messages.clear()
    assert line.browser.get(f"/worklists/today/?stamp={stamp}", x_polled="yes", **about)[0] == "204 No Content"
    assert kinds(line.messages) == ["who", "first", "commit"]


def test_page_of_a_record_takes_three_more_for_the_photo_the_trail_and_the_search_before_it(line):
    with clinic_scope(line.clinic):
        key = Patient.objects.get().pk
    line.messages.clear()
    assert line.browser.get(f"/patients/{key}/")[0] == "200 OK"
    assert kinds(line.messages) == ["who", "first", "query", "query", "query", "commit"]


def test_fragment_of_a_search_takes_five_messages(line):
    assert line.browser.get("/patients/?q=lara", hx_request="true", hx_target="table")[0] == "200 OK"
    assert kinds(line.messages) == ["who", "first", "query", "query", "commit"]


FRAGMENT = {"hx_request": "true", "hx_target": "table"}


@pytest.mark.parametrize(
    ("query", "messages"),
    [
        ("", ["who", "first", "query", "commit"]),
        ("?sort=-practitioner", ["who", "first", "query", "commit"]),
        ("?age=18-39&sort=date_of_birth", ["who", "first", "query", "commit"]),
        ("?gender=female&age=18-39", ["who", "first", "query", "query", "commit"]),
        ("?q=lake&archived=all", ["who", "first", "query", "query", "commit"]),
        ("?q=lakf", ["who", "first", "query", "query", "commit"]),
        ("?q=1970", ["who", "first", "query", "query", "commit"]),
    ],
)
def test_fragment_of_a_list_takes_at_most_five_messages(line, query, messages):
    """Rows, count and all that is in them come with one statement, or two where few match a search; the trail's event
    takes one more, as does a search that may still be typed. Filters beside an order ask the planner first."""
    assert line.browser.get(f"/patients/{query}", **FRAGMENT)[0] == "200 OK"
    assert kinds(line.messages) == messages


@pytest.mark.parametrize(("query", "more"), [("", 1), ("?open=filters", 5)])
def test_page_of_a_list_asks_for_its_rows_and_with_open_filters_for_what_can_be_chosen(line, query, more):
    line.browser.get(f"/patients/{query}")
    assert kinds(line.messages) == ["who", "first", *["query"] * more, "commit"]


def test_json_of_a_list_takes_four_messages(line):
    line.browser.get("/api/v1/patients/")
    assert kinds(line.messages) == ["who", "first", "query", "commit"]


def test_page_behind_a_row_takes_one_message_more(line):
    with clinic_scope(line.clinic):
        key = Patient.objects.get().pk
        make_patient(full_name="Zoe Zed")
    line.messages.clear()
    assert line.browser.get(f"/patients/?page=2&after={key}", **FRAGMENT)[0] == "200 OK"
    assert kinds(line.messages) == ["who", "first", "query", "query", "commit"]


def test_connection_that_was_idle_for_long_is_asked_whether_it_lives(line):
    connection.used_at -= base.TRUSTED
    line.browser.get("/patients/?q=lara", hx_request="true", hx_target="table")
    assert kinds(line.messages) == ["alive?", "who", "first", "query", "query", "commit"]


def test_connection_that_was_ended_a_moment_ago_is_replaced_without_an_error(line):
    administer("SELECT pg_terminate_backend(%s, 5000)", connection.connection.get_backend_pid())
    assert line.browser.get("/patients/")[0] == "200 OK"


def test_connection_whose_line_broke_a_moment_ago_is_replaced_without_an_error(line):
    line.cut()
    assert line.browser.get("/patients/")[0] == "200 OK"


def test_lost_answer_to_a_commit_is_an_error_though_the_server_has_committed(line):
    line.cut_after = "COMMIT"
    with pytest.raises(OperationalError), clinic_scope(line.clinic):
        make_patient(full_name="Saved All The Same")
    line.cut_after = None
    with clinic_scope(line.clinic):
        assert Patient.objects.filter(full_name="Saved All The Same").exists()
