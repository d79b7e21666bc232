"""What an error says about the database: whether it is away or lost, and why."""

import errno
import re

import psycopg2
from django.core.exceptions import ObjectNotUpdated
from django.db import Error, InterfaceError, OperationalError

DISK_FULL, TAKEN = "53100", "23505"
# What is led to is gone; there is one already; it overlaps another one.
OVERTAKEN = ("23503", TAKEN, "23P01")
# Classes of SQLSTATE: connection, resources, intervention of an operator, system, and a server that only reads now.
AWAY = ("08", "53", "57", "58", "25006")
# The connection is gone: the server is shut down, crashed or starts.
LOST = ("08", "57P")
OF_SHARD = re.compile(r'constraint "(?P<name>[^"]+)_[0-9]{6,}"')
AWAY_ERRORS = (psycopg2.OperationalError, psycopg2.InterfaceError)


def driver_error(error: BaseException | None) -> BaseException | None:
    """The driver's error that Django's stands for; any other is itself."""
    if isinstance(error, Error) and isinstance(error.__cause__, psycopg2.Error):
        return error.__cause__
    return error


def sqlstate(error: BaseException | None) -> str | None:
    """The SQLSTATE that the server sent; None where it sent none, as when it went away."""
    return getattr(driver_error(error), "pgcode", None)


def broken_constraint(error: BaseException | None) -> str:
    """The name of the constraint, or of the unique index, that a row broke; empty where the server names none.

    A worker of a cluster names it in its words alone, and with the number of the shard behind, as in
    `duplicate key value violates unique constraint "patient_name_once_per_user_102034"`.
    """
    said = getattr(driver_error(error), "diag", None)
    if name := getattr(said, "constraint_name", None):
        return str(name)
    found = OF_SHARD.search(getattr(said, "message_primary", None) or "")
    return found["name"] if found else ""


def is_disk_full(error: BaseException | None) -> bool:
    return sqlstate(error) == DISK_FULL or getattr(error, "errno", None) == errno.ENOSPC


def is_taken_key(error: BaseException | None) -> bool:
    """Whether a row was not inserted because another one of its table has its primary key."""
    return sqlstate(error) == TAKEN and broken_constraint(error).endswith("_pkey")


def is_overtaken(error: BaseException | None) -> bool:
    """Whether somebody changed or removed meanwhile what this was about, or made it first; nothing of it was written.

    Whoever knows which rule that is says so in better words, long before this is asked.
    """
    if is_taken_key(error):
        return False
    return isinstance(error, ObjectNotUpdated) or sqlstate(error) in OVERTAKEN


def is_away(error: BaseException | None) -> bool:
    """Whether trying again later may help. What the server refuses for another reason is a fault of ours."""
    found = driver_error(error)
    state = sqlstate(error)
    if is_disk_full(error) or isinstance(found, (*AWAY_ERRORS, OperationalError, InterfaceError)):
        return True
    # The driver says no more than DatabaseError where an answer ends in the middle.
    return state.startswith(AWAY) if state else type(found) is psycopg2.DatabaseError


def is_lost(error: BaseException) -> bool:
    """Whether the connection went away with what was asked over it: whoever has another one may ask again.

    A statement that was ended for its length, or a full disk, is no loss: asked again it would end alike. The
    connection itself cannot be asked: Django has opened another one by then.
    """
    state = sqlstate(error)
    if state:
        return state.startswith(LOST)
    return isinstance(error, OperationalError | InterfaceError) or type(driver_error(error)) is psycopg2.DatabaseError
