"""One id of a request on every side, as long as it is one."""

import json

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from clinic.ui.kept import MOST_READ
from clinic.ui.logs import formatter
from clinic.ui.requests import GIVEN, TRACE

TRACE_ID = "4bf92f3577b34da6a3ce929d0e0e4736"


def logged(client, caplog, **headers):
    """The answer of a request and what its line in the log says."""
    caplog.clear()
    with caplog.at_level("INFO"):
        answer = client.get("/accounts/login/", headers=headers)
    (line,) = [line for line in caplog.records if line.name == "clinic.request"]
    return answer, json.loads(formatter().format(line))


@pytest.mark.parametrize("given", ["lab-42", "6f1c2d3e-0000-4000-8000-000000000001", "a", "A.b_c-9" * 9])
def test_id_of_a_proxy_or_a_program_is_taken_over(client, caplog, given):
    answer, line = logged(client, caplog, X_Request_Id=given)
    assert (answer["X-Request-Id"], line["request_id"]) == (given, given)


@pytest.mark.parametrize("given", ["", "-a", "Ann Adeyemi", "a" * 65, "a\u0000b", "é", "{}", "<b>"])
def test_what_is_no_id_is_replaced(client, caplog, given):
    answer, line = logged(client, caplog, X_Request_Id=given)
    assert answer["X-Request-Id"] == line["request_id"] != given
    assert len(line["request_id"]) == 12


@given(st.text(max_size=70))
def test_id_is_one_word_that_cannot_break_a_line_or_a_header(text):
    assert GIVEN.fullmatch(text) is None or (text.isascii() and text.isprintable() and not set(text) & set(" \"'<>&;,"))


def test_trace_is_noted(client, caplog):
    _, line = logged(client, caplog, Traceparent=f"00-{TRACE_ID}-00f067aa0ba902b7-01")
    assert line["trace_id"] == TRACE_ID


@pytest.mark.parametrize(
    "given", [f"00-{'0' * 32}-00f067aa0ba902b7-01", f"00-{TRACE_ID}-{'0' * 16}-01", f"00-{TRACE_ID}", "x"]
)
def test_what_is_no_trace_is_not_noted(client, caplog, given):
    _, line = logged(client, caplog, Traceparent=given)
    assert "trace_id" not in line
    assert TRACE.fullmatch(given) is None


@pytest.mark.parametrize(
    "path", ["/accounts/login/", "/o/token/", "/answer/abcdefgh/", "/api/v1/patients/", "/nowhere/"]
)
@pytest.mark.parametrize("kind", ["multipart/form-data; boundary=x", "application/x-www-form-urlencoded", "text/plain"])
def test_body_that_no_page_reads_is_refused_by_its_length_before_it_arrives(path, kind):
    """Nothing of it is sent here: whoever reads it waits for what does not come."""
    answer = Client().generic("POST", path, content_type=kind, CONTENT_LENGTH=MOST_READ + 1)
    assert (answer.status_code, "one megabyte at most" in answer.content.decode()) == (413, True)
