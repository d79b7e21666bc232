"""A server connection sees a bounded number of clinics, whether it is the web's own or a pooler's."""

import threading
import time

import pytest
from django.db import connection, transaction

from clinic.patients.models import Patient
from clinic.tenancy.backend import base
from clinic.tenancy.scope import clinic_scope
from tests.pooler import pgbouncer
from tests.wire import through

SECONDS = 6


def visit(clinic) -> int:
    """The server's process that answered."""
    with clinic_scope(clinic), connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return cursor.fetchone()[0]


@pytest.fixture
def few(direct, monkeypatch):
    """Connections that have seen two clinics are full; the test begins without one."""
    connection.close()
    monkeypatch.setattr(base, "CLINICS", 2)


def test_connection_is_replaced_after_so_many_clinics(north, south, few):
    first = visit(north)
    assert visit(north) == first
    assert visit(south) == first
    assert visit(south) != first


def test_connection_of_one_clinic_is_kept(north, few):
    assert len({visit(north) for _ in range(5)}) == 1


def test_connection_in_a_transaction_is_kept(north, south, few):
    with transaction.atomic():
        pids = {visit(clinic) for clinic in (north, south, north, south)}
        assert len(pids) == 1
    assert visit(north) in pids


def test_connection_whose_transaction_is_ended_by_hand_is_kept_until_then(north, south, few):
    transaction.set_autocommit(False)
    try:
        pids = {visit(clinic) for clinic in (north, south, north, south)}
        transaction.commit()
    finally:
        transaction.set_autocommit(True)
    assert (len(pids), visit(north) in pids) == (1, True)


def test_full_connection_runs_what_was_to_run_on_commit(north, south, few):
    seen = []
    visit(north)
    with clinic_scope(south):
        Patient.objects.count()
        transaction.on_commit(lambda: seen.append(connection.clinic))
    assert seen == [None]


def lives(clinics, **changes) -> list[float]:
    """How many seconds each server connection behind a PgBouncer was seen to live, under load."""
    seen: dict[int, list[float]] = {}

    def work() -> None:
        end = time.monotonic() + SECONDS
        while time.monotonic() < end:
            for clinic in clinics:
                seen.setdefault(visit(clinic), []).append(time.monotonic())
        connection.close()

    with pgbouncer(**changes) as port, through(connection, "127.0.0.1", port):
        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    return [max(times) - min(times) for times in seen.values()]


def test_pooled_connection_is_replaced_before_it_has_seen_many_clinics(pair):
    """As deployed; and kept for the whole run where its lifetime is long, so that this would be seen."""
    assert max(lives(pair)) < 4
    assert max(lives(pair, server_lifetime=300)) > 4
