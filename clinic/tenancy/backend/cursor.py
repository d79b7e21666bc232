"""The cursor that puts the pending start of a transaction in front of its first statement.

A list's first statement goes to PostgreSQL as one message, so that a clinic costs no round trip and no pooler sees a
setting outlive its transaction:

    BEGIN; SET LOCAL search_path = "c_5b1d...", public; SET LOCAL ROLE "c_5b1d..."; SELECT ... FROM "patients_patient"
"""

import time
from typing import TYPE_CHECKING, Any

import psycopg2
import psycopg2.extensions
import psycopg2.sql

from clinic.postgres.outages import broken_constraint

if TYPE_CHECKING:
    from clinic.tenancy.backend.base import DatabaseWrapper

# What the server calls a statement that ends or begins a transaction.
BOUNDARIES = frozenset({"BEGIN", "COMMIT", "PREPARE TRANSACTION", "ROLLBACK", "START TRANSACTION"})


class ScopedCursor(psycopg2.extensions.cursor):
    django: "DatabaseWrapper"

    def execute(self, query: Any, vars: Any = None) -> None:
        prefix = self.django.take_prefix()
        try:
            super().execute(prefix + self._text(query) if prefix else query, vars)
        except BaseException:
            if prefix:
                self.django.rearm()
            raise
        self.django.used_at = time.monotonic()
        if self.statusmessage in BOUNDARIES:
            self.django.refuse_ended(self.statusmessage, query)

    def _text(self, query: Any) -> str:
        if isinstance(query, psycopg2.sql.Composable):
            return query.as_string(self)
        return query.decode() if isinstance(query, bytes) else str(query)

    def _begin(self) -> None:
        if prefix := self.django.take_prefix():
            super().execute(prefix)

    def executemany(self, query: Any, vars_list: Any) -> None:
        self._begin()
        super().executemany(query, vars_list)

    def callproc(self, procname: Any, parameters: Any = None) -> Any:
        self._begin()
        return super().callproc(procname, parameters)

    def copy_expert(self, sql: Any, file: Any, size: int = 8192) -> None:
        """As psycopg2's. Of a row that breaks a rule on a worker of a cluster the coordinator tells by an error of its
        own."""
        self._begin()
        try:
            super().copy_expert(sql, file, size)
        except psycopg2.InternalError as error:
            if broken_constraint(error):
                raise psycopg2.IntegrityError(str(error)) from error
            raise

    def copy_from(self, *args: Any, **kwargs: Any) -> None:
        self._begin()
        super().copy_from(*args, **kwargs)

    def copy_to(self, *args: Any, **kwargs: Any) -> None:
        self._begin()
        super().copy_to(*args, **kwargs)
