"""kill -9 at every step of a piece of work: before each statement, each commit, and each file that is put in place.

The work runs in a forked process with connections of its own, which ends there and then; nothing of it is cleaned up.
"""

import os
import signal
from collections.abc import Callable

from django.db import connections

ALIASES = ("default", "owner")


def killed_before(step: int, work: Callable[[], object]) -> bool:
    """Run `work` in a process that is killed before its step of that number; False where it has no such step."""
    connections.close_all()
    child = os.fork()
    if child == 0:
        _work(step, work)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return True
    assert os.WEXITSTATUS(status) == 0, "The work failed by itself."
    return False


def _work(step: int, work: Callable[[], object]) -> None:
    """In the child, which never returns."""
    left = step

    def count() -> None:
        nonlocal left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

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
    try:
        work()
    except BaseException:
        os._exit(1)
    os._exit(0)
