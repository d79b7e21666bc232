"""The locks of a merge: merges of a clinic one after the other, and rows in the order in which others take them."""

from uuid import UUID

from django.db import connection

from clinic.merging.tables import LOCKED_FIRST
from clinic.patients.models import Patient

MERGE_LOCK = 7_302_416  # the advisory lock under which a clinic merges, and takes apart


class Gone(Exception):
    """One of the records is not there: it was merged meanwhile, or is none that whoever acts sees."""


def take_turn() -> None:
    """Let no other merge of this clinic begin before this transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(current_schema()), %s)", [MERGE_LOCK])


def lock_patients(*ids: UUID, whose_rows: UUID) -> dict[UUID, Patient]:
    """Lock patients, and before them the rows that are to move, which others lock before their patient; raises Gone."""
    for table in LOCKED_FIRST:
        rows = table.model._base_manager.filter(**{table.column: whose_rows}).order_by("pk")
        list(rows.select_for_update().values_list("pk", flat=True))
    found = {row.pk: row for row in Patient.objects.select_for_update().filter(pk__in=ids).order_by("pk")}
    if len(found) != len(set(ids)):
        raise Gone
    return found
