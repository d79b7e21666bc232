"""Breaking a clinic's database for the length of one page, to see what people are told."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connections, transaction

from clinic.tenancy.models import Clinic

WAITING = """
    SELECT pg_cancel_backend(pid) FROM pg_stat_activity
    WHERE usename = current_user AND wait_event_type = 'Lock' AND query LIKE %s
"""


@contextmanager
def broken_table(clinic: Clinic, table: str) -> Iterator[None]:
    """The clinic's table is not there: a fault of ours, answered 500."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(f'ALTER TABLE "{clinic.schema_name}"."{table}" RENAME TO away')
        try:
            yield
        finally:
            cursor.execute(f'ALTER TABLE "{clinic.schema_name}"."away" RENAME TO "{table}"')


@contextmanager
def cancelled_statements(clinic: Clinic, table: str) -> Iterator[None]:
    """The database gives up on every statement that reads the clinic's table: answered 503."""
    done = threading.Event()
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        cursor.execute(f'LOCK TABLE "{clinic.schema_name}"."{table}" IN ACCESS EXCLUSIVE MODE')
        canceller = threading.Thread(target=_cancel_waiting, args=(table, done))
        canceller.start()
        try:
            yield
        finally:
            done.set()
            canceller.join()


def _cancel_waiting(table: str, done: threading.Event) -> None:
    with connections["default"].cursor() as cursor:
        while not done.wait(0.05):
            cursor.execute(WAITING, [f"%{table}%"])
    connections.close_all()
