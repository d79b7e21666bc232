"""The server that gunicorn's configuration runs, as real processes: nobody's silence keeps others waiting."""

import http.client
import socket
import time
from contextlib import ExitStack, closing

import psycopg2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic.ui.serving.worker import LARGEST, is_whole
from tests.patience import PATIENCE
from tests.postgres import ADMIN_DSN, ROOT
from tests.serving import serving

MANY = 64
FORM = b"POST /o/token/ HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n"
BEGINNINGS = {
    "nothing": b"",
    "one byte": b"G",
    "half a head": b"GET / HTTP/1.1\r\nHost: localhost\r\nX-a: ",
    "half a body": FORM + b"Content-Length: 5000\r\n\r\nlogin=a",
    "half a chunk": FORM + b"Transfer-Encoding: chunked\r\n\r\n100\r\nlogin=a",
    "an end that is not closed": b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
    "no body, asked for": FORM + b"Content-Length: 5000\r\nExpect: 100-continue\r\n\r\n",
}
CONFIG = f"""
import runpy
from clinic.ui.serving import worker as server
shipped = runpy.run_path({str(ROOT / "deploy" / "gunicorn.conf.py")!r})
globals().update({{name: value for name, value in shipped.items() if not name.startswith("_")}})
workers = threads = 1
"""
SHORT = "server.WHOLE_WITHIN, server.SILENT = 0.4, 0.4"
FEW = "worker_connections, server.HELD = 20, 50_000"


def get(port: int, path: str = "/accounts/login/") -> tuple[int, str | None]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    connection.request("GET", path)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status, answer.headers["Retry-After"]


@pytest.fixture
def ask():
    """A function that sends bytes to a port; the connection is open until the test ends."""
    with ExitStack() as opened:

        def ask(port: int, sent: bytes) -> socket.socket:
            client = opened.enter_context(socket.create_connection(("127.0.0.1", port), timeout=PATIENCE))
            client.sendall(sent)
            return client

        yield ask


@pytest.fixture(scope="module")
def stock(django_db_setup):
    with serving("deploy/gunicorn.conf.py") as port:
        yield port


@pytest.fixture(scope="module")
def other(django_db_setup, tmp_path_factory):
    """A function that serves with one thread and other limits."""
    with ExitStack() as servers:

        def serve(limits: str) -> int:
            config = tmp_path_factory.mktemp("server") / "server.conf.py"
            config.write_text(CONFIG + limits)
            return servers.enter_context(serving(str(config)))

        yield serve


@pytest.fixture(scope="module")
def short(other):
    return other(SHORT)


@pytest.fixture(scope="module")
def few(other):
    return other(FEW)


@pytest.mark.parametrize("beginning", BEGINNINGS)
def test_requests_that_do_not_end_keep_nobody_waiting(stock, ask, beginning):
    for _ in range(MANY):
        ask(stock, BEGINNINGS[beginning])
    assert [get(stock) for _ in range(6)] == [(200, None)] * 6


def test_body_that_comes_in_pieces_is_read_whole(stock, ask):
    body = b"grant_type=" + b"a" * 3000
    client = ask(stock, FORM + b"Content-Length: %d\r\nExpect: 100-continue\r\n\r\n" % len(body))
    assert client.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
    for beginning in range(0, len(body), 1000):
        time.sleep(0.05)
        client.sendall(body[beginning : beginning + 1000])
    said = client.recv(65536)
    while b"unsupported_grant_type" not in said:
        part = client.recv(65536)
        assert part != b"", said
        said += part


def test_too_large_a_body_is_refused_before_it_is_sent(stock, ask):
    client = ask(stock, FORM + b"Content-Length: 150000000\r\n\r\n")
    assert client.recv(12) == b"HTTP/1.1 413"


def test_connection_serves_one_request_after_another(stock):
    connection = http.client.HTTPConnection("127.0.0.1", stock, timeout=PATIENCE)
    seen = []
    for path in ("/healthz", "/accounts/login/", "/healthz"):
        connection.request("GET", path)
        answer = connection.getresponse()
        answer.read()
        seen.append((answer.status, connection.sock.getsockname()))
    connection.close()
    assert seen == [(200, seen[0][1])] * 3


def test_two_requests_sent_at_once_are_both_answered(stock, ask):
    client = ask(stock, b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n" * 2)
    said = b""
    while said.count(b'"ok"') < 2:
        part = client.recv(65536)
        assert part != b"", said
        said += part


@pytest.mark.parametrize("beginning", sorted(BEGINNINGS.keys() - {"an end that is not closed"}))
def test_request_that_does_not_end_is_ended(short, ask, beginning):
    client = ask(short, BEGINNINGS[beginning])
    said = b""
    while part := client.recv(1000):
        said += part
    if beginning == "no body, asked for":
        assert said.startswith(b"HTTP/1.1 100 ")
        said = said.partition(b"\r\n\r\n")[2]
    assert said.partition(b"\r\n")[0] == (b"HTTP/1.1 408 Request Timeout" if BEGINNINGS[beginning] else b"")
    assert get(short) == (200, None)


def test_more_connections_than_are_held_end_the_oldest_silent_ones(few, ask):
    clients = [ask(few, b"") for _ in range(30)]
    assert get(few) == (200, None)
    assert clients[0].recv(100) == b""


def test_more_bytes_than_are_held_end_the_oldest_unfinished_request(few, ask):
    head = FORM + b"Content-Length: 9000\r\n\r\n"
    clients = [ask(few, head + b"a" * 8000) for _ in range(8)]
    assert clients[0].recv(12) == b"HTTP/1.1 408"
    clients[-1].sendall(b"a" * 1000)
    assert clients[-1].recv(12) == b"HTTP/1.1 400"


def test_who_has_waited_too_long_for_a_turn_is_told_to_come_again(short, ask):
    """The one thread waits for a lock; behind it others wait."""
    with closing(psycopg2.connect(ADMIN_DSN)) as connection, connection, connection.cursor() as cursor:
        cursor.execute("LOCK TABLE django_migrations IN ACCESS EXCLUSIVE MODE")
        ask(short, b"GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        time.sleep(0.2)
        head = b"Host: localhost\r\nConnection: close\r\n\r\n"
        page, program = (ask(short, b"GET %b HTTP/1.1\r\n" % path + head) for path in (b"/", b"/api/v1/patients/"))
        time.sleep(2.2)
    said = [b"".join(iter(lambda client=client: client.recv(65536), b"")) for client in (page, program)]
    assert [text.partition(b"\r\n")[0] for text in said] == [b"HTTP/1.1 503 Service Unavailable"] * 2
    assert [b"\r\nRetry-After: 5\r\n" in text for text in said] == [True, True]
    assert b"Too many people ask at once" in said[0]
    assert b'"code": "busy"' in said[1]
    assert get(short) == (200, None)


heads = st.sampled_from(
    [b"GET / HTTP/1.1\r\n", b"POST /a HTTP/1.1\r\nX-b: c\r\n", b"POST /a HTTP/1.1\r\nContent-Type: a/b\r\n"]
)
names = st.sampled_from([b"Content-Length: %d\r\n", b"content-length:%d\r\n", b"CONTENT-LENGTH:\t%d \r\n"])
bodies = st.binary(min_size=1, max_size=40).map(lambda data: data.replace(b"\n", b"x"))


def chunked(parts: list[bytes]) -> bytes:
    return b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


@given(heads, names, bodies)
def test_request_with_a_length_is_whole_at_its_last_byte(head, name, body):
    whole = head + name % len(body) + b"\r\n" + body
    assert [is_whole(whole[:end]) for end in range(len(whole) + 1)] == [False] * len(whole) + [True]


@given(heads, st.lists(bodies, max_size=3))
def test_request_in_chunks_is_whole_at_its_last_byte(head, parts):
    whole = head + b"Transfer-Encoding: chunked\r\n\r\n" + chunked(parts)
    assert [is_whole(whole[:end]) for end in range(len(whole) + 1)] == [False] * len(whole) + [True]


@given(heads)
def test_request_without_a_body_is_whole_after_its_head(head):
    whole = head + b"\r\n"
    assert [is_whole(whole[:end]) for end in range(len(whole) + 1)] == [False] * len(whole) + [True]


def test_what_the_record_refuses_by_its_length_is_not_waited_for(settings):
    assert settings.DATA_UPLOAD_MAX_MEMORY_SIZE < LARGEST
    head = FORM + b"Content-Length: %d\r\n\r\n"
    assert [is_whole(head % length) for length in (LARGEST, LARGEST + 1)] == [False, True]
    assert [is_whole(b"G" * length) for length in (65_536, 65_537)] == [False, True]


def test_body_in_chunks_is_read(ask):
    """The token's address says who is refused, where the form was read; it was taken for empty once."""
    form = b"grant_type=client_credentials&client_id=nobody&client_secret=x"
    with serving() as port:
        client = ask(
            port, FORM + b"Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n" + chunked([form[:9], form[9:]])
        )
        answer = b"".join(iter(lambda: client.recv(65_536), b""))
    assert (answer.split(b" ", 2)[1], b"invalid_client" in answer) == (b"401", True)
