"""The table of sessions holds no key that opens one."""

import importlib

from django.db import connection
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from clinic.accounts.models import Session
from clinic.accounts.sessions import SessionStore, stored_key

MIGRATION = importlib.import_module("clinic.accounts.migrations.0013_stored_session_keys")


def kept(user) -> str:
    return Session.objects.get(user=user).session_key


def test_key_of_a_cookie_is_not_in_the_table_and_what_is_there_opens_nothing(riverside, sign_in):
    client = sign_in(riverside.clinician)
    key, stranger = client.cookies["sessionid"].value, Client()
    assert (kept(riverside.clinician), kept(riverside.clinician) == key) == (stored_key(key), False)
    stranger.cookies["sessionid"] = kept(riverside.clinician)
    assert [each.get("/patients/").status_code for each in (client, stranger)] == [200, 302]


def test_sessions_that_were_there_go_on(riverside, sign_in):
    key, seen = sign_in(riverside.clinician).cookies["sessionid"].value, []
    rows = Session.objects.filter(user=riverside.clinician)
    rows.update(session_key=key)
    for statement in ("SELECT 1", MIGRATION.DIGEST):
        with connection.cursor() as cursor:
            cursor.execute(statement)
        client = Client()
        client.cookies["sessionid"] = key
        seen.append(client.get("/patients/").status_code)
    assert (seen, rows.count()) == ([302, 200], 1)


def test_store_finds_renews_and_ends_what_it_made(riverside, sign_in):
    key = sign_in(riverside.clinician).cookies["sessionid"].value
    store = SessionStore(key)
    there = [store.exists(key), store.exists(stored_key(key))]
    store.load()
    store.cycle_key()
    new = str(store.session_key)
    renewed = [store.exists(key), store.exists(new), kept(riverside.clinician) == stored_key(new)]
    store.flush()
    assert (there, renewed, Session.objects.filter(user=riverside.clinician).count()) == (
        [True, False],
        [False, True, True],
        0,
    )


@given(st.text())
def test_whatever_a_cookie_says_has_a_key_that_fits(text):
    assert len(stored_key(text)) == 40
