"""Forgotten passwords: one answer for every address, and links that live an hour and work once."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.clock import in_one_zone
from tests.conftest import signed_in
from tests.queued import work_off
from tests.world import closed_account

RESET, OTHER = "/accounts/password/reset/", "a wholly different passphrase"
LOST = {"BACKEND": "django.core.mail.backends.smtp.EmailBackend", "OPTIONS": {"host": "127.0.0.1", "port": 1}}


def link(mail) -> str:
    return re.search(r"http://testserver(/accounts/password/reset/key/\S+)", mail.body)[1]


def choose(path: str, password: str = OTHER) -> int:
    """The status of choosing a password at a link: 302 where it was taken."""
    client = Client()
    form = client.get(path, follow=True)
    at = form.redirect_chain[-1][0] if form.redirect_chain else path
    return client.post(at, {"password1": password, "password2": password}).status_code


@pytest.fixture
def addresses(riverside, hillside) -> dict[str, str]:
    return {"known": riverside.owner.email, "unknown": "zzz@nowhere.test", "disabled": closed_account(hillside).email}


def asked(email: str) -> tuple:
    """All that somebody who asks can see, and what was asked of the database."""
    client = Client()
    with CaptureQueriesContext(connection) as captured:
        answer = client.post(RESET, {"email": email})
    shown = client.get(answer["Location"]).content.decode()
    statements = [re.sub(r"'[^']*'(::\w+)?", "?", query["sql"]) for query in captured.captured_queries]
    words = re.sub(r'nonce="[^"]*"|name="csrfmiddlewaretoken" value="[^"]*"', "", shown)
    return answer.status_code, answer["Location"], words, statements


def test_every_address_is_answered_alike_by_the_same_work(addresses, mailoutbox):
    seen = {kind: asked(email) for kind, email in addresses.items()}
    assert (seen["known"][:2], seen["unknown"], seen["disabled"]) == (
        (302, f"{RESET}done/"),
        seen["known"],
        seen["known"],
    )
    assert ([mail.to for mail in mailoutbox], work_off()) == ([], 3)
    assert [mail.to for mail in mailoutbox] == [[addresses["known"]]]


@pytest.mark.parametrize("kind", ["known", "unknown", "disabled"])
def test_wrong_password_is_answered_alike(addresses, kind):
    page = Client().post("/accounts/login/", {"login": addresses[kind], "password": "wrong"})
    said = page.context["form"].non_field_errors()
    assert (page.status_code, list(said)) == (
        200,
        ["The email address and/or password you specified are not correct."],
    )


def test_mail_that_cannot_be_sent_is_answered_alike(addresses, settings, mailoutbox):
    settings.MAILERS = {"default": LOST}
    assert [Client().post(RESET, {"email": email}).status_code for email in addresses.values()] == [302] * 3
    assert (work_off(), mailoutbox) == (3, [])


def test_address_in_capitals_is_the_same_account(riverside, mailoutbox):
    Client().post(RESET, {"email": riverside.owner.email.upper()})
    assert (work_off(), [mail.to for mail in mailoutbox]) == (1, [[riverside.owner.email]])


def test_link_works_once_and_ends_every_session(riverside, mailoutbox, sign_in):
    client = sign_in(riverside.owner)
    Client().post(RESET, {"email": riverside.owner.email})
    work_off()
    path = link(mailoutbox[0])
    assert (choose(path), choose(path, "yet another passphrase")) == (302, 200)
    assert client.get("/patients/").status_code == 302
    login = {"login": riverside.owner.email, "password": OTHER}
    assert Client().post("/accounts/login/", login).status_code == 302
    assert [mail.subject for mail in mailoutbox] == ["Choose a new password", "[testserver] Your password was changed"]


@in_one_zone
@pytest.mark.parametrize(("minutes", "status"), [(59, 302), (61, 200)])
def test_link_lives_an_hour(clock, riverside, mailoutbox, minutes, status):
    Client().post(RESET, {"email": riverside.owner.email})
    work_off()
    clock.move(minutes=minutes)
    assert choose(link(mailoutbox[0])) == status


def test_changed_password_ends_a_link(riverside, mailoutbox):
    Client().post(RESET, {"email": riverside.owner.email})
    work_off()
    client = signed_in(Client(), riverside.owner)
    client.post(
        "/accounts/password/change/",
        {"oldpassword": "a long enough passphrase", "password1": OTHER, "password2": OTHER},
    )
    assert choose(link(mailoutbox[0]), "yet another passphrase") == 200
