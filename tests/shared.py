"""Whether a test leaves something in the clinics that all tests share.

Tests run in another order and company each time, since processes take them from each other: what one of them leaves
there, another finds some day.
"""

import os
from collections.abc import Iterator
from urllib.parse import unquote, urlsplit

import psycopg2
import pytest
from psycopg2.extensions import connection

SHARED = ("Riverside", "Hillside", "Filled")
LEFT = """
SELECT (SELECT count(*) FROM accounts_session s JOIN accounts_user u ON u.id = s.user_id WHERE u.email ~ {emails}),
       (SELECT md5(string_agg(u::text, ' ' ORDER BY id)) FROM accounts_user u WHERE u.email ~ {emails}), {events}
"""
EMAILS = "'@(riverside|hillside|filled)[.]test$|^(both|nobody)@example[.]test$'"


class Shared:
    """What is there now, asked after each test by a connection of its own."""

    def __init__(self) -> None:
        self.connection: connection | None = None
        self.statement = ""
        self.before: object = None

    def begin(self) -> None:
        url = urlsplit(os.environ["DATABASE_OWNER_URL"])
        self.connection = psycopg2.connect(
            host=unquote(url.hostname or ""), port=url.port, user=url.username, password=url.password,
            dbname=url.path[1:],
        )  # fmt: skip
        self.connection.autocommit = True
        with self.connection.cursor() as cursor:
            cursor.execute("SELECT schema_name FROM tenancy_clinic WHERE name = ANY (%s)", [list(SHARED)])
            events = [f"(SELECT count(*) FROM {schema}.audit_auditevent)" for (schema,) in cursor.fetchall()]
        self.statement = LEFT.format(emails=EMAILS, events=", ".join(events))
        self.before = self.ask()

    def ask(self) -> object:
        assert self.connection is not None
        with self.connection.cursor() as cursor:
            cursor.execute(self.statement)
            return cursor.fetchone()

    def check(self) -> None:
        """Raises AssertionError for the test that has just ended, and for it alone."""
        if self.connection is not None:
            before, self.before = self.before, self.ask()
            assert self.before == before, "The test leaves something in a clinic that all tests share."


shared = Shared()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown() -> Iterator[None]:
    yield
    shared.check()
