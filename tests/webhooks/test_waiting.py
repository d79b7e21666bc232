"""A receiver that is busy says when to come again: nothing is sent to it before, for a day at most."""

from datetime import timedelta
from email.utils import format_datetime

import pytest
from django.utils import timezone

from clinic.webhooks import delivering, sending, waiting
from clinic.webhooks.delivering import deliver_due
from tests.clock import in_one_zone
from tests.sealing import seals
from tests.webhooks.conftest import deliver, deliveries, make_webhook, row
from tests.webhooks.receiver import raw, status

pytestmark = seals


def pause_of(value: str) -> float:
    head = f"HTTP/1.1 503 Busy\r\nServer: x\r\nRetry-After:{value}\r\nDate: x\r\n\r\n"
    return waiting.asked_pause(head.encode()).total_seconds()


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        *((" 120", 120), ("120 ", 120), (" 0", 0), (" 86401", 86400), (" 999999999", 86400), (" 9999999999", 0)),
        *((" -5", 0), (" 1.5", 0), (" 1e3", 0), ("", 0), (" soon", 0), (" \xb2", 0), (" 5, 9", 0)),
        (" Sun, 01 Mar 2015 00:00:00 GMT", 0),
        (" Fri, 01 Mar 2999 00:00:00 GMT", 86400),
        (" Fri, 01 Mar 2999 00:00:00", 86400),
        (" Fri, 31 Dec 9999 23:59:59 -2359", 86400),
        (" Fri, 99 Mar 2999 00:00:00 GMT", 0),
    ],
)
def test_pause_is_read_in_seconds_or_as_a_date_and_is_a_day_at_most(value, seconds):
    assert pause_of(value) == seconds


@in_one_zone
@pytest.mark.clock("clinic/webhooks/waiting.py:_pause")
def test_date_is_as_far_away_as_the_clock_says(clock):
    assert pause_of(f" {format_datetime(timezone.now() + timedelta(minutes=7), usegmt=False)}") == pytest.approx(
        420, abs=1
    )


@pytest.mark.parametrize(
    ("behaviour", "longer"),
    [
        (status(429, "Retry-After: 3600\r\n"), timedelta(hours=1)),
        (status(503, "retry-after:\t3600\r\n"), timedelta(hours=1)),
        (status(503, "Retry-After: 1\r\n"), None),
        (status(503), None),
        (status(500, "Retry-After: 3600\r\n"), None),
        (raw(b"HTTP/1.1 503 Busy\r\nRetry-After: 3600\r\n"), timedelta(hours=1)),
        (raw(b"HTTP/1.1 503 Busy\r\nRetry-After: 36"), None),
        (raw(b"HTTP/1.1 503 Busy\r\nX: " + b"x" * 20_000 + b"\r\nRetry-After: 3600\r\n\r\n"), None),
        (raw(b"HTTP/1.1 503 Busy\r\n\r\nRetry-After: 3600\r\n"), None),
    ],
)
def test_busy_receiver_is_left_alone_as_long_as_it_asks(receiver, webhook, renamed, behaviour, longer):
    renamed()
    receiver.behaviours = [behaviour]
    deliver(webhook)
    [left], kept = deliveries(webhook), row(webhook)
    pauses = [(moment - left.tried_at).total_seconds() for moment in (left.next_at, kept.paused_until)]
    expected = [longer] * 2 if longer else [delivering.pause_after(left), timedelta(seconds=5)]
    assert pauses == [pytest.approx(each.total_seconds(), abs=2) for each in expected]


def test_receiver_that_says_busy_and_no_more_is_not_waited_for_longer_than_others(
    monkeypatch, receiver, webhook, renamed
):
    monkeypatch.setattr(sending, "PATIENCE", 0.3)
    renamed()

    def trickle(connection):
        connection.sendall(b"HTTP/1.1 503 Busy\r\nRetry-After: 60")
        receiver.silent(connection)

    receiver.behaviours = [trickle]
    deliver(webhook)
    [left] = deliveries(webhook)
    assert (left.answer, left.next_at - left.tried_at < timedelta(seconds=10)) == (503, True)


@in_one_zone
@pytest.mark.clock("clinic/webhooks/delivering.py:_note_failure")
def test_nothing_else_is_sent_before_either(clock, riverside, receiver, renamed):
    make_webhook(riverside, receiver.url)
    renamed()
    receiver.behaviours = [status(503, "Retry-After: 600\r\n")]
    tried = []
    for seconds in (0, 60, 530, 30):
        clock.move(seconds=seconds)
        renamed()
        deliver_due()
        tried.append(len(receiver.received))
    assert tried == [1, 1, 1, 6]
