"""Which connection a model's rows are reached by."""

from typing import Any

from django.db.models import Model
from django_tenants.utils import get_tenant_database_alias


class MigrationRouter:
    """Migrations run on the owner's connection, and so does what their own code reads and writes.

    A package whose migration forgets `using()` would else wait on the web's connection for a lock of its own run.
    """

    def db_for_read(self, model: type[Model], **hints: Any) -> str | None:
        return get_tenant_database_alias() if model.__module__ == "__fake__" else None

    db_for_write = db_for_read
