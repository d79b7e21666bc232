"""The journal of merges and un-merges. Insert-only: what happened is never written again, only undone by more of it.

Records are named by their ids alone, since one of the two has no row of its own while the merge lasts.
"""

from typing import Any

from django.db import models
from django.utils import timezone

from clinic.tenancy.records import ClinicModel, ClinicQuerySet


class MergeRecord(ClinicModel):
    """The record of `other_id` was merged into the one of `survivor_id`; with `undoes` it was taken out of it again.

    Ids grow in the order in which it happened: merges of a clinic wait for each other.
    """

    web_may = "SELECT, INSERT"
    index_for = {"merge_record_by_survivor": "merges of a patient"}

    id = models.BigAutoField(primary_key=True)
    survivor_id = models.UUIDField()
    other_id = models.UUIDField(db_index=True)
    undoes = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="undone_by")
    at = models.DateTimeField(default=timezone.now)
    by_id = models.CharField(max_length=64)
    by_name = models.CharField(max_length=200)

    objects = ClinicQuerySet.as_manager()  # type: ignore[misc]  # of the base

    class Meta:
        indexes = (models.Index(fields=["survivor_id"], name="merge_record_by_survivor"),)

    def __str__(self) -> str:
        return f"{self.other_id} into {self.survivor_id}"


class EntryKind(models.TextChoices):
    """What was done to rows, and how they stand in an entry."""

    MOVED = "moved"  # to the other patient: [key, ...]
    ADDED = "added"  # made by the merge: [key, ...]
    REMOVED = "removed"  # taken out of their table: [row by column, ...]
    CHANGED = "changed"  # [[key, column, before, after], ...]


class MergeEntry(ClinicModel):
    """What a merge or an un-merge did to the rows of one table."""

    web_may = "SELECT, INSERT"

    id = models.BigAutoField(primary_key=True)
    merge = models.ForeignKey(MergeRecord, on_delete=models.PROTECT, related_name="entries", db_index=False)
    table = models.CharField(max_length=63)
    kind = models.CharField(max_length=10, choices=EntryKind.choices)
    rows: "models.JSONField[Any, list[Any]]" = models.JSONField()

    objects = ClinicQuerySet.as_manager()  # type: ignore[misc]  # of the base

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("merge", "table", "kind"), name="merge_entry_once"),
            models.CheckConstraint(condition=models.Q(kind__in=EntryKind.values), name="merge_entry_kind"),
        )

    def __str__(self) -> str:
        return f"{self.table} {self.kind}"
