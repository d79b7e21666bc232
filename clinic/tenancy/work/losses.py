"""Whether an error says that the database went away, not that something is wrong with what was asked of it."""

import psycopg2
from django.db import DatabaseError, InterfaceError, OperationalError

# SQLSTATE: connection exceptions; the server is shut down, crashed or starts.
GONE = ("08", "57P")


def is_lost(error: BaseException) -> bool:
    """By what the server said; where it said nothing, the driver found the connection at its end.

    The connection itself cannot be asked: Django has opened another one by then.
    """
    if not isinstance(error, DatabaseError | InterfaceError):
        return False
    cause = error.__cause__
    if state := getattr(cause, "pgcode", None):
        return str(state).startswith(GONE)
    return isinstance(error, OperationalError | InterfaceError) or type(cause) is psycopg2.DatabaseError
