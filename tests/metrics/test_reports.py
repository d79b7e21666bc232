"""Errors that are sent to a service: what is in them, and what never is."""

import gzip
import json
import logging
import string

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from clinic.metrics.reports import LEVELS, TAGS, check_dsn, client_for, report_of
from clinic.tenancy.scope import clinic_scope
from tests.conftest import signed_in
from tests.outages import administered
from tests.patience import PATIENCE
from tests.webhooks.receiver import Receiver
from tests.world import make_patient

SECRET = "Quintessa Xylander"
TEXT = st.text(string.ascii_letters + " :/", min_size=1)


@pytest.fixture
def service(settings):
    with Receiver() as receiver:
        settings.SENTRY_DSN = f"http://key@127.0.0.1:{receiver.port}/1"
        yield receiver
        client_for.cache_clear()


def sent(service, settings) -> tuple[str, list[dict]]:
    """Everything that was sent, as text, and the events in it."""
    client_for(settings.SENTRY_DSN).flush(timeout=PATIENCE)
    texts = [gzip.decompress(it.body).decode() for it in service.received]
    events = [json.loads(text.splitlines()[2]) for text in texts]
    return "\n".join(texts), events


def test_error_is_sent_with_its_places_and_nothing_of_a_patient(service, settings, lakeside):
    with clinic_scope(lakeside.clinic):
        patient = make_patient(full_name=SECRET, address="12 Mill Lane")
    client = signed_in(Client(raise_request_exception=False), lakeside.clinician)
    alter = f'ALTER TABLE "{lakeside.clinic.schema_name}".'
    with administered(f"{alter}patients_patient RENAME TO lost", f"{alter}lost RENAME TO patients_patient"):
        answer = client.get(f"/patients/?q={SECRET}")
    assert answer.status_code == 500
    text, [event] = sent(service, settings)
    [value] = event["exception"]["values"]
    assert (value["type"], event["tags"]["sqlstate"]) == ("ProgrammingError", "42P01")
    assert event["tags"]["request_id"] == answer["X-Request-Id"]
    assert any(frame["filename"].endswith("clinic/patients/views.py") for frame in value["stacktrace"]["frames"])
    named = [
        SECRET,
        "Quintessa",
        str(patient.pk),
        "Mill Lane",
        lakeside.clinician.email,
        lakeside.clinic.name,
        "SELECT",
    ]
    assert [word for word in named if word in text] == []
    of_the_program = {"event_id", "timestamp", "platform", "environment", "release", "server_name", "sdk"}
    assert set(event) <= {"level", "logger", "tags", "exception"} | of_the_program


def test_nothing_is_sent_without_an_address(service, settings):
    settings.SENTRY_DSN = ""
    logging.getLogger("clinic.request").error("unhandled")
    assert service.received == []


def test_what_is_no_error_is_not_sent(service, settings):
    logging.getLogger("clinic.request").warning("request")
    assert sent(service, settings) == ("", [])


@given(
    level=st.sampled_from(sorted(LEVELS)), logger=TEXT, event=TEXT, more=st.dictionaries(TEXT, TEXT),
    exception=st.none() | TEXT, frames=st.lists(TEXT),
)  # fmt: skip
def test_report_is_picked_from_known_parts_alone(level, logger, event, more, exception, frames):
    line = {**more, "level": level, "logger": logger, "event": event, "frames": frames}
    report = report_of(line | ({} if exception is None else {"exception": exception}))
    assert set(report) == {"level", "logger", "tags", "message" if exception is None else "exception"}
    assert set(report["tags"]) <= set(TAGS)
    assert exception is not None or logger.startswith("clinic") or report["message"] == "An error of a package"


@pytest.mark.parametrize("dsn", ["x", "http://127.0.0.1/1", "https://key@host", "ftp://key@host/1"])
def test_address_that_is_none_is_refused_at_the_start(dsn):
    with pytest.raises(ImproperlyConfigured, match="SENTRY_DSN is no address"):
        check_dsn(dsn)
