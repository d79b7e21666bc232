"""kill -9 at every step of a piece of work: before each statement, each commit, and each file that is put in place.

The work runs in a forked process with connections of its own, which ends there and then; nothing of it is cleaned up.
"""

import os
import signal
import traceback
from collections.abc import Callable

import psycopg2.extensions
from django.db import connections
from django.db.backends.signals import connection_created

from clinic.tenancy.backend.base import DatabaseWrapper

ALIASES = ("default", "owner")


def killed_before(step: int, work: Callable[[], object]) -> bool:
    """Run `work` in a process that is killed before its step of that number; False where it has no such step."""
    return _killed(lambda: _count_steps(step), work)


def killed_after(changes: int, work: Callable[[], object]) -> bool:
    """Run `work` in a process that is killed once it has changed the database so many times; False where it ends.

    Only what was committed is left of a killed process: this meets every state that a kill can leave.
    """
    return _killed(lambda: _count_changes(changes), work)


def _killed(count: Callable[[], None], work: Callable[[], object]) -> bool:
    connections.close_all()
    child = os.fork()
    if child == 0:
        try:
            count()
            work()
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return True
    assert os.WEXITSTATUS(status) == 0, "The work failed by itself."
    return False


def _countdown(left: int) -> Callable[[], None]:
    def count() -> None:
        nonlocal left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    return count


def _count_steps(step: int) -> None:
    count = _countdown(step)

    def statement(execute, sql, params, many, context):
        count()
        return execute(sql, params, many, context)

    def counted(function):
        def counting(*args, **options):
            count()
            return function(*args, **options)

        return counting

    for alias in ALIASES:
        connection = connections[alias]
        connection.execute_wrappers.append(statement)
        connection._commit = counted(connection._commit)
    os.replace, os.fsync = counted(os.replace), counted(os.fsync)


def _count_changes(changes: int) -> None:
    count = _countdown(changes)

    def statement(execute, sql, params, many, context):
        result = execute(sql, params, many, context)
        if context["connection"].get_autocommit() and not sql.lstrip().upper().startswith(("SELECT", "SHOW", "SET")):
            count()
        return result

    def committing(connection):
        changes = connection._begun() and _has_changed_something(connection)
        commit(connection)
        if changes:
            count()

    def opened(connection, **_):
        connection.execute_wrappers.append(statement)

    commit, DatabaseWrapper._commit = DatabaseWrapper._commit, committing
    connection_created.connect(opened, weak=False)  # every thread has connections of its own


def _has_changed_something(connection) -> bool:
    with connection.connection.cursor() as cursor:
        psycopg2.extensions.cursor.execute(cursor, "SELECT pg_current_xact_id_if_assigned() IS NOT NULL")
        return cursor.fetchone()[0]
