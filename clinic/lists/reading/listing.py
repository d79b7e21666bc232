"""Reading a list: its first page, the page behind or before a row, any page by number, the last, or all in batches.

What a list may cost is bounded: a statement that takes longer than `PATIENCE` is stopped, and whoever asked is told
how to narrow the list, instead of waiting.
"""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import psycopg2.errors
from django.db import OperationalError, connections
from django.db.models import QuerySet, prefetch_related_objects

from clinic.lists.reading.index_runs import BadList, IndexRun, Rows, SeekKey, Sql, place_sql, seek_key_of, union_sql
from clinic.lists.reading.loading import chosen_sql, loader_of

CAP = 1000  # so many rows are counted for a list; of more it says "1,000+"
EVERY = 2**62
LARGE = 32 * 2**20  # bytes of a table, about 70,000 patients: in less what a full page leaves out is counted at once
NOTHING = Sql("SELECT NULL::uuid AS id WHERE FALSE")
PATIENCE = 2000  # milliseconds
# A plan for several processes returns rows in no order, and one list is not worth the whole server. An index that is
# in memory, or on a disk without moving parts, is followed from row to row as fast as a table is read through.
PLANNED = "SET LOCAL max_parallel_workers_per_gather = 0; SET LOCAL random_page_cost = 1.1; "
UNSOUGHT = "In this order a page begins at no row: leave “after” and “before” out, and ask for “page”."
TOO_LONG = (
    "This takes too long in so large a list. Narrow it: write more of a name, choose one more filter, or sort by name."
)
GONE = "The row that this page begins at is no longer in this list. Start from the first page."


class Grade(NamedTuple):
    """Index runs that are asked for together, once those before have come to less than a page.

    Each of `if_fewer` belongs to the list only where the grades before have fewer rows than its number. With `more`
    another grade follows, which is not asked for where a page of a large table is full.
    """

    runs: tuple[IndexRun, ...]
    if_fewer: tuple[tuple[int, tuple[IndexRun, ...]], ...] = ()
    more: bool = False

    def after(self, counted: int) -> tuple[IndexRun, ...]:
        more = [run for number, runs in self.if_fewer if counted < number for run in runs]
        return (*self.runs, *more)


@dataclass
class PageRows:
    """Some rows of a list; `more` and `less` say whether rows follow or go before.

    `total` is None where not all were counted: above the cap, or where a search of a large table filled the page before
    it came to all that can match. Then there are `at_least` so many.
    """

    records: list[Any] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    total: int | None = 0
    at_least: int = CAP + 1
    more: bool = False
    less: bool = False


class Listing:
    """The rows of `queryset`, its filters applied, in the order of `grades`."""

    def __init__(self, queryset: QuerySet[Any], grades: Sequence[Grade]) -> None:
        self.queryset = queryset
        self.grades = grades
        self.loader = loader_of(queryset)
        self.rows = Rows.of(queryset)

    @property
    def seeks(self) -> bool:
        """Whether a page can begin at a row. Where PostgreSQL sorts the whole list, pages have only numbers."""
        return all(run.sorted_query is None for grade in self.grades for run in grade.runs)

    def first(self, size: int) -> PageRows:
        """The first `size` rows: one statement where the first grade fills the page."""
        found, counted, table_size, all_counted = PageRows(), 0, 0, True
        for grade in self.grades:
            runs, wanted = grade.after(counted), size + 1 - len(found.records)
            if wanted > 0:
                records, reasons, (here, table_size) = self._read(runs, wanted, up_to=CAP + 1 - counted)
                found.records += records
                found.reasons += reasons
            else:
                here = self._count(runs, CAP + 1 - counted)
            counted += here
            full = len(found.records) > size and table_size > LARGE
            if counted > CAP or (full and grade.more):
                all_counted = False
                break
        found.more = len(found.records) > size
        del found.records[size:], found.reasons[size:]
        found.total, found.at_least = counted if all_counted else None, counted
        return found

    def after(self, key: Any, size: int) -> PageRows:
        """The rows behind the one of that key, wherever it stands now. Raises BadList where it is in no list."""
        runs, total, seek_key = self._beside(key)
        records, reasons, _ = self._read(runs, size + 1, seek_key=seek_key)
        return PageRows(records[:size], reasons[:size], total, more=len(records) > size, less=True)

    def before(self, key: Any, size: int) -> PageRows:
        """The rows before the one of that key."""
        runs, total, seek_key = self._beside(key)
        records, reasons, _ = self._read(runs, size + 1, seek_key=seek_key, reverse=True)
        return PageRows(records[:size][::-1], reasons[:size][::-1], total, more=True, less=len(records) > size)

    def at(self, offset: int, size: int) -> PageRows:
        """The rows from `offset` on."""
        runs, total = self._active()
        records, reasons, _ = self._read(runs, size + 1, offset=offset)
        return PageRows(records[:size], reasons[:size], total, more=len(records) > size, less=offset > 0)

    def last(self, size: int) -> PageRows:
        """The last `size` rows."""
        runs, total = self._active()
        records, reasons, _ = self._read(runs, size + 1, reverse=True)
        return PageRows(records[:size][::-1], reasons[:size][::-1], total, more=False, less=len(records) > size)

    def count(self) -> int:
        """How many rows there are, exactly."""
        runs, total = self._active()
        return self._count(runs, None) if total is None else total

    def batches(self, size: int = 500) -> Iterator[list[Any]]:
        """All rows, a list of at most `size` at a time; rows written meanwhile make no other repeat or drop out.

        No cursor is held: each batch is a statement of its own, not bound by `PATIENCE`.
        """
        runs, _ = self._active()
        whole = bool(runs) and runs[0].sorted_query is not None
        offset, seek_key = 0, None
        while True:
            records, _, _ = self._read(runs, size, seek_key=seek_key, offset=offset, patient=True)
            if len(records) == size:
                seek_key = None if whole else self._seek_key(runs, records[-1].pk, patient=True)[0]
                offset += size if whole else 0
            if records:
                yield records
            if len(records) < size:
                return

    def keys_sql(self) -> Sql:
        """One statement that gives every key, in no order."""
        runs, _ = self._active()
        chosen = union_sql(self.rows, runs, EVERY, sort=False) if runs else NOTHING
        return Sql(f"SELECT id FROM ({chosen.text}) chosen", chosen.params)

    def keys(self, limit: int) -> tuple[list[Any], bool]:
        """The first `limit` keys, for whoever wants them in another order; whether any grade found too few."""
        runs, _ = self._active()
        few = len(runs) > sum(len(grade.runs) for grade in self.grades)
        rows = self._run(union_sql(self.rows, runs, limit, sort=False)) if runs else []
        return [row[0] for row in rows], few

    def _active(self) -> tuple[tuple[IndexRun, ...], int | None]:
        """The runs that belong to the list as it is, and its size up to the cap."""
        counted, active = 0, list[IndexRun]()
        for grade in self.grades:
            runs = grade.after(counted)
            active += runs
            if counted <= CAP:
                counted += self._count(runs, CAP + 1 - counted)
        return tuple(active), counted if counted <= CAP else None

    def _beside(self, key: Any) -> tuple[tuple[IndexRun, ...], int | None, SeekKey]:
        """The same, and the place of the row of that key; where there is one grade, by one statement."""
        if not self.seeks:
            raise BadList(UNSOUGHT)
        if len(self.grades) != 1:
            runs, total = self._active()
            return runs, total, self._seek_key(runs, key)[0]
        runs = self.grades[0].after(0)
        seek_key, counted = self._seek_key(runs, key, self._count_sql(runs, CAP + 1))
        return runs, counted if counted <= CAP else None, seek_key

    def _seek_key(
        self, runs: Sequence[IndexRun], key: Any, also: Sql = NOTHING, *, patient: bool = False
    ) -> tuple[SeekKey, Any]:
        """The place of the row of that key, and what `also` selects. Raises BadList where it has none."""
        held = self._run(place_sql(self.queryset, self.rows, runs, key, also), patient=patient)
        seek_key = seek_key_of(runs, held[0]) if held else None
        if seek_key is None:
            raise BadList(GONE, 404)
        return seek_key, held[0][0]

    def _count(self, runs: Sequence[IndexRun], limit: int | None) -> int:
        if not runs:
            return 0
        return int(self._run(self._count_sql(runs, limit))[0][0])

    def _count_sql(self, runs: Sequence[IndexRun], limit: int | None) -> Sql:
        whole = len(runs) == 1 and runs[0].sorted_query is not None
        counted = (IndexRun(),) if whole else runs
        inner = union_sql(self.rows, counted, limit if limit is not None else EVERY, sort=False)
        return Sql(f"SELECT count(*) FROM ({inner.text}) counted", inner.params)

    def _read(
        self,
        runs: Sequence[IndexRun],
        limit: int,
        *,
        seek_key: SeekKey | None = None,
        reverse: bool = False,
        offset: int = 0,
        up_to: int = 0,
        patient: bool = False,
    ) -> tuple[list[Any], list[str], tuple[int, int]]:
        """Records, reasons, and with `up_to` how many rows the runs have in all, as far as that, and how large
        their table is.
        """
        if not runs:
            return [], [], (0, 0)
        chosen = union_sql(self.rows, runs, up_to or limit, seek_key=seek_key, reverse=reverse, offset=offset)
        rows = self._run(chosen_sql(self.loader, chosen, limit), patient=patient)
        reasons = [row[-3] for row in rows]
        records = self.loader.records(rows)
        prefetch_related_objects(records, *self.queryset._prefetch_related_lookups)  # type: ignore[attr-defined]
        return records, reasons, rows[0][-2:] if rows else (0, 0)

    def _run(self, sql: Sql, *, patient: bool = False) -> list[Any]:
        """Run a statement, stopped after `PATIENCE` unless `patient`; the bound rides in its message."""
        bound = "" if patient else f"SAVEPOINT list; SET LOCAL statement_timeout = {PATIENCE}; {PLANNED}"
        begun = time.monotonic()
        with connections[self.queryset.db].cursor() as cursor:
            try:
                cursor.execute(f"{bound}{sql.text}", sql.params)
            except OperationalError as error:
                took_long = (time.monotonic() - begun) * 1000 >= PATIENCE
                if not took_long or not isinstance(error.__cause__, psycopg2.errors.QueryCanceled):
                    raise
                cursor.execute("ROLLBACK TO SAVEPOINT list")
                raise BadList(TOO_LONG) from error
            rows: list[Any] = cursor.fetchall()
            return rows
