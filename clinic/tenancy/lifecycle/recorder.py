"""What migrations send to the server, recorded by running them once in a schema that is rolled back.

New clinics are made from such a recording, and clinics that are behind are brought up to date by one: constraint
names and the like are looked up in the recording's schema, which has the same tables as every clinic of that state.
"""

import copy
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.postgres.operations import NotInTransactionMixin
from django.db import transaction
from django.db.migrations import Migration, RunPython, SeparateDatabaseAndState
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.operations.base import Operation
from django.db.migrations.recorder import MigrationRecorder
from django.db.migrations.state import ProjectState
from django_tenants.utils import quote_schema_name

from clinic.tenancy.backend.base import DatabaseWrapper
from clinic.tenancy.backend.schema import SchemaEditor, single
from clinic.tenancy.privileges import clinic_privileges

SCRATCH = "blueprint"
DJANGO = ("django.db.migrations.operations.", "django.contrib.postgres.operations")
CHANGES_NO_ROW = re.compile(r"(?:INSERT 0|UPDATE|DELETE) 0\b")  # as the server says it
BETWEEN = ("SET CONSTRAINTS ALL IMMEDIATE", "SET CONSTRAINTS ALL DEFERRED")

MigrationKey = tuple[str, str]


def tenant_labels() -> list[str]:
    return [apps.get_app_config(name.rpartition(".")[2]).label for name in settings.TENANT_APPS]


@dataclass(frozen=True)
class Step:
    """Migrations that a clinic with exactly `before` of the tenant apps applied is taken through next.

    `statements` are what they sent, without parameters, `rows` what they noted as applied, shared migrations that
    they depend on included. With `own_code` a filled clinic needs more than the statements (Python code, or no
    transaction): Django's executor runs `migrations` from the models in `state`. `tables` are those of the grant
    map that are there afterwards.
    """

    before: frozenset[MigrationKey]
    migrations: tuple[MigrationKey, ...]
    statements: tuple[str, ...]
    rows: frozenset[MigrationKey]
    tables: tuple[str, ...]
    own_code: bool
    state: ProjectState

    def followed_by(self, later: "Step") -> "Step":
        """Both steps as one transaction."""
        return Step(
            before=self.before,
            migrations=self.migrations + later.migrations,
            statements=(*self.statements, *BETWEEN, *later.statements),
            rows=self.rows | later.rows,
            tables=later.tables,
            own_code=False,
            state=self.state,
        )


def has_own_code(operations: Iterable[Operation]) -> bool:
    """Whether an operation runs Python that is not Django's, so that recording it once says nothing about data."""
    for operation in operations:
        if isinstance(operation, SeparateDatabaseAndState):
            if has_own_code(operation.database_operations):
                return True
        elif isinstance(operation, RunPython) or not type(operation).__module__.startswith(DJANGO):
            return True
    return False


def rehearse(connection: DatabaseWrapper, applied: frozenset[MigrationKey] = frozenset()) -> list[Step]:
    """The steps from `applied` to this release; migrations that fail on empty tables raise here.

    With nothing applied the first step also makes the table of applied migrations.
    """
    stock = connection.SchemaEditorClass
    try:
        with connection.on_schemas(), transaction.atomic(using=connection.alias):
            recorded = Recording(connection, from_nothing=not applied)
            with connection.execute_wrapper(recorded):
                steps = list(_record(connection, recorded, applied))
            transaction.set_rollback(True, using=connection.alias)
    finally:
        connection.SchemaEditorClass = stock
    return joined(steps)


def joined(steps: list[Step]) -> list[Step]:
    """Neighbours that need nothing but their statements, as one step."""
    together: list[Step] = []
    for step in steps:
        if together and not together[-1].own_code and not step.own_code:
            together[-1] = together[-1].followed_by(step)
        else:
            together.append(step)
    return together


class Recording:
    """Keeps the schema editor's statements, and those by which a migration's own code writes rows.

    What changes rows and found none when everything began with empty tables is left out of what begins `from_nothing`.
    """

    def __init__(self, connection: DatabaseWrapper, *, from_nothing: bool = False) -> None:
        self.connection, self.from_nothing = connection, from_nothing
        self.statements: list[str] = []
        self.in_editor = False
        connection.SchemaEditorClass = self._editor_class()

    def take(self) -> tuple[str, ...]:
        """What was kept since the last time."""
        taken, self.statements = tuple(self.statements), []
        return taken

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        writes = sql.lstrip()[:6].upper() in ("INSERT", "UPDATE", "DELETE")
        if writes and not self.in_editor and '"django_migrations"' not in sql:
            for values in params if many else [params]:
                self.statements.append(plain(self.connection, sql, values))
        answer = execute(sql, params, many, context)
        if self.from_nothing and self.in_editor and CHANGES_NO_ROW.match(context["cursor"].statusmessage or ""):
            self.statements.pop()
        return answer

    def _editor_class(self) -> type[SchemaEditor]:
        recording = self

        class Editor(SchemaEditor):
            def execute(self, sql: Any, params: Any = ()) -> None:
                text = transactional(plain(recording.connection, str(sql), params))
                recording.in_editor = True
                try:
                    for command in single(text):
                        recording.statements.append(command)
                        super().execute(command, None)
                finally:
                    recording.in_editor = False

        return Editor


def plain(connection: DatabaseWrapper, sql: str, params: Any) -> str:
    """The statement with its parameters in place."""
    return sql if params is None else str(connection.ops.compose_sql(sql, params))


def transactional(sql: str) -> str:
    """An index made in a transaction, of an empty table, cannot and need not be made concurrently."""
    return re.sub(r"^\s*((?:CREATE (?:UNIQUE )?|DROP )INDEX) CONCURRENTLY\b", r"\1", sql, flags=re.IGNORECASE)


def grow(
    connection: DatabaseWrapper, schema_name: str, applied: frozenset[MigrationKey], fill: Callable[[], None]
) -> None:
    """Make a schema as it was with `applied`, have `fill` put its rows in, and take both to this release.

    All of it, Python and indexes to be built concurrently included, in the owner's transaction that is open.
    """
    stock = connection.SchemaEditorClass
    try:
        with connection.on_schemas():
            recorded = Recording(connection)
            executor = _scratch(connection, schema_name, applied)
            missing, state = _replay(executor)
            fill()
            for migration in missing:
                recorded.take()
                with connection.cursor() as cursor:
                    for command in BETWEEN:
                        cursor.execute(command)
                state = executor.migrate([_key(migration)], plan=[(migration, False)], state=state)
    finally:
        connection.SchemaEditorClass = stock


def _replay(executor: MigrationExecutor) -> tuple[list[Migration], ProjectState]:
    """Run what is noted as applied; what is left to run in a clinic, and the models' state before it."""
    labels = set(tenant_labels())
    leaves = [node for node in executor.loader.graph.leaf_nodes() if node[0] in labels]
    plan = [migration for migration, _ in executor.migration_plan(leaves, clean_start=True)]
    for migration in plan:
        vars(migration)["operations"] = [_without_its_check(operation) for operation in migration.operations]
    missing = [m for m in plan if m.app_label in labels and _key(m) not in executor.loader.applied_migrations]
    replayed = [(migration, False) for migration in plan if migration not in missing]
    state = executor.migrate(leaves, plan=replayed, state=ProjectState(real_apps=executor.loader.unmigrated_apps))
    return missing, state


def _record(connection: DatabaseWrapper, recorded: Recording, applied: frozenset[MigrationKey]) -> Iterable[Step]:
    executor = _scratch(connection, SCRATCH, applied)
    prologue = () if applied else recorded.take()
    labels = set(tenant_labels())
    missing, state = _replay(executor)
    recorded.take()
    before = applied
    for migration in missing:
        earlier = state.clone()
        state = executor.migrate([_key(migration)], plan=[(migration, False)], state=state)
        after = _rows(connection)
        yield Step(
            before=frozenset(key for key in before if key[0] in labels),
            migrations=(_key(migration),),
            statements=prologue + recorded.take(),
            rows=after - before,
            tables=_granted_tables(connection),
            own_code=not migration.atomic or has_own_code(migration.operations),
            state=earlier,
        )
        prologue, before = (), after


def _scratch(connection: DatabaseWrapper, schema_name: str, applied: frozenset[MigrationKey]) -> MigrationExecutor:
    """A schema in which `applied` are noted, not yet run, and the executor for it."""
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE SCHEMA {quote_schema_name(schema_name)}")
    connection.set_schema(schema_name, include_public=False)
    recorder = MigrationRecorder(connection)
    recorder.ensure_schema()
    connection.set_schema(schema_name)
    for app, name in sorted(applied):
        recorder.record_applied(app, name)
    return MigrationExecutor(connection)


def _without_its_check(operation: Operation) -> Operation:
    """A copy of an operation that would refuse to run in a transaction, and may here."""
    if not isinstance(operation, NotInTransactionMixin):
        return operation
    eased = copy.copy(operation)
    vars(eased)["_ensure_not_in_transaction"] = lambda schema_editor: None
    return eased


def _key(migration: Migration) -> MigrationKey:
    return migration.app_label, migration.name


def _rows(connection: DatabaseWrapper) -> frozenset[MigrationKey]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT app, name FROM django_migrations")
        return frozenset((app, name) for app, name in cursor.fetchall())


def _granted_tables(connection: DatabaseWrapper) -> tuple[str, ...]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")
        return tuple(sorted({row[0] for row in cursor.fetchall()} & set(clinic_privileges())))
