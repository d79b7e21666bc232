"""The database backend: PostgreSQL, with a clinic that exists only inside a transaction.

Django's own wrapper lets the driver send `BEGIN` as a message of its own, and django-tenants' wrapper sends
`SET search_path` for each cursor: two to four round trips a request, and a setting that outlives the
transaction behind a pooler. Here the driver stays in autocommit and the first statement of a transaction
carries `BEGIN`, and inside a clinic `SET LOCAL search_path` and `SET LOCAL ROLE`, in its own message.
"""

from collections.abc import Sequence
from typing import Any

import psycopg2.extensions
import psycopg2.sql
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError
from django.db.backends.postgresql.base import DatabaseWrapper as PostgresWrapper
from django.db.backends.utils import debug_transaction
from django_tenants.postgresql_backend.base import FakeTenant
from django_tenants.postgresql_backend.introspection import DatabaseSchemaIntrospection
from django_tenants.utils import get_public_schema_name, get_tenant_database_alias, quote_schema_name
from psycopg2.extensions import TRANSACTION_STATUS_IDLE

from clinic.tenancy import embedded


class ScopedCursor(psycopg2.extensions.cursor):
    """A cursor that puts the pending start of a transaction in front of its first statement."""

    django: "DatabaseWrapper"

    def execute(self, query: Any, vars: Any = None) -> None:
        prefix = self.django.take_prefix()
        if not prefix:
            return super().execute(query, vars)
        if isinstance(query, psycopg2.sql.Composable):
            query = query.as_string(self)
        elif isinstance(query, bytes):
            query = query.decode()
        try:
            super().execute(prefix + query, vars)
        except BaseException:
            self.django.rearm()
            raise

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
        self._begin()
        super().copy_expert(sql, file, size)

    def copy_from(self, *args: Any, **kwargs: Any) -> None:
        self._begin()
        super().copy_from(*args, **kwargs)

    def copy_to(self, *args: Any, **kwargs: Any) -> None:
        self._begin()
        super().copy_to(*args, **kwargs)


class DatabaseWrapper(PostgresWrapper):
    """One connection; `settings_sql` is what the current clinic scope sets, empty outside any."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.introspection = DatabaseSchemaIntrospection(self)
        self.armed = False
        self.settings_sql = ""
        self.clinic: Any = None
        self.schema_name: str = get_public_schema_name()
        self.tenant: Any = FakeTenant(self.schema_name)

    # The start of a transaction

    def take_prefix(self) -> str:
        """What the next statement must carry in front, once; empty when a transaction is open or none is due."""
        if not self.armed:
            return ""
        self.armed = False
        return f"BEGIN; {self.settings_sql}"

    def rearm(self) -> None:
        """Arm the prefix again if the message that carried it never opened a transaction (it did not parse)."""
        if not self.connection.closed and self._status() == TRANSACTION_STATUS_IDLE:
            self.armed = True

    def _status(self) -> int:
        return int(self.connection.info.transaction_status)

    def _set_autocommit(self, autocommit: bool) -> None:
        with self.wrap_database_errors:
            if not self.connection.autocommit:
                self.connection.autocommit = True
        self.armed = not autocommit

    def _commit(self) -> None:
        self.leave_clinic()
        if self.armed or self.autocommit or self.connection is None:
            self.armed = False
            return
        with debug_transaction(self, "COMMIT"), self.wrap_database_errors, self.connection.cursor() as cursor:
            if self._status() == TRANSACTION_STATUS_IDLE:
                raise DatabaseError("The transaction was ended by a statement inside it.")
            psycopg2.extensions.cursor.execute(cursor, "COMMIT")
            if cursor.statusmessage == "ROLLBACK":
                raise DatabaseError("The transaction had failed and was rolled back instead of committed.")

    def _rollback(self) -> None:
        self.leave_clinic()
        self.armed = False
        if self.connection is None or self.connection.closed or self._status() == TRANSACTION_STATUS_IDLE:
            return
        with (
            debug_transaction(self, "ROLLBACK"),
            self.wrap_database_errors,
            self.connection.cursor() as cursor,
        ):
            psycopg2.extensions.cursor.execute(cursor, "ROLLBACK")

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Whoever connects to the embedded server has it running, until that process ends."""
        if conn_params.get("host") == str(settings.EMBEDDED_DATA):
            embedded.start(settings.EMBEDDED_DATA)
        return super().get_new_connection(conn_params)

    def connect(self) -> None:
        self.armed = False
        super().connect()

    def close(self) -> None:
        self.leave_clinic()
        super().close()

    def create_cursor(self, name: str | None = None) -> Any:
        if name:
            raise ImproperlyConfigured("Named cursors outlive their clinic; DISABLE_SERVER_SIDE_CURSORS stays on.")
        cursor = self.connection.cursor(cursor_factory=ScopedCursor)
        cursor.django = self
        cursor.tzinfo_factory = self.tzinfo_factory
        return cursor

    # The clinic of the transaction

    def enter_clinic(self, clinic: Any, settings_sql: str) -> None:
        """From now on statements of this transaction run in `clinic`; `clinic_scope` is the only caller."""
        self.clinic = clinic
        self.settings_sql = settings_sql

    def leave_clinic(self) -> None:
        self.clinic = None
        self.settings_sql = ""

    def apply_settings(self, sql: str) -> None:
        """Run `SET LOCAL` statements now if the transaction has begun; else they ride with its first statement."""
        if not self.armed:
            with self.cursor() as cursor:
                cursor.execute(sql)

    # What django-tenants' migration commands ask of a connection: the owner's direct one only

    def set_tenant(self, tenant: Any, include_public: bool = True) -> None:
        public = get_public_schema_name()
        if tenant.schema_name != public and self.alias != get_tenant_database_alias():
            raise ImproperlyConfigured("Only the owner's migration connection has a schema; use clinic_scope().")
        self.tenant = tenant
        self.schema_name = tenant.schema_name
        self._search_path = [self.schema_name]
        if include_public and self.schema_name != public:
            self._search_path.append(public)
        if self.connection is not None and self.alias == get_tenant_database_alias():
            self._set_search_path(self._search_path)

    def set_schema(self, schema_name: str, include_public: bool = True, tenant_type: str | None = None) -> None:
        self.set_tenant(FakeTenant(schema_name, tenant_type), include_public)

    def set_schema_to_public(self) -> None:
        self.set_tenant(FakeTenant(get_public_schema_name()))

    def init_connection_state(self) -> None:
        super().init_connection_state()
        if self.schema_name != get_public_schema_name():
            self._set_search_path(self._search_path)

    def _set_search_path(self, schemas: Sequence[str]) -> None:
        with self.cursor() as cursor:
            cursor.execute(f"SET search_path = {', '.join(quote_schema_name(name) for name in schemas)}")
