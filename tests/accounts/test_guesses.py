"""Guesses at one password by many, from ever other addresses, at the real server with four processes."""

import re
from collections import Counter as Tally
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from http.client import HTTPConnection
from urllib.parse import urlencode

import pytest

from clinic.accounts.limits.counters import forget
from clinic.accounts.limits.declared import PASSWORDS
from tests.patience import PATIENCE
from tests.serving import serving
from tests.sizes import times
from tests.world import PASSWORD

LOGIN = "/accounts/login/"


@pytest.fixture(scope="module")
def port(django_db_setup):
    with serving(WEB_CONCURRENCY="4", TRUSTED_PROXIES="127.0.0.1", LOG_LEVEL="ERROR") as port:
        yield port


class Browser:
    """Who keeps cookies."""

    def __init__(self, port):
        self.port, self.cookies = port, {}
        self.token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', self.ask("GET", LOGIN)[1])[1]

    def ask(self, method, path, form=None, **headers):
        """Status and text; again where too many wait for a turn, since nothing was looked at then."""
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        sent = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": cookies, **headers}
        status = 503
        while status == 503:
            with closing(HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)) as connection:
                connection.request(method, path, urlencode(form) if form else None, sent)
                answer = connection.getresponse()
                status, text = answer.status, answer.read().decode()
        for set_cookie in answer.headers.get_all("Set-Cookie", []):
            name, _, value = set_cookie.partition(";")[0].partition("=")
            self.cookies[name] = value.strip('"')
        return status, text

    def guess(self, email, password, address):
        form = {"csrfmiddlewaretoken": self.token, "login": email, "password": password}
        return self.ask("POST", LOGIN, form, **{"X-Forwarded-For": address})[0]


def test_few_of_many_guesses_are_looked_at_and_the_owner_gets_in(port, lakeside):
    email, many, at_once = lakeside.owner.email, times(100), 6
    mine = Browser(port)
    assert mine.guess(email, PASSWORD, "203.0.113.1") == 302
    del mine.cookies["sessionid"]  # signed out, as the next morning

    def guess(first):
        browser = Browser(port)
        return [browser.guess(email, f"guess {n}", f"198.51.{n >> 8}.{n & 255}") for n in range(first, many, at_once)]

    with ThreadPoolExecutor(at_once) as pool:
        answered = Tally(status for found in pool.map(guess, range(at_once)) for status in found)
    again = Browser(port)
    again.cookies["browser"] = mine.cookies["browser"]
    assert (answered.keys(), answered.total()) == ({200, 429}, many)
    assert 5 <= answered[200] <= 100
    assert (Browser(port).guess(email, PASSWORD, "203.0.113.2"), again.guess(email, PASSWORD, "203.0.113.1")) == (
        429,
        302,
    )
    for limit in PASSWORDS:
        forget(limit, email)
