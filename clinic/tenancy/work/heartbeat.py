"""Each worker notes every few seconds that it gets on. Only the database's clock counts: machines' clocks differ."""

import os
import socket
import time
from datetime import timedelta

from django.db import connection
from django.db.models import Max
from django.db.models.functions import Now

from clinic.tenancy.models import Heartbeat
from clinic.tenancy.scope import public_scope
from clinic.tenancy.work import turns

EVERY = 10.0  # seconds
SILENT = 60.0  # seconds after which a worker counts as gone
STUCK = 120.0  # seconds in which a worker that lives comes to the end of a transaction
AGE = "SELECT extract(epoch FROM now() - max(beaten_at))::float FROM public.tenancy_heartbeat"


def worker_name() -> str:
    """This process as one worker among all: its machine or container, and its number there."""
    return f"{socket.gethostname()[:50]}:{os.getpid()}"


def beat(worker: str) -> None:
    Heartbeat.objects.bulk_create(
        [Heartbeat(worker=worker, beaten_at=Now())],
        update_conflicts=True,
        unique_fields=["worker"],
        update_fields=["beaten_at"],
    )


def beat_if_it_gets_on(worker: str) -> None:
    """Of a worker that hangs nothing is noted, so that it is found by its silence."""
    if time.monotonic() - turns.got_on_at < STUCK:
        beat(worker)


def forget(worker: str) -> None:
    """A worker that ends by itself is not missed."""
    Heartbeat.objects.filter(worker=worker).delete()


def age() -> float | None:
    """Seconds since the last heartbeat of any worker, None where there is none."""
    with public_scope(), connection.cursor() as cursor:
        cursor.execute(AGE)
        found: float | None = cursor.fetchone()[0]
    return found


def is_any_alive() -> bool:
    seconds = age()
    return seconds is not None and seconds < SILENT


def said(seconds: float | None) -> str:
    """How the workers are, in words."""
    if seconds is None:
        return "no worker is running: lists' work on many rows and files wait"
    if seconds < SILENT:
        return f"a worker was heard of {seconds:.0f} seconds ago"
    return f"no worker was heard of for {seconds:,.0f} seconds: lists' work on many rows and files wait"


def last_beats() -> list[tuple[str, float]]:
    """Every worker that is known, with the seconds since its last heartbeat."""
    rows = Heartbeat.objects.values_list("worker").annotate(silent=Now() - Max("beaten_at")).order_by("worker")
    return [(worker, silent.total_seconds()) for worker, silent in rows]


def forget_the_gone() -> None:
    """A worker that was killed leaves its row; another container's name never comes back."""
    Heartbeat.objects.filter(beaten_at__lt=Now() - timedelta(days=1)).delete()
