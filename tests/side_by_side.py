"""Two at once, in an order that is certain: each on a connection of its own, and neither by luck.

`overlap` runs one piece of work in a transaction that stays open until a second piece of work waits for it or is
through. Where the product takes its lock, the second waits first and reads afterwards what the first wrote. Where it
does not, the second has read too early, and what comes of both is wrong each time.
"""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import AbstractContextManager
from typing import Any, NamedTuple

import pytest
from django.db import connections
from django.db.models import Model

from clinic.audit.models import AuditEvent
from clinic.tenancy.cluster import has_citus
from tests.committed import administer
from tests.patience import PATIENCE, wait_until

WAITERS = "SELECT pid FROM pg_stat_activity WHERE %s = ANY (pg_blocking_pids(pid))"
# Of processes of a coordinator that wait at a worker: its number is in front of theirs.
WAITERS_OF_A_CLUSTER = """
SELECT waiting_gpid %% 10000000000 FROM citus_lock_waits WHERE blocking_gpid %% 10000000000 = %s
"""

Work = Callable[[], Any]
# `@holds_lock("patients.actions.update_patient")`: the test fails when that function takes its lock no more.
holds_lock = pytest.mark.holds_lock


class Both(NamedTuple):
    """What each piece of work gave, or the exception that the second raised; and whether the second waited."""

    first: Any
    second: Any
    waited: bool

    @property
    def refusal(self) -> str:
        """What the second raised, by name."""
        return type(self.second).__name__ if isinstance(self.second, BaseException) else ""


def beside(work: Work) -> Future[Any]:
    """Begin `work` in a thread of its own, whose connections are closed at its end."""
    future: Future[Any] = Future()

    def run() -> None:
        try:
            end, result = future.set_result, work()
        except BaseException as error:
            end, result = future.set_exception, error
        connections.close_all()
        end(result)

    threading.Thread(target=run, daemon=True).start()
    return future


def end_of(future: Future[Any]) -> Any:
    """What the work gave, or the exception that it raised."""
    error = future.exception(PATIENCE)
    return future.result() if error is None else error


def backend(using: str = "default") -> int:
    """The number of the server's process that the open transaction runs in."""
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return cursor.fetchone()[0]


def waiters(pid: int) -> list[int]:
    """The server's processes that wait for what the transaction of this one holds."""
    return [waiter for (waiter,) in administer(WAITERS_OF_A_CLUSTER if has_citus() else WAITERS, pid)]


def overlap(
    scope: Callable[[], AbstractContextManager[Any]],
    first: Work,
    second: Work,
    *,
    alone: bool = False,
    using: str = "default",
) -> Both:
    """Run `first` in a transaction of `scope`, and `second` in another one before the first has ended.

    With `alone` the second opens its transactions itself.
    """

    def run_second() -> Any:
        if alone:
            return second()
        with scope():
            return second()

    with scope():
        done = first()
        pid = backend(using)
        other = beside(run_second)
        wait_until(lambda: other.done() or waiters(pid))
        waited = not other.done()
    return Both(done, end_of(other), waited)


def trail(scope: Callable[[], AbstractContextManager[Any]], record: Model) -> list[str]:
    """What the trail has of a record, oldest first."""
    with scope():
        rows = AuditEvent.objects.filter(record_id=record.pk).order_by("pk")
        return list(rows.values_list("action", flat=True))


def kept(scope: Callable[[], AbstractContextManager[Any]], record: Model) -> Any:
    """The record as it is now."""
    with scope():
        return type(record)._default_manager.get(pk=record.pk)
