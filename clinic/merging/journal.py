"""Writing and reading the journal: what each merge did to which row, and what of it still stands."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import Q

from clinic.audit.actions import By
from clinic.merging.models import EntryKind, MergeEntry, MergeRecord


@dataclass
class Journal:
    """What one merge or un-merge does, gathered while it is done and written at its end."""

    rows: dict[tuple[str, EntryKind], list[Any]] = field(default_factory=lambda: defaultdict(list))

    def add(self, table: str, kind: EntryKind, rows: Iterable[Any]) -> None:
        self.rows[table, kind].extend(rows)

    def changed(self, table: str, key: Any, column: str, before: Any, after: Any) -> None:
        self.add(table, EntryKind.CHANGED, [[str(key), column, before, after]])

    def write(self, *, by: By, survivor_id: UUID, other_id: UUID, undoes: MergeRecord | None = None) -> MergeRecord:
        merge = MergeRecord.objects.create(
            survivor_id=survivor_id, other_id=other_id, undoes=undoes, by_id=by.id, by_name=by.name
        )
        MergeEntry.objects.bulk_create(
            MergeEntry(merge=merge, table=table, kind=kind, rows=rows)
            for (table, kind), rows in self.rows.items()
            if rows
        )
        return merge


def key_of(row: Any, kind: str) -> str:
    """The key of the row that stands so in an entry of a kind."""
    return str(row["id"] if kind == EntryKind.REMOVED else row[0] if kind == EntryKind.CHANGED else row)


@dataclass
class Past:
    """One merge or un-merge as the journal has it; `undone_as` is the id of the un-merge, 0 while the merge stands."""

    merge: MergeRecord
    entries: dict[tuple[str, str], list[Any]]
    undone_as: int = 0

    @property
    def id(self) -> int:
        return self.merge.pk

    def rows(self, table: str, kind: EntryKind) -> list[Any]:
        return self.entries.get((table, kind), [])

    def keys(self, table: str, *kinds: EntryKind) -> list[str]:
        return [key_of(row, kind) for kind in kinds for row in self.rows(table, kind)]

    def changes(self, table: str) -> dict[tuple[str, str], tuple[Any, Any]]:
        """The value before and after, by key and column."""
        return {(key, column): (old, new) for key, column, old, new in self.rows(table, EntryKind.CHANGED)}


def history_of(patient_id: UUID) -> list[Past]:
    """Every merge and un-merge that a record had to do with, by way of others too, in their order."""
    known: set[UUID] = {patient_id}
    asked: set[UUID] = set()
    while new := known - asked:
        asked |= new
        met = MergeRecord.objects.filter(Q(survivor_id__in=new) | Q(other_id__in=new))
        known |= {key for pair in met.values_list("survivor_id", "other_id") for key in pair}
    merges = list(MergeRecord.objects.filter(other_id__in=known).order_by("pk"))
    entries: dict[int, dict[tuple[str, str], list[Any]]] = defaultdict(dict)
    for entry in MergeEntry.objects.filter(merge__in=merges):
        entries[entry.merge_id][entry.table, entry.kind] = entry.rows
    undone = {merge.undoes_id: merge.pk for merge in merges if merge.undoes_id}
    return [Past(merge, entries[merge.pk], undone.get(merge.pk, 0)) for merge in merges]


def standing_merge(history: Iterable[Past], other_id: UUID) -> Past:
    """The merge that a merged record is in."""
    return next(
        past
        for past in reversed(list(history))
        if past.merge.other_id == other_id and not past.merge.undoes_id and not past.undone_as
    )


def is_as_merged(history: Iterable[Past], merge: Past, table: str, key: str, column: str, now: Any) -> bool:
    """Whether a value that a merge wrote is still what it and later merges made of it, and nobody changed it since."""
    value = merge.changes(table)[key, column][1]
    for past in history:
        change = past.changes(table).get((key, column))
        if past.id > merge.id and change is not None and change[0] == value:
            value = change[1]
    return bool(value == now)


def value_before(history: Iterable[Past], merge: Past, table: str, key: str, column: str) -> Any:
    """What stood where a merge wrote, as it would have been without the earlier merges that were undone since.

    Of "a", which one merge made "b" and a second one "c", "a" comes back with the second where the first went before.
    """
    value, last = merge.changes(table)[key, column][0], merge.id
    for past in sorted(history, key=lambda past: past.id, reverse=True):
        change = past.changes(table).get((key, column))
        if past.id < last and past.undone_as > last and change is not None and change[1] == value:
            value, last = change[0], past.id
    return value
