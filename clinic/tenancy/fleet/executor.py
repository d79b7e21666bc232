"""Django's executor of migrations, one transaction for a migration and its note.

Django itself notes a migration that has deferred statements (every foreign key is one) after its transaction. Killed in
between, the next run would make the same tables again, and fail for ever.
"""

from contextlib import nullcontext

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import transaction
from django.db.migrations import Migration
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.state import ProjectState

from clinic.tenancy.lifecycle.provisioning import run


class WholeExecutor(MigrationExecutor):
    """Applies a migration together with its note, unless the migration itself refuses a transaction."""

    def apply_migration(
        self, state: ProjectState, migration: Migration, fake: bool = False, fake_initial: bool = False
    ) -> ProjectState:
        whole = transaction.atomic(using=self.connection.alias) if migration.atomic else nullcontext()
        with whole:
            return super().apply_migration(state, migration, fake, fake_initial)


class GrantingExecutor(WholeExecutor):
    """Notes a migration as applied together with the grants for its tables, so that neither is there alone."""

    granting: list[str]

    def record_migration(self, app_label: str, name: str, forward: bool = True) -> None:
        with transaction.atomic(using=self.connection.alias):
            run(self.granting)
            super().record_migration(app_label, name, forward)


def built_concurrently(migration: Migration) -> list[str]:
    """The indexes of a migration without a transaction, which a killed run may have built and not noted."""
    return [each.index.name for each in migration.operations if isinstance(each, AddIndexConcurrently)]
