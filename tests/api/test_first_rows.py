"""What every request begins and ends with is read and written as by Django: sessions, tokens, events of reading."""

from uuid import uuid4

import pytest
from oauth2_provider.models import AccessToken

from clinic.access import Actor
from clinic.accounts.clients import resolve_token
from clinic.accounts.models import Session
from clinic.accounts.sessions import SessionStore, find_session, stored_key
from clinic.audit.actions import event
from clinic.audit.models import AuditEvent
from clinic.audit.reading import WRITTEN, write_events
from clinic.tenancy.scope import clinic_scope


def told(record):
    return {field.attname: getattr(record, field.attname) for field in record._meta.concrete_fields}


def kinds(record):
    return {name: type(value) for name, value in told(record).items()}


def assert_same(found, expected):
    assert type(found) is type(expected)
    assert (told(found), kinds(found)) == (told(expected), kinds(expected))
    assert (found._state.adding, found._state.db) == (False, "default")


def test_session_and_its_user_are_as_django_reads_them(riverside, sign_in):
    sign_in(riverside.clinician)
    expected = Session.objects.select_related("user").get(user=riverside.clinician)
    found = find_session(expected.pk)
    assert_same(found, expected)
    assert_same(found.user, expected.user)


def test_session_of_nobody_has_no_user(db):
    store = SessionStore()
    store["step"] = 1
    store.save()
    found = find_session(stored_key(store.session_key))
    assert_same(found, Session.objects.get(pk=found.pk))
    assert found.user is None


def test_token_its_program_and_its_clinic_are_as_django_reads_them(riverside, program):
    header = program(riverside).defaults["HTTP_AUTHORIZATION"]
    expected = AccessToken.objects.select_related("application__clinic").get()
    found = resolve_token(header)
    assert_same(found, expected)
    assert_same(found.application, expected.application)
    assert_same(found.application.clinic, expected.application.clinic)


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer ", "Bearer none", "Basic {}", "{}", "Bearer {}x", "Bearer \ud800"]
)
def test_other_headers_open_nothing(riverside, program, header):
    token = program(riverside).defaults["HTTP_AUTHORIZATION"].partition(" ")[2]
    assert resolve_token(header.format(token)) is None


@pytest.mark.parametrize("count", [0, 1, 3])
def test_events_are_written_as_django_writes_them(riverside, count):
    changes = {"rows": 3, "query": {"q": ["O'Neil \u202e %s", "\U0001f642"]}, "score": 1.5, "none": None}
    about = {"by": Actor("7", "Zoë %s"), "is_reading": True, "record_type": "patients", "record_id": uuid4()}
    with clinic_scope(riverside.clinic):
        events = [event("patients.listed", patient_id=uuid4(), changes=changes, **about) for _ in range(count)]
        before = AuditEvent.objects.count()
        write_events(events)
        found = list(AuditEvent.objects.order_by("-id")[:count])[::-1]
        assert AuditEvent.objects.count() == before + count
    for made, kept in zip(events, found, strict=True):
        names = [field.attname for field in WRITTEN]
        assert [getattr(kept, name) for name in names] == [getattr(made, name) for name in names]
        assert (kept.number, kept.digest) == (None, None)
