"""A form or an address may say what to lead to afterwards: whatever is written there, it is a page of ours."""

import re
from itertools import product

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from clinic.ui.pages import own_path
from tests.conftest import signed_in
from tests.world import PASSWORD

AWAY = "elsewhere.example"
SCHEMES = ("", "http:", "https:", "HtTpS:", "javascript:", "data:text/html,", "ftp:", "\thttps:", " https:", "http\n:")
SLASHES = (
    "//",
    "///",
    "/\\",
    "\\\\",
    "\\/",
    "/\t/",
    "/\n/",
    "\x00//",
    "//testserver@",
    "/%2f",
    "/%09/",
    "/.//",
    ":80//",
)
ENDS = (AWAY, f"{AWAY}/patients/", f"testserver.{AWAY}")
PIECES = ("/", "\\", "\t", "\n", "\x00", " ", ":", "@", ".", "?", "#", "%2f", "%5c", "http:", "a")
PAYLOADS = sorted({"".join(parts) for parts in product(SCHEMES, SLASHES, ENDS)})
SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):(.*)", re.IGNORECASE | re.DOTALL)


def leads_away(location: str) -> bool:
    """Whether a browser that is on our site leaves it for what `Location` says, as the URL standard has it read."""
    text = re.sub(r"[\t\n\r]", "", location.strip("".join(map(chr, range(0x21)))))
    if found := SCHEME.fullmatch(text):
        if found[1].lower() not in ("http", "https"):
            return True
        text = "//" + found[2].replace("\\", "/").lstrip("/")
    text = text.replace("\\", "/")
    if not text.startswith("//"):
        return False
    host = re.split(r"[/?#]", text.lstrip("/"), maxsplit=1)[0].rpartition("@")[2]
    return host.partition(":")[0] != "testserver"


def test_payloads_would_lead_away():
    assert len(PAYLOADS) > 200
    assert sum(map(leads_away, PAYLOADS)) > 200
    assert [leads_away(path) for path in ("/", "/patients/?q=//a", "patients/", "http://testserver/", "")] == [
        False
    ] * 5


def sign_in_at(user, target):
    return Client().post("/accounts/login/", {"login": user.email, "password": PASSWORD, "next": target})


def sign_in_from(user, target):
    return Client().post("/accounts/login/", {"login": user.email, "password": PASSWORD}, query_params={"next": target})


def switch(client, clinic, target):
    return client.post("/accounts/switch/", {"clinic": str(clinic.pk), "next": target})


def has_factor(client, clinic, target):
    return client.get("/accounts/second-factor/", {"next": target})


def confirm(client, clinic, target):
    return client.post("/accounts/reauthenticate/", {"password": PASSWORD, "next": target})


def sign_in_again(client, clinic, target):
    return client.get("/accounts/login/", {"next": target})


@pytest.mark.parametrize("way", [sign_in_at, sign_in_from])
def test_signing_in_leads_nowhere_else(riverside, way):
    answers = [way(riverside.clinician, target) for target in PAYLOADS]
    assert {answer.status_code for answer in answers} == {302}
    assert [answer["Location"] for answer in answers if leads_away(answer["Location"])] == []


@pytest.mark.parametrize("way", [switch, has_factor, confirm, sign_in_again])
def test_no_page_leads_elsewhere(riverside, sign_in, way):
    client = sign_in(riverside.clinician)
    answers = [way(client, riverside.clinic, target) for target in PAYLOADS]
    assert {answer.status_code for answer in answers} == {302}
    assert [answer["Location"] for answer in answers if leads_away(answer["Location"])] == []


def test_signing_out_leads_nowhere_else(riverside):
    some = PAYLOADS[::10]
    answers = [signed_in(Client(), riverside.clinician).post("/accounts/logout/", {"next": target}) for target in some]
    assert {answer.status_code for answer in answers} == {302}
    assert [answer["Location"] for answer in answers if leads_away(answer["Location"])] == []


@given(st.lists(st.sampled_from(PIECES), min_size=1, max_size=5).map(lambda parts: "".join(parts) + AWAY))
def test_whatever_is_written_is_a_path_of_ours_or_not_taken(text):
    assert not leads_away(own_path(text, "/"))


def test_paths_of_ours_are_kept():
    kept = ["/", "/patients/?q=ana", "/patients/?next=//elsewhere.example", "/a:b/", "/assessments/#top"]
    assert [own_path(text, "no") for text in kept] == kept
