"""A browser in which somebody has signed in stays theirs: strangers lock nobody out of it, and it opens nothing."""

import re
from uuid import uuid4

import pytest
from django.conf import settings as product
from django.core import signing
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clinic.accounts.limits.browsers import MOST, SALT
from clinic.accounts.limits.counters import count
from clinic.accounts.limits.declared import PASSWORDS
from clinic.accounts.models import Counter
from tests.conftest import signed_in
from tests.queued import work_off
from tests.sizes import times
from tests.world import PASSWORD

LOGIN = "/accounts/login/"


def guess(client, user, password="wrong"):  # noqa: S107
    return client.post(LOGIN, {"login": user.email, "password": password}).status_code


def known_to(user):
    """A browser that somebody signed in with, and out again."""
    client = signed_in(Client(), user)
    assert client.post("/accounts/logout/").status_code == 302
    return client


def test_strangers_lock_nobody_out_of_their_own_browser(riverside):
    mine = known_to(riverside.owner)
    assert [guess(Client(), riverside.owner) for _ in range(7)] == [200] * 5 + [429] * 2
    assert guess(Client(), riverside.owner, PASSWORD) == 429
    assert guess(mine, riverside.owner, PASSWORD) == 302


def test_guesses_from_a_known_browser_are_counted_by_themselves(riverside):
    mine = known_to(riverside.owner)
    assert [guess(mine, riverside.owner) for _ in range(6)] == [200] * 5 + [429]
    assert guess(Client(), riverside.owner, PASSWORD) == 302


def test_browser_is_known_to_who_signed_in_there_and_nobody_else(riverside):
    mine = known_to(riverside.owner)
    assert [guess(Client(), riverside.clinician) for _ in range(6)] == [200] * 5 + [429]
    assert guess(mine, riverside.clinician, PASSWORD) == 429


def test_browser_of_several_is_known_to_each(riverside):
    shared = known_to(riverside.owner)
    signed_in(shared, riverside.clinician)
    shared.post("/accounts/logout/")
    for user in (riverside.owner, riverside.clinician):
        assert [guess(Client(), user) for _ in range(6)] == [200] * 5 + [429]
        assert guess(shared, user, PASSWORD) == 302
        shared.post("/accounts/logout/")


def test_wrong_password_makes_no_browser_known(riverside):
    client = Client()
    guess(client, riverside.owner)
    assert "browser" not in client.cookies
    assert "browser" in signed_in(client, riverside.owner).cookies


def test_cookie_outlives_sessions_and_is_for_the_server_alone(riverside, monkeypatch):
    client = signed_in(Client(), riverside.owner)
    cookie = client.cookies["browser"]
    found = [cookie[name] for name in ("max-age", "httponly", "samesite", "path", "domain", "secure")]
    assert found == [400 * 24 * 60 * 60, True, "Lax", "/", "", ""]
    monkeypatch.setattr(product, "SESSION_COOKIE_SECURE", True)
    assert signed_in(Client(), riverside.owner).cookies["browser"]["secure"] is True
    signed_out = client.post("/accounts/logout/")
    assert signed_out.status_code == 302
    assert ("browser" in signed_out.cookies, "cookies" in signed_out.get("Clear-Site-Data", "")) == (False, False)


def test_cookie_tells_no_address(riverside):
    said = signing.loads(signed_in(Client(), riverside.owner).cookies["browser"].value, salt=SALT)
    assert [bool(re.fullmatch("[0-9a-f]{32}", each)) for each in said] == [True, True]


def test_cookie_opens_nothing(riverside):
    assert known_to(riverside.owner).get("/patients/").status_code == 302


@settings(max_examples=times(15), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    change=st.one_of(
        st.text(st.characters(max_codepoint=255), max_size=40),
        st.integers(0, 120),
        st.just("other salt"),
        st.just("other key"),
    )
)
def test_cookie_that_is_not_ours_is_no_known_browser(db, riverside, change):
    Counter.objects.all().delete()
    mine = known_to(riverside.owner)
    cookie = mine.cookies["browser"].value
    if isinstance(change, int):
        at = change % len(cookie)
        changed = cookie[:at] + ("A" if cookie[at] != "A" else "B") + cookie[at + 1 :]
    else:
        others = {"other salt": signing.dumps(signing.loads(cookie, salt=SALT), salt="another")}
        others["other key"] = signing.dumps(signing.loads(cookie, salt=SALT), salt=SALT, key="another")
        changed = others.get(change, change)
    stranger = Client()
    stranger.cookies["browser"] = changed
    if signing.loads(cookie, salt=SALT) == _read(changed):  # the same bytes by another spelling of base64
        return
    for _ in range(5):
        count(PASSWORDS[0], riverside.owner.email)
    assert guess(stranger, riverside.owner, PASSWORD) == 429


def _read(cookie):
    try:
        return signing.loads(cookie, salt=SALT)
    except signing.BadSignature:
        return None


def test_browser_keeps_the_last_accounts(riverside):
    client = signed_in(Client(), riverside.owner)
    id, mine = signing.loads(client.cookies["browser"].value, salt=SALT)
    others = [uuid4().hex for _ in range(MOST)]
    client.post("/accounts/logout/")
    client.cookies["browser"] = signing.dumps([id, *others], salt=SALT)
    signed_in(client, riverside.owner)
    assert signing.loads(client.cookies["browser"].value, salt=SALT) == [id, mine, *others[:-1]]


@pytest.mark.parametrize("cookie", ["", "x", "x:y:z", "\0", "ñ", "." * 4000])
def test_any_cookie_is_read(riverside, cookie):
    client = Client()
    client.cookies["browser"] = cookie
    assert guess(client, riverside.owner, PASSWORD) == 302


def test_new_password_by_mail_lets_in_whatever_strangers_do(riverside, mailoutbox):
    client = Client()
    assert [guess(Client(), riverside.owner) for _ in range(6)] == [200] * 5 + [429]
    client.post("/accounts/password/reset/", {"email": riverside.owner.email})
    work_off()
    link = re.search(r"/accounts/password/reset/key/\S+", mailoutbox[0].body)[0]
    path = client.get(link, follow=True).redirect_chain[-1][0]
    chosen = "a wholly different passphrase"
    assert client.post(path, {"password1": chosen, "password2": chosen}).status_code == 302
    assert [guess(Client(), riverside.owner) for _ in range(6)] == [200] * 5 + [429]
    assert guess(client, riverside.owner, chosen) == 302
