"""Two at once on a committed clinic: the second begins while the first has written and not yet committed.

    first:   BEGIN  work ............................ COMMIT
    second:             BEGIN  work (waits for first)        goes on, COMMIT

`pair` lets the first commit as soon as PostgreSQL says that the second waits for a lock, or once the second is done.
So nothing depends on luck or on time, and a lock that is missing shows in what comes out, not in a test that hangs.
"""

import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass

import pytest
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Model

from clinic.audit.models import AuditEvent
from tests.committed import administer

WAITING = "SELECT wait_event_type = 'Lock' FROM pg_stat_activity WHERE pid = %s"
PATIENCE = 30  # seconds until something is stuck

# `@holds_lock("patients.actions.update_patient")`: the test fails when that function takes its lock no more.
holds_lock = pytest.mark.holds_lock


@dataclass
class Came:
    """What a piece of work came to: its value, or the error that it raised; whether it had to wait."""

    value: object = None
    error: Exception | None = None
    waited: bool = False

    def __post_init__(self) -> None:
        self.pid: int | None = None

    @property
    def refusal(self) -> str:
        return type(self.error).__name__ if self.error else ""


def pair(
    enter: Callable[[], AbstractContextManager[object]],
    first: Callable[[], object],
    second: Callable[[], object],
    *,
    using: str = DEFAULT_DB_ALIAS,
) -> Came:
    """What became of `second`. Each works in what `enter` opens; an error of `first` is the test's own."""
    came, begun = Came(), threading.Event()

    def work() -> None:
        try:
            with enter():
                with connections[using].cursor() as cursor:
                    cursor.execute("SELECT pg_backend_pid()")
                    came.pid = cursor.fetchone()[0]
                begun.set()
                came.value = second()
        except Exception as error:
            came.error = error
        finally:
            begun.set()
            connections.close_all()

    thread = threading.Thread(target=work, daemon=True)
    with enter():
        first()
        thread.start()
        assert begun.wait(PATIENCE)
        came.waited = _waits(thread, came)
    thread.join(PATIENCE)
    assert not thread.is_alive()
    return came


def _waits(thread: threading.Thread, came: Came) -> bool:
    """Whether the second waits for the first; False once it is done without."""
    end = time.monotonic() + PATIENCE
    while thread.is_alive():
        assert time.monotonic() < end
        if came.pid and administer(WAITING, came.pid) == [(True,)]:
            return True
        thread.join(0.01)
    return False


def trail(enter: Callable[[], AbstractContextManager[object]], record: Model) -> list[str]:
    """What the trail has of a record, oldest first."""
    with enter():
        rows = AuditEvent.objects.filter(record_id=record.pk).order_by("pk")
        return list(rows.values_list("action", flat=True))
