"""Entering and leaving a clinic."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, cast
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connections, transaction
from django.utils import timezone
from django_tenants.utils import quote_schema_name
from psycopg2.extensions import TRANSACTION_STATUS_INTRANS

from clinic.tenancy.backend.base import DatabaseWrapper
from clinic.tenancy.cluster import takes_role
from clinic.text.home import in_country

if TYPE_CHECKING:
    from clinic.tenancy.models import Clinic

LEAVE = "SET LOCAL search_path = public; SET LOCAL ROLE NONE; "


class WrongClinic(RuntimeError):
    """Raised when a scope for one clinic is opened inside a scope of another."""


def settings_sql(clinic: "Clinic", using: str) -> str:
    """The statements that make a transaction the clinic's, each ended by a semicolon."""
    schema = quote_schema_name(clinic.schema_name)
    role = f"SET LOCAL ROLE {schema}; " if takes_role(using) else ""
    return f"SET LOCAL search_path = {schema}, public; {role}"


def _connection(using: str) -> DatabaseWrapper:
    return cast(DatabaseWrapper, connections[using])


@contextmanager
def clinic_scope(clinic: "Clinic", using: str = DEFAULT_DB_ALIAS, *, seen_by: UUID | None = None) -> Iterator[None]:
    """Run the block in `clinic`, its time zone and its country, in one transaction that an exception rolls back.

    The transaction's first statement carries the settings, so an unused scope costs nothing. Inside a
    transaction that is already open the scope is a savepoint, and its settings are undone on leaving. Entering
    the clinic that is active already is a savepoint too; entering another raises WrongClinic.
    With `seen_by` the block sees that person's patients alone, and so does a scope inside it.
    """
    connection = _connection(using)
    if connection.clinic is not None:
        if connection.clinic.pk != clinic.pk:
            raise WrongClinic("A scope of one clinic cannot be opened inside another's.")
        with transaction.atomic(using), _seen_by(connection, seen_by or connection.seen_by):
            yield
        return
    sql = settings_sql(clinic, using)
    inside = not connection.get_autocommit()
    try:
        with timezone.override(clinic.zone), in_country(clinic.country), transaction.atomic(using):
            connection.apply_settings(sql)
            connection.enter_clinic(clinic, sql)
            connection.seen_by = seen_by
            yield
            if inside and not connection.needs_rollback:
                connection.apply_settings(LEAVE)
    finally:
        connection.leave_clinic()
        connection.let_go_if_full()


def sees_everybody(using: str = DEFAULT_DB_ALIAS) -> bool:
    """Whether the open scope sees all patients, and not those of one person alone."""
    return _connection(using).seen_by is None


@contextmanager
def everybody_seen(using: str = DEFAULT_DB_ALIAS) -> Iterator[None]:
    """Let the block see all patients of the active clinic: for what holds among all, such as the next record number.

    What it finds of others is told to nobody.
    """
    with _seen_by(_connection(using), None):
        yield


@contextmanager
def _seen_by(connection: DatabaseWrapper, person: UUID | None) -> Iterator[None]:
    before, connection.seen_by = connection.seen_by, person
    try:
        yield
    finally:
        connection.seen_by = before if connection.clinic is not None else None


@contextmanager
def public_scope(using: str = DEFAULT_DB_ALIAS) -> Iterator[None]:
    """Run the block on the public tables, inside a clinic's transaction too, and go back to the clinic after.

    The time zone stays the clinic's: "today" does not depend on which tables are read.
    """
    connection = _connection(using)
    clinic, sql, seen_by = connection.clinic, connection.settings_sql, connection.seen_by
    if clinic is None:
        with transaction.atomic(using):
            yield
        return
    connection.apply_settings(LEAVE)
    connection.leave_clinic()
    try:
        yield
    finally:
        if connection.in_atomic_block:
            connection.enter_clinic(clinic, sql)
            connection.seen_by = seen_by
            if connection.connection is not None and (
                connection.armed or connection.connection.info.transaction_status == TRANSACTION_STATUS_INTRANS
            ):
                connection.apply_settings(sql)
