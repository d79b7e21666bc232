"""The record where it speaks TLS itself: to whom, and that nobody's half handshake keeps others waiting."""

import http.client
import os
import socket
import ssl
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress

import pytest

from clinic.certificate import NAMES, context_of, files_in
from tests.patience import PATIENCE, wait_until
from tests.ports import free_port, is_listening
from tests.postgres import ROOT
from tests.serving import serving
from tests.side_by_side import holds_lock

MANY = 64
HEALTH = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
FORM = b"POST /o/token/ HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n"


def trusting(folder, version=None):
    context = ssl.create_default_context(cafile=folder / "certificate.pem")
    if version is not None:
        context.minimum_version = context.maximum_version = version
    return context


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("tls")


@pytest.fixture(scope="module")
def port(django_db_setup, folder):
    with serving(SERVER_TLS=str(folder)) as port:
        yield port


@pytest.fixture
def connect(port, folder):
    """A function that opens a connection, with its handshake; it is open until the test ends."""
    with ExitStack() as opened:

        def connect(context=None, *, name="localhost", shaken=True):
            plain = opened.enter_context(socket.create_connection(("127.0.0.1", port), timeout=PATIENCE))
            if not shaken:
                return plain
            context = context or trusting(folder)
            return opened.enter_context(context.wrap_socket(plain, server_hostname=name, suppress_ragged_eofs=False))

        yield connect


def get(port, folder, path="/accounts/login/"):
    connection = http.client.HTTPSConnection("localhost", port, timeout=PATIENCE, context=trusting(folder))
    connection.request("GET", path)
    answer = connection.getresponse()
    said = answer.status, answer.read()
    connection.close()
    return said


def read_until(client, end):
    said = b""
    while end not in said:
        part = client.recv(65_536)
        assert part != b"", said
        said += part
    return said


@pytest.mark.parametrize("version", ["TLSv1_2", "TLSv1_3"])
@pytest.mark.parametrize("name", NAMES)
def test_record_is_asked_by_either_name_in_either_version(connect, folder, version, name):
    client = connect(trusting(folder, ssl.TLSVersion[version]), name=name)
    client.sendall(HEALTH)
    assert read_until(client, b'"ok"').startswith(b"HTTP/1.1 200 OK\r\n")


def test_who_trusts_another_certificate_does_not_speak_to_it(connect, tmp_path):
    files_in(tmp_path)
    with pytest.raises(ssl.SSLCertVerificationError):
        connect(trusting(tmp_path))


def test_older_versions_are_refused(connect, folder):
    context = trusting(folder)
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
    with pytest.raises(ssl.SSLError, match=r"PROTOCOL_VERSION|protocol version"):
        connect(context)


def test_one_connection_serves_requests_one_by_one_and_at_once(connect):
    client = connect()
    for sent in (HEALTH, HEALTH * 2, HEALTH):
        client.sendall(sent)
        said = b""
        while said.count(b'"ok"') < sent.count(b"GET"):
            said += read_until(client, b'"ok"')


def test_body_of_many_records_is_read_whole_and_the_end_is_told(connect):
    """A record of TLS holds 16 kB; who does not hear the end could not tell it from one who cut it."""
    body = b"grant_type=" + b"a" * 900_000
    client = connect()
    client.sendall(FORM + b"Connection: close\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
    said = b"".join(iter(lambda: client.recv(65_536), b""))
    assert (said.split(b" ", 2)[1], b"unsupported_grant_type" in said) == (b"400", True)


def test_asked_to_go_on_it_says_so(connect):
    client = connect()
    client.sendall(FORM + b"Content-Length: 12\r\nExpect: 100-continue\r\n\r\n")
    assert client.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
    client.sendall(b"grant_type=a")
    assert b"unsupported_grant_type" in read_until(client, b"}")


def hello(context):
    """The first bytes of a handshake."""
    sent = ssl.MemoryBIO()
    client = context.wrap_bio(ssl.MemoryBIO(), sent, server_hostname="localhost")
    with pytest.raises(ssl.SSLWantReadError):
        client.do_handshake()
    return sent.read()


@pytest.mark.parametrize("begins", ["nothing", "half a handshake", "no TLS", "a handshake", "half a request"])
def test_connections_that_do_not_go_on_keep_nobody_waiting(connect, port, folder, begins):
    for _ in range(MANY):
        if begins in ("a handshake", "half a request"):
            connect().sendall({"a handshake": b"", "half a request": HEALTH[:20]}[begins])
        else:
            first = hello(trusting(folder))
            plain = {"nothing": b"", "half a handshake": first[: len(first) // 2], "no TLS": HEALTH}[begins]
            connect(shaken=False).sendall(plain)
    assert [get(port, folder)[0] for _ in range(6)] == [200] * 6


def test_what_is_sent_without_tls_is_not_answered(connect):
    client = connect(shaken=False)
    client.sendall(HEALTH)
    said = b""
    with suppress(ConnectionResetError):
        while part := client.recv(1000):
            said += part
    assert b"HTTP" not in said


def test_health_check_asks_over_tls(port, folder):
    def said(tls):
        environment = os.environ | {"PORT": str(port), "SERVER_TLS": tls}
        command = [sys.executable, "deploy/healthy.py", "/healthz"]
        return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=False).returncode

    assert (said(str(folder)), said("") != 0) == (0, True)


def test_metrics_are_told_over_tls(django_db_setup, folder):
    metrics = free_port()
    with serving(SERVER_TLS=str(folder), METRICS_PORT=str(metrics)):
        wait_until(lambda: is_listening(metrics))
        status, body = get(metrics, folder, "/metrics")
    assert (status, b"clinic_" in body) == (200, True)


@holds_lock("certificate.files_in")
def test_certificate_is_made_once_however_many_want_it(tmp_path):
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: [each.read_bytes() for each in files_in(tmp_path / "new")], range(8)))
    assert made == [made[0]] * 8
    certificate, key = files_in(tmp_path / "new")
    assert [oct(each.stat().st_mode)[-3:] for each in (certificate, key)] == ["644", "600"]
    assert context_of(tmp_path / "new").minimum_version == ssl.TLSVersion.TLSv1_2


def test_operators_own_files_are_used_from_a_folder_that_cannot_be_written(tmp_path):
    files_in(tmp_path)
    (tmp_path / "lock").unlink()
    before = [each.read_bytes() for each in files_in(tmp_path)]
    assert sorted(each.name for each in tmp_path.iterdir()) == ["certificate.pem", "key.pem"]
    assert [each.read_bytes() for each in files_in(tmp_path)] == before
