"""Bring every clinic up to date: grouped by the migrations that they lack, each in transactions of its own.

A clinic that fails is put out of service, so that nobody works in tables that the code does not expect, and the others
go on. What a step sends for one clinic, in three messages:

    BEGIN; SET LOCAL lock_timeout = '10s'; SELECT FROM public.tenancy_clinic WHERE id = '7f3c...' FOR NO KEY UPDATE;
      SELECT public.clinic_migrations('c_5b1d...', '{patients,assessments,audit,...}')
    SET LOCAL search_path = "c_5b1d...", public; ALTER TABLE "patients_patient" ADD COLUMN ...;
      GRANT SELECT, INSERT, UPDATE ON "patients_patient" TO "c_5b1d..."; INSERT INTO django_migrations ...
    COMMIT
"""

import time
import traceback
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import batched

from django.db import DatabaseError, connections, transaction
from django.db.migrations import Migration
from django_tenants.utils import quote_schema_name

from clinic.tenancy.backend.base import DatabaseWrapper
from clinic.tenancy.fleet.executor import GrantingExecutor, built_concurrently
from clinic.tenancy.fleet.survey import MigrationState, keys, survey
from clinic.tenancy.lifecycle.provisioning import grant_statements, noted, owner_connection, run
from clinic.tenancy.lifecycle.recorder import MigrationKey, Step, rehearse, tenant_labels
from clinic.tenancy.models import Clinic

LOCK = 0x636C696E  # one run at a time, in any process
ROUNDS = 3  # clinics that an older release makes meanwhile are found by the next survey
PER_CONNECTION = 100  # a backend keeps about 200 KB for each clinic it has seen
PATIENCE = "10s"  # for a table that a clinic's people are using

Applied = frozenset[MigrationKey] | None
Progress = Callable[[int, int], None]


class Moved(Exception):
    """The clinic is not where the survey saw it: somebody else is at work."""


@contextmanager
def alone(waits: Callable[[], None], *, shared: bool = False) -> Iterator[None]:
    """Hold the lock that one run at a time can have; `waits` is called when another holds it, before waiting.

    With `shared`, beside others that share it: work on single clinics, which a run would find in use. A killed run
    loses it with its connection. It is asked for again and again rather than waited for: a waiting statement would be
    waited for by the indexes that the other run builds concurrently.
    """
    connection = connections.create_connection(owner_connection().alias)
    try:
        told = False
        while not _locked(connection, shared):  # type: ignore[arg-type]
            if not told:
                waits()
            told = True
            time.sleep(0.2)
        yield
        with connection.cursor() as cursor:  # a closed connection's locks go only when its backend has noticed
            cursor.execute("SELECT pg_advisory_unlock_all()")
    finally:
        connection.close()


def _locked(connection: DatabaseWrapper, shared: bool) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT pg_try_advisory_lock{'_shared' if shared else ''}(%s)", [LOCK])
        return bool(cursor.fetchone()[0])


def migrate_clinics(progress: Progress, jobs: int = 2) -> dict[str, str]:
    """Bring all clinics up to date; returns why, by the names of those that could not be.

    Raises what a migration raises that fails on empty tables, before any clinic is touched.
    """
    failed: dict[str, str] = {}
    states = survey()
    for _ in range(ROUNDS):
        groups: dict[Applied, list[Clinic]] = defaultdict(list)
        for late in (late for late in states if late.is_behind and late.clinic.name not in failed):
            groups[late.applied].append(late.clinic)
        if not groups:
            break
        failed |= _migrate_groups(groups, progress, jobs)
        states = survey()
    failed |= _grant_anew([late.clinic for late in states if late.lacks_grants and not late.is_behind])
    _bring_back([state for state in states if state.clinic.name not in failed])
    moving = (late.clinic.name for late in states if late.is_behind and late.clinic.name not in failed)
    return failed | dict.fromkeys(moving, "somebody else is changing it")


def _migrate_groups(groups: dict[Applied, list[Clinic]], progress: Progress, jobs: int) -> dict[str, str]:
    failed: dict[str, str] = {}
    ways = {applied: rehearse(owner_connection(), applied) for applied in groups if applied is not None}
    for clinic in groups.pop(None, ()):
        failed[clinic.name] = _put_out_of_service(clinic, "its schema, or its table of migrations, is missing")
    done, total = 0, sum(map(len, groups.values()))
    progress(done, total)
    for applied, steps in ways.items():
        for size, failures in _in_batches(groups[applied], steps, jobs):
            failed |= failures
            done += size
            progress(done, total)
    return failed


def _grant_anew(clinics: list[Clinic]) -> dict[str, str]:
    """Give the clinics' roles the rights of this release's map; why, by name, where that failed."""
    failed: dict[str, str] = {}
    for batch in batched(clinics, PER_CONNECTION):
        for clinic in batch:
            try:
                with transaction.atomic(using=owner_connection().alias):
                    run(grant_statements(clinic.schema_name))
            except DatabaseError as error:
                failed[clinic.name] = _put_out_of_service(clinic, reason(error))
        owner_connection().close()
    return failed


def _in_batches(clinics: list[Clinic], steps: list[Step], jobs: int) -> Iterator[tuple[int, dict[str, str]]]:
    """Size and failures of each batch; side by side where only statements are run."""
    if any(step.own_code for step in steps):
        jobs = 1
    batches = list(batched(clinics, max(1, min(PER_CONNECTION, len(clinics) // jobs))))
    with ThreadPoolExecutor(jobs) as pool:
        failures = pool.map(lambda batch: GroupMigration(steps).migrate(batch), batches)
        yield from zip(map(len, batches), failures, strict=True)


class GroupMigration:
    """Takes a group of clinics through the steps that they lack, on one connection that it closes afterwards."""

    def __init__(self, steps: list[Step]) -> None:
        self.steps = steps
        self.executor: GrantingExecutor | None = None

    def migrate(self, clinics: Sequence[Clinic]) -> dict[str, str]:
        """Migrate the clinics; returns why, by the names of those that failed and are out of service now."""
        failed: dict[str, str] = {}
        try:
            for clinic in clinics:
                try:
                    for step in self.steps:
                        (self._run_code if step.own_code else self._run_statements)(clinic, step)
                except Moved:
                    continue
                except Exception as error:
                    failed[clinic.name] = _put_out_of_service(clinic, reason(error))
        finally:
            owner_connection().close()
        return failed

    def _run_statements(self, clinic: Clinic, step: Step) -> None:
        schema = quote_schema_name(clinic.schema_name)
        with transaction.atomic(using=owner_connection().alias):
            _claim(clinic, step)
            run(
                [
                    f"SET LOCAL search_path = {schema}, public",
                    *step.statements,
                    *grant_statements(clinic.schema_name, step.tables),
                    noted(step.rows),
                ]
            )

    def _run_code(self, clinic: Clinic, step: Step) -> None:
        """Django's executor keeps what it read of the disk from clinic to clinic; only the schema changes."""
        connection = owner_connection()
        with transaction.atomic(using=connection.alias):
            _claim(clinic, step)
            shared = [key for key in step.rows if key[0] not in tenant_labels()]
            run([f"SET LOCAL search_path = {quote_schema_name(clinic.schema_name)}, public", noted(shared)])
        with connection.on_schemas():
            connection.set_schema(clinic.schema_name)
            self.executor = self.executor or GrantingExecutor(connection)
            self.executor.granting = grant_statements(clinic.schema_name, step.tables)
            nodes = self.executor.loader.graph.nodes
            plan = [(nodes[key], False) for key in step.migrations]
            _drop_built_indexes(migration for migration, _ in plan)
            self.executor.migrate(list(step.migrations), plan=plan, state=step.state.clone())


def _claim(clinic: Clinic, step: Step) -> None:
    """Lock the clinic's row until the transaction ends, and make sure that it is where the step begins."""
    with owner_connection().cursor() as cursor:
        cursor.execute(
            f"SET LOCAL lock_timeout = '{PATIENCE}'; "
            f"SELECT FROM public.tenancy_clinic WHERE id = %s FOR NO KEY UPDATE; "
            f"SELECT public.clinic_migrations(%s, %s)",
            [clinic.pk, clinic.schema_name, tenant_labels()],
        )
        if keys(cursor.fetchone()[0] or "") != step.before:
            raise Moved


def _drop_built_indexes(migrations: Iterable[Migration]) -> None:
    """Make way in the current schema for indexes that are built concurrently, outside any transaction.

    A killed run leaves them behind: unfinished, or whole and not noted.
    """
    if names := [name for migration in migrations for name in built_concurrently(migration)]:
        run([f"DROP INDEX IF EXISTS {', '.join(map(quote_schema_name, names))}"])


def _put_out_of_service(clinic: Clinic, why: str) -> str:
    Clinic.objects.using(owner_connection().alias).filter(pk=clinic.pk).update(out_of_service=True)
    return why


def _bring_back(states: list[MigrationState]) -> None:
    lifted = [s.clinic.pk for s in states if s.clinic.out_of_service and not s.is_behind]
    if lifted:
        Clinic.objects.using(owner_connection().alias).filter(pk__in=lifted).update(out_of_service=False)


def reason(error: Exception) -> str:
    """What went wrong, without the values that a server's message quotes: they are patients'."""
    kind = type(error).__name__
    if isinstance(error, DatabaseError) and (said := getattr(error.__cause__, "diag", None)) is not None:
        where = (said.table_name, said.column_name, said.constraint_name)
        words = [f"{kind} {said.sqlstate}", type(error.__cause__).__name__, *(word for word in where if word)]
        return " ".join(words)
    place = traceback.extract_tb(error.__traceback__)[-1]
    return f"{kind} in {place.name}, {place.filename.rpartition('/')[2]} line {place.lineno}"
