"""The database backend: PostgreSQL, with a clinic that exists only inside a transaction.

Django's own wrapper lets the driver send `BEGIN` as a message of its own, and django-tenants' wrapper sends
`SET search_path` for each cursor: two to four round trips a request, and a setting that outlives the
transaction behind a pooler. Here the driver stays in autocommit and the first statement of a transaction
carries `BEGIN`, and inside a clinic `SET LOCAL search_path` and `SET LOCAL ROLE`, in its own message.
"""

import re
import select
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg2.extensions
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, OperationalError
from django.db.backends.postgresql.base import DatabaseWrapper as PostgresWrapper
from django.db.backends.utils import debug_transaction
from django_tenants.postgresql_backend.base import FakeTenant
from django_tenants.postgresql_backend.introspection import DatabaseSchemaIntrospection
from django_tenants.utils import get_public_schema_name, get_tenant_database_alias, quote_schema_name
from psycopg2.extensions import TRANSACTION_STATUS_IDLE, TRANSACTION_STATUS_INTRANS
from structlog.contextvars import get_contextvars

from clinic.metrics.counting import observe
from clinic.metrics.declared import CONNECTION_WAIT
from clinic.postgres import embedded
from clinic.tenancy.backend.cursor import ScopedCursor
from clinic.tenancy.backend.schema import SchemaEditor

# Undoes what a bare SET or a held cursor would leave to whoever has the connection next. It rides with the COMMIT.
COMMIT = "CLOSE ALL; COMMIT; RESET ROLE; RESET search_path"
ENDED = "The transaction was ended by a statement inside it."
FAILED = "The transaction had failed and was rolled back instead of committed."
LOST = "The connection was lost inside the transaction."
# A connection that answered this many seconds ago, and has nothing to read, is not asked whether it lives.
TRUSTED = 5.0
NAMEABLE = re.compile(r"[\w.:-]{1,64}", re.ASCII)  # the server keeps 63 bytes of the whole
# The server keeps what a connection has learnt of each clinic, up to 600 KB: after so many it gets another one.
CLINICS = 100


def name_of_request() -> str:
    """Has the server name the transaction, in its log and its activity, after the request or job that it is for."""
    id = get_contextvars().get("request_id", "")
    return f"SET LOCAL application_name = 'clinic {id}'; " if NAMEABLE.fullmatch(id) else ""


class DatabaseWrapper(PostgresWrapper):
    """One connection; `settings_sql` is what the current clinic scope sets, empty outside any.

    `seen_by` is the person whose patients alone the scope sees, None where it sees everybody's.
    """

    SchemaEditorClass = SchemaEditor
    health_check_done: bool

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.introspection = DatabaseSchemaIntrospection(self)
        self.armed = False
        self.used_at = 0.0
        self.settings_sql = ""
        self.clinic: Any = None
        self.seen_by: Any = None
        self.moves = False
        self.visited: set[Any] = set()
        self.schema_name: str = get_public_schema_name()
        self.tenant: Any = FakeTenant(self.schema_name)

    # The start of a transaction

    def take_prefix(self) -> str:
        """What the next statement must carry in front, once; empty when a transaction is open or none is due.

        Raises DatabaseError when the transaction that Django believes in is over: what follows would run outside it.
        """
        if self.armed:
            self.armed = False
            return f"BEGIN; {name_of_request()}{self.settings_sql}"
        if not self.autocommit and self._status() == TRANSACTION_STATUS_IDLE:
            raise DatabaseError(ENDED)
        return ""

    def rearm(self) -> None:
        """Arm the prefix again if the message that carried it never opened a transaction (it did not parse)."""
        if not self.connection.closed and self._status() == TRANSACTION_STATUS_IDLE:
            self.armed = True

    def refuse_ended(self, tag: str, query: Any) -> None:
        """Raises DatabaseError after a statement that ended or began a transaction inside one."""
        if self.autocommit or (tag == "ROLLBACK" and str(query).startswith("ROLLBACK TO ")):
            return
        self.needs_rollback = self.in_atomic_block
        raise DatabaseError(ENDED)

    def _status(self) -> int:
        return int(self.connection.get_transaction_status())

    def _set_autocommit(self, autocommit: bool) -> None:
        with self.wrap_database_errors:
            if not self.connection.autocommit:
                self.connection.autocommit = True
        self.armed = not autocommit

    def _begun(self) -> bool:
        """Whether the server has a transaction to end. Raises OperationalError when the connection is lost."""
        if self.armed or self.autocommit or self.connection is None:
            return False
        if self.connection.closed:
            raise OperationalError(LOST)
        return True

    def _commit(self) -> None:
        self.leave_clinic()
        if self._begun():
            if (status := self._status()) != TRANSACTION_STATUS_INTRANS:
                raise DatabaseError(ENDED if status == TRANSACTION_STATUS_IDLE else FAILED)
            self._send("COMMIT", "COMMIT" if self.alias == get_tenant_database_alias() else COMMIT)

    def _rollback(self) -> None:
        self.leave_clinic()
        if self._begun() and self._status() != TRANSACTION_STATUS_IDLE:
            self._send("ROLLBACK", "ROLLBACK")
        self.armed = not self.autocommit

    def _send(self, name: str, sql: str) -> None:
        """End the transaction; while autocommit is off the next statement begins another."""
        with debug_transaction(self, name), self.wrap_database_errors, self.connection.cursor() as cursor:
            psycopg2.extensions.cursor.execute(cursor, sql)
        self.armed = not self.autocommit

    # Whether the connection lives

    def close_if_health_check_failed(self) -> None:
        """Ask a connection whether it lives only when it was idle for a while, or has something unexpected to say.

        A server that ends a session says so, and a closed socket is readable: both are seen without a round trip.
        """
        if self.connection is not None and not self.health_check_done and not self.connection.closed:
            recent = time.monotonic() - self.used_at < TRUSTED
            self.health_check_done = recent and not self._has_something_to_say()
        super().close_if_health_check_failed()

    def _has_something_to_say(self) -> bool:
        poll = select.poll()
        poll.register(self.connection.fileno(), select.POLLIN)
        return bool(poll.poll(0))

    # Connections and cursors

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Whoever connects to the embedded server has it running, until that process ends, also after it was killed."""
        if conn_params.get("host") != str(settings.EMBEDDED_DATA):
            return super().get_new_connection(conn_params)
        embedded.start(settings.EMBEDDED_DATA)
        try:
            return super().get_new_connection(conn_params)
        except psycopg2.OperationalError:
            embedded.start_again(settings.EMBEDDED_DATA)
            return super().get_new_connection(conn_params)

    def connect(self) -> None:
        self.armed = False
        self.leave_clinic()
        self.visited.clear()
        began = time.monotonic()
        super().connect()
        self.used_at = time.monotonic()
        observe(CONNECTION_WAIT, self.used_at - began)

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
        self.clinic = self.tenant = clinic
        self.settings_sql = settings_sql
        self.visited.add(clinic.pk)

    def leave_clinic(self) -> None:
        self.clinic, self.tenant = None, FakeTenant(self.schema_name)
        self.settings_sql, self.seen_by = "", None

    def let_go_if_full(self) -> None:
        """Outside transactions, close a connection that has seen enough clinics; the next statement opens another."""
        if len(self.visited) >= CLINICS and self.autocommit and not self.in_atomic_block:
            self.close()

    def apply_settings(self, sql: str) -> None:
        """Run `SET LOCAL` statements now if the transaction has begun; else they ride with its first statement."""
        if not self.armed:
            with self.cursor() as cursor:
                cursor.execute(sql)

    # What django-tenants asks of a connection. Its `tenant_context`, `schema_context` and commands would leave a clinic
    # set until somebody takes it back, on a connection that the pages do not use: they are told what to use instead.

    @contextmanager
    def on_schemas(self) -> Iterator[None]:
        """The owner's connection goes from schema to schema while migrations run, and back to public at the end."""
        self.moves = True
        try:
            yield
        finally:
            self.set_schema_to_public()
            self.moves = False

    def set_tenant(self, tenant: Any, include_public: bool = True) -> None:
        """Raises ImproperlyConfigured for a clinic: `tenant_context` is the only caller that has one."""
        public = get_public_schema_name()
        if tenant.schema_name != public:
            self._refuse_schema(self.alias != get_tenant_database_alias() or not isinstance(tenant, FakeTenant))
        self.tenant = tenant
        self.schema_name = tenant.schema_name
        self._search_path = [self.schema_name]
        if include_public and self.schema_name != public:
            self._search_path.append(public)
        if self.connection is not None and self.alias == get_tenant_database_alias():
            self._set_search_path(self._search_path)

    def set_schema(self, schema_name: str, include_public: bool | None = None, tenant_type: str | None = None) -> None:
        """Raises ImproperlyConfigured for a name alone, as `schema_context` has it; migrations say more."""
        self._refuse_schema(include_public is None and tenant_type is None)
        self.set_tenant(FakeTenant(schema_name, tenant_type), include_public is not False)

    def _refuse_schema(self, refused: bool) -> None:
        if refused and not self.moves:
            raise ImproperlyConfigured(
                "A clinic is entered for one transaction: use clinic.tenancy.scope.clinic_scope(clinic). Commands for "
                "all clinics are manage.py migrate_clinics, and your own that opens a scope for each."
            )

    def set_schema_to_public(self) -> None:
        self.set_tenant(FakeTenant(get_public_schema_name()))

    def init_connection_state(self) -> None:
        super().init_connection_state()
        if self.schema_name != get_public_schema_name():
            self._set_search_path(self._search_path)

    def _set_search_path(self, schemas: Sequence[str]) -> None:
        with self.cursor() as cursor:
            cursor.execute(f"SET search_path = {', '.join(quote_schema_name(name) for name in schemas)}")
