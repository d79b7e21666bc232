"""The shipped nginx configuration, by Debian's nginx, in front of the real server."""

import json
import os
import re
import shutil
import socket
import ssl
import subprocess
import sys
from contextlib import ExitStack, closing, contextmanager
from http.client import HTTPConnection, HTTPSConnection
from threading import Thread
from types import SimpleNamespace
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from django.test import RequestFactory

from clinic.accounts.models import Session
from clinic.ui.envelope import envelope
from tests.nginx import nginx_with
from tests.patience import PATIENCE, wait_until
from tests.ports import free_port
from tests.postgres import ROOT
from tests.serving import has_address, serving
from tests.world import PASSWORD


@contextmanager
def nginx(folder, upstream, assessments=None, trusted=None):
    """nginx with the shipped template, before one process or two; its log is a file instead of standard output."""
    shutil.copytree(ROOT / "deploy" / "nginx" / "pages", folder / "pages")
    names = {
        "SERVER_NAME": "record.example.org", "UPSTREAM": f"127.0.0.1:{upstream}", "HTTP_PORT": str(free_port()),
        "ASSESSMENTS_UPSTREAM": f"127.0.0.1:{assessments or upstream}",
        "HTTPS_PORT": str(free_port()), "CERTIFICATES": str(folder), "PAGES": str(folder / "pages"),
        "CACHE": str(folder / "cache"), "UPSTREAM_SCHEME": "https" if trusted else "http",
        "UPSTREAM_CERTIFICATE": str(trusted or folder / "fullchain.pem"),
    }  # fmt: skip
    template = (ROOT / "deploy" / "nginx" / "clinic.conf.template").read_text()
    http = re.sub(r"\$\{(\w+)\}", lambda found: names[found[1]], template).replace("/dev/stdout", f"{folder}/log")
    if not has_address(socket.AF_INET6, "::1"):
        http = http.replace("listen [::]", "# listen [::]")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=record.example.org",
         "-keyout", folder / "privkey.pem", "-out", folder / "fullchain.pem"],
        check=True, capture_output=True,
    )  # fmt: skip
    with nginx_with(http, folder, int(names["HTTPS_PORT"])):
        yield SimpleNamespace(
            http=int(names["HTTP_PORT"]), https=int(names["HTTPS_PORT"]), log=folder / "log", pages=folder / "pages"
        )


PRODUCTION = {
    "MODE": "production",
    "BEHIND_PROXY": "true",
    "ALLOWED_HOSTS": "record.example.org",
    "SECRET_KEY": "only for a test, and long enough: " + "k" * 50,
    "CLINIC_ENV_FILE": "env/.prod.properties",
}


@pytest.fixture(scope="module")
def front(django_db_setup, tmp_path_factory):
    """The record in production mode behind nginx."""
    static = tmp_path_factory.mktemp("static")
    properties = PRODUCTION | {"STATIC_ROOT": str(static)}
    subprocess.run(
        [sys.executable, "manage.py", "collectstatic", "--no-input", "--verbosity", "0"],
        cwd=ROOT, env=os.environ | properties, check=True,
    )  # fmt: skip
    with serving(**properties) as upstream, nginx(tmp_path_factory.mktemp("nginx"), upstream) as front:
        yield front


def trusting(version: ssl.TLSVersion | None = None) -> ssl.SSLContext:
    """The certificate is made for the test; which version of TLS is spoken is what matters."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    if version is not None:
        context.minimum_version = context.maximum_version = version
    return context


def get(front, path, method="GET", body=None, tls=True, by="127.0.0.1", **headers):
    """Status, headers and text; headers' names have underscores for dashes. `by` is where the client is."""
    with closing(
        HTTPSConnection("127.0.0.1", front.https, context=trusting(), timeout=PATIENCE, source_address=(by, 0))
        if tls
        else HTTPConnection("127.0.0.1", front.http, timeout=PATIENCE)
    ) as connection:
        sent = {"Host": "record.example.org"} | {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, body=body, headers=sent)
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read().decode(errors="replace")


def test_pages_come_through_and_are_secure(front):
    status, headers, text = get(front, "/accounts/login/")
    assert status == 200
    assert "<h1" in text
    assert headers["Strict-Transport-Security"].startswith("max-age=31536000")
    assert "Secure" in headers["Set-Cookie"]
    assert headers["Server"] == "nginx"
    assert (headers["X-Content-Type-Options"], headers["Referrer-Policy"]) == ("nosniff", "same-origin")
    policy = headers["Content-Security-Policy"].split("; ")
    assert {"object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"} <= set(policy)


@pytest.mark.parametrize("claim", [{}, {"X_Forwarded_For": "6.6.6.6"}, {"X_Forwarded_For": "127.0.0.1, 127.0.0.1"}])
def test_client_is_where_nginx_says_and_not_where_it_says_itself(front, woodside, claim):
    _, headers, page = get(front, "/accounts/login/")
    cookie = headers["Set-Cookie"].partition(";")[0]
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)[1]
    form = {"login": woodside.auditor.email, "password": PASSWORD, "csrfmiddlewaretoken": token}
    sent = {"Content_Type": "application/x-www-form-urlencoded", "Cookie": cookie, **claim}
    origin = "https://record.example.org"
    answer = get(front, "/accounts/login/", "POST", urlencode(form), by="127.0.0.7", Origin=origin, **sent)
    row = Session.objects.get(user=woodside.auditor)
    row.delete()
    assert (answer[0], row.address) == (302, "127.0.0.7")


@pytest.mark.parametrize("version", ["TLSv1_2", "TLSv1_3"])
def test_current_versions_of_tls_are_spoken_and_http_2_with_them(front, version):
    context = trusting(ssl.TLSVersion[version])
    context.set_alpn_protocols(["h2", "http/1.1"])
    with socket.create_connection(("127.0.0.1", front.https)) as plain, context.wrap_socket(plain) as client:
        assert (client.version(), client.selected_alpn_protocol()) == (version.replace("_", "."), "h2")


def test_older_versions_of_tls_are_refused(front):
    context = trusting()
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
    with (
        socket.create_connection(("127.0.0.1", front.https)) as plain,
        pytest.raises(ssl.SSLError, match=r"PROTOCOL_VERSION|protocol version"),
    ):
        context.wrap_socket(plain)


def test_pages_without_tls_are_sent_on_and_programs_refused(front):
    status, headers, _ = get(front, "/patients/?q=adeyemi", tls=False)
    assert (status, headers["Location"]) == (308, "https://record.example.org/patients/?q=adeyemi")
    for path in ("/api/v1/patients/", "/o/token/"):
        status, headers, text = get(front, path, "POST", tls=False)
        assert (status, headers["Content-Type"]) == (403, "application/json")
        assert json.loads(text) == {"error": "Use https: what was sent without it may have been read by others."}


def test_hashed_files_are_kept_by_nginx(front):
    _, _, page = get(front, "/accounts/login/")
    path = re.search(r'/static/[^"]+\.css', page)[0]
    first, second = get(front, path, Accept_Encoding="gzip"), get(front, path, Accept_Encoding="gzip")
    assert [each[0] for each in (first, second)] == [200, 200]
    assert [each[1]["X-Cache"] for each in (first, second)] == ["MISS", "HIT"]
    assert second[1]["Cache-Control"] == "max-age=315360000, public, immutable"
    assert second[1]["Content-Encoding"] == "gzip"
    assert get(front, path)[1]["Content-Encoding"] is None  # who cannot read it packed gets another copy
    assert "X-Cache" not in get(front, "/accounts/login/")[1]


@pytest.mark.parametrize(
    ("length", "says"), [(1_500_000, "The request is too large."), (3_000_000, "That is too large")]
)
def test_too_large_a_body_is_refused_by_its_length(front, length, says):
    """The record answers what is a little too large, nginx what is far too large: at once, nothing of it is sent."""
    beginning = b"a" * (length if length < 2_000_000 else 0)
    form = {"Content_Type": "application/x-www-form-urlencoded", "Content_Length": str(length)}
    status, _, text = get(front, "/o/token/", "POST", beginning, **form)
    assert (status, says in text) == (413, True)


@pytest.mark.parametrize(("length", "kept"), [(1_900, 1_900), (8_000, len("/patients/"))])
def test_long_address_leads_to_signing_in_and_as_much_of_it_back_as_servers_take(front, length, kept):
    """The head that says so is longer than nginx expects of itself."""
    status, headers, _ = get(front, "/patients/?" + "&f" * ((length - 10) // 2))
    [back] = parse_qs(urlsplit(headers["Location"]).query)["next"]
    assert (status, abs(len(back) - kept) < 3, len(headers["Location"]) <= 4_000) == (302, True, True)
    assert get(front, headers["Location"])[0] == 200


def test_address_that_is_longer_than_nginx_reads_is_refused_in_words(front):
    status, _, text = get(front, "/patients/?" + "&f" * 4_500)
    assert (status, "That address is too long" in text, '<html lang="en' in text) == (414, True, True)


@pytest.mark.parametrize(("length", "status", "by_nginx"), [(3_000_000, 403, False), (12_000_000, 413, True)])
def test_photo_is_let_through_to_the_record_and_nothing_larger(front, length, status, by_nginx):
    """The record, which nobody has signed in to, refuses the form for having no token."""
    path, body = "/patients/11111111-1111-4111-8111-111111111111/photo/change/", b"" if by_nginx else b"a" * length
    form = {"Content_Type": "application/x-www-form-urlencoded", "Content_Length": str(length)}
    answer = get(front, path, "POST", body, **form)
    assert (answer[0], "That is too large" in answer[2]) == (status, by_nginx)


def test_slow_clients_keep_nobody_waiting(front):
    beginnings = (b"", b"GET / HT", b"POST /o/token/ HTTP/1.1\r\nHost: a\r\nContent-Length: 500\r\n\r\na")
    with ExitStack() as opened:
        for number in range(150):
            plain = opened.enter_context(socket.create_connection(("127.0.0.1", front.https)))
            if number % 2:
                client = opened.enter_context(trusting().wrap_socket(plain))
                client.sendall(beginnings[number % 3])
        assert [get(front, "/accounts/login/")[0] for _ in range(5)] == [200] * 5


def test_who_signs_in_too_often_is_slowed_down_and_others_are_not(front):
    answers = (get(front, "/o/token/", "POST", b"") for _ in range(200))
    status, headers, text = next(answer for answer in answers if answer[0] != 400)
    assert (status, headers["Retry-After"], json.loads(text)["error"]["code"]) == (429, "5", "too_many_requests")
    assert get(front, "/accounts/login/")[0] == 200


def test_maintenance_is_told_and_ends(front):
    note = front.pages / "maintenance"
    note.touch()
    status, headers, text = get(front, "/patients/")
    assert (status, headers["Retry-After"], headers["Cache-Control"]) == (503, "5", "no-store")
    assert "The record is away for a moment" in text
    assert json.loads(get(front, "/api/v1/patients/")[2])["error"]["code"] == "unavailable"
    note.unlink()
    assert get(front, "/accounts/login/")[0] == 200


def test_state_of_the_record_is_not_told_outside(front):
    assert [get(front, path)[0] for path in ("/healthz", "/readyz")] == [200, 404]


def lines_of(log):
    return [json.loads(line) for line in log.read_text().splitlines()]


def test_log_has_neither_search_terms_nor_secrets(front):
    """A line is written after its answer was sent, so those of other tests may come as late."""
    shown = {"/patients/", "/answer/...", "/accounts/password/reset/key/..."}
    for path in ("/patients/?q=adeyemi", "/answer/abcdefghij/", "/accounts/password/reset/key/1-abcdefghij/"):
        get(front, path)
    wait_until(lambda: shown <= {line["path"] for line in lines_of(front.log)})
    assert [text in front.log.read_text() for text in ("adeyemi", "abcdefghij")] == [False, False]
    assert {line["address"] for line in lines_of(front.log) if line["path"] in shown} == {"127.0.0.1"}


@pytest.fixture
def listener(tmp_path):
    """nginx in front of a port that keeps what it is sent."""
    with socket.create_server(("127.0.0.1", 0)) as server, nginx(tmp_path, server.getsockname()[1]) as front:
        yield front, server


def test_what_a_client_says_of_itself_is_replaced(listener):
    front, server = listener
    heard = []

    def hear():
        client, _ = server.accept()
        with client:
            heard.append(client.recv(65536).decode())
            client.sendall(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")

    hearing = Thread(target=hear)
    hearing.start()
    claims = {
        "X_Forwarded_For": "6.6.6.6", "X_Forwarded_Proto": "http", "X_Forwarded_Host": "evil.example",
        "Forwarded": "for=6.6.6.6", "X_Real_IP": "6.6.6.6", "X_Request_Id": "forged",
    }  # fmt: skip
    assert get(front, "/", **claims)[0] == 204
    hearing.join()
    said = dict(line.split(": ", 1) for line in heard[0].split("\r\n")[1:] if ": " in line)
    assert said.pop("X-Request-Id") != "forged"
    assert said == {
        "Host": "record.example.org", "X-Forwarded-For": "127.0.0.1", "X-Forwarded-Proto": "https",
        "Accept-Encoding": "identity",
    }  # fmt: skip


def test_record_that_is_down_is_told_in_words(tmp_path):
    with nginx(tmp_path, free_port()) as front:
        status, headers, text = get(front, "/patients/")
        assert (status, headers["Retry-After"]) == (503, "5")
        assert "The record is away for a moment" in text
        told = json.loads(get(front, "/api/v1/patients/")[2])
        ours = envelope(RequestFactory().get("/api/v1/patients/"), message=told["meta"]["message"], error=told["error"])
        ours["meta"]["request"] = None  # nginx does not write what a client sent into JSON
        assert told == ours
