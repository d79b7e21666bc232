"""Reading a list: its first page, the page behind or before a row, any page by number, the last, or all in batches."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, NamedTuple

from django.db.models import QuerySet, prefetch_related_objects

from clinic.lists.reading import patience
from clinic.lists.reading.bounds import Bound, Estimate, estimates_of, is_long, most_walked, near_to
from clinic.lists.reading.grades import Grade
from clinic.lists.reading.index_runs import ALL, EVERY, BadList, IndexRun, Rows, SeekKey, Sql, every_sql
from clinic.lists.reading.loading import NO_PLACE, chosen_sql, loader_of
from clinic.lists.reading.places import Place, kept_place, place_sql, place_terms, resumed, seek_key_of
from clinic.lists.reading.walking import estimate_sql, union_sql
from clinic.tenancy import cluster

CAP = 1000  # so many rows are counted for a list; of more it says "1,000+"
FEW = 100  # so many where the way to more is long; a page has no more
LARGE = 32 * 2**20  # bytes of a table, about 70,000 patients: in less what a full page leaves out is counted at once
NOTHING = Sql("SELECT NULL::uuid AS id WHERE FALSE")
UNSOUGHT = "In this order a page begins at no row: leave “after” and “before” out, and ask for “page”."
GONE = "The row that this page begins at is no longer in this list. Start from the first page."


@dataclass
class PageRows:
    """Some rows of a list; `more` and `less` say whether rows follow or go before.

    `total` is None where not all were counted: above the `cap`, or where a search of a large table filled the page
    before it came to all that can match. Then there are `at_least` so many.
    """

    records: list[Any] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    total: int | None = 0
    at_least: int = 0
    cap: int = CAP
    more: bool = False
    less: bool = False
    begins: Place | None = None  # with `places`, where pages beside this one begin
    ends: Place | None = None


class Active(NamedTuple):
    """The runs of a list as it is now, their numbers among all that it could have, and its size up to the cap."""

    runs: tuple[IndexRun, ...]
    numbers: list[int]
    total: int | None
    cap: int


class Read(NamedTuple):
    """What one statement gave: rows, places of some, and how many rows there are and how large their table is."""

    records: list[Any]
    reasons: list[str]
    ends: list[Place | None]
    counted: tuple[int, int]


class Listing:
    """The rows of `queryset`, its filters applied, in the order of `grades`."""

    def __init__(self, queryset: QuerySet[Any], grades: Sequence[Grade], *, places: bool = False) -> None:
        self.queryset = queryset
        self.places = places  # whether pages say where they begin and end
        self.grades = grades
        self.loader = loader_of(queryset)
        self.rows = Rows.of(queryset)
        self.estimated = list[tuple[Sequence[IndexRun], int, list[tuple[int, Sql, Estimate]]]]()

    @cached_property
    def first_grade(self) -> Grade:
        """The first grade; those behind it are made where they are come to."""
        return next(iter(self.grades), Grade(()))

    @property
    def seeks(self) -> bool:
        """Whether a page can begin at a row; where PostgreSQL sorts the list, its only run, pages have only numbers."""
        return all(run.sorted_query is None for run in self.first_grade.runs)

    @cached_property
    def cap(self) -> int:
        """How many rows are counted; of one that is walked to through many others, fewer."""
        runs, limit = () if self.first_grade.more else self.first_grade.after(0), CAP + 1
        return FEW if any(is_long(runs[at], each, limit) for at, _, each in self._estimates(runs, limit)) else CAP

    def first(self, size: int) -> PageRows:
        """The first `size` rows: one statement where the first grade fills the page."""
        cap = self.cap
        found, counted, table_size, all_counted, passed = PageRows(cap=cap), 0, 0, True, 0
        for grade in self.grades:
            runs, wanted = grade.after(counted), size + 1 - len(found.records)
            if wanted > 0:
                numbers = grade.numbers(counted, passed)
                read = self._read(runs, wanted, numbers=numbers, ends=(wanted - 1,), up_to=cap + 1 - counted)
                found.records += read.records
                found.reasons += read.reasons
                found.ends = read.ends[0] or found.ends
                here, table_size = read.counted
            else:
                here = self._count(runs, cap + 1 - counted)
            counted, passed = counted + here, passed + grade.size
            full = len(found.records) > size and table_size > LARGE
            if counted > cap or (full and grade.more):
                all_counted = False
                break
        found.more = len(found.records) > size
        del found.records[size:], found.reasons[size:]
        found.total, found.at_least = counted if all_counted else None, counted
        return found

    def after(self, key: Any, size: int) -> PageRows:
        """The rows behind the one of that key, wherever it stands now. Raises BadList where it is in no list."""
        active, seek_key = self._beside(key)
        return self._page(active, size, seek_key=seek_key)

    def before(self, key: Any, size: int) -> PageRows:
        """The rows before the one of that key."""
        active, seek_key = self._beside(key)
        return self._page(active, size, seek_key=seek_key, reverse=True)

    def beside(self, place: Place, size: int, *, reverse: bool) -> PageRows:
        """The rows behind a place, or before it, whatever became of the row that was there."""
        if not self.seeks:
            raise BadList(UNSOUGHT)
        active = self._active()
        runs, numbers, seek_key = resumed(active.runs, active.numbers, place, reverse=reverse)
        return self._page(Active(runs, numbers, active.total, active.cap), size, seek_key=seek_key, reverse=reverse)

    def at(self, offset: int, size: int) -> PageRows:
        """The rows from `offset` on."""
        found = self._page(self._active(), size, offset=offset)
        found.less = offset > 0
        return found

    def _page(
        self, active: Active, size: int, *, seek_key: SeekKey | None = None, reverse: bool = False, offset: int = 0
    ) -> PageRows:
        counted = (active.total, active.cap + 1, active.cap)
        read = self._read(
            active.runs, size + 1, numbers=active.numbers, ends=(1, size), seek_key=seek_key, reverse=reverse,
            offset=offset,
        )  # fmt: skip
        records, reasons, more = read.records[:size], read.reasons[:size], len(read.records) > size
        if reverse:
            return PageRows(records[::-1], reasons[::-1], *counted, True, more, *read.ends[::-1])
        return PageRows(records, reasons, *counted, more, True, *read.ends)

    def last(self, size: int) -> PageRows:
        """The last `size` rows."""
        return replace(self._page(self._active(), size, reverse=True), more=False)

    def count(self) -> int:
        """How many rows there are, exactly."""
        runs, _, total, _ = self._active()
        return self._count(runs, None) if total is None else total

    def batches(self, size: int = 500) -> Iterator[list[Any]]:
        """All rows, a list of at most `size` at a time; rows written meanwhile make no other repeat or drop out.

        No cursor is held: each batch is a statement of its own, not bound by `PATIENCE`.
        """
        runs = self._active().runs
        whole = bool(runs) and runs[0].sorted_query is not None
        offset, seek_key = 0, None
        while True:
            records = self._read(runs, size, seek_key=seek_key, offset=offset, patient=True).records
            if len(records) == size:
                seek_key = None if whole else self._seek_key(runs, records[-1].pk, patient=True)[0]
                offset += size if whole else 0
            if records:
                yield records
            if len(records) < size:
                return

    def keys_sql(self, runs: Sequence[IndexRun] | None = None) -> Sql:
        """One statement that gives every key, in no order, of those runs that are active."""
        active = self._active().runs if runs is None else runs
        chosen = every_sql(self.rows, active) if active else NOTHING
        return Sql(f"SELECT id FROM ({chosen.text}) chosen", chosen.params)

    def keys(self, limit: int) -> tuple[list[Any], tuple[IndexRun, ...]]:
        """The first `limit` keys, for whoever wants them in another order, and the runs that have them all."""
        keys, active = list[Any](), list[IndexRun]()
        for grade in self.grades:
            runs, wanted = grade.after(len(keys)), limit - len(keys)
            active += runs
            if runs and wanted:
                keys += [row[0] for row in self._run(union_sql(self.rows, runs, wanted, sort=False))]
        return keys, tuple(active)

    def _active(self) -> Active:
        """The runs that belong to the list as it is, and its size up to the cap."""
        counted, passed, active, numbers, cap = 0, 0, list[IndexRun](), list[int](), self.cap
        for grade in self.grades:
            runs = grade.after(counted)
            active += runs
            numbers += grade.numbers(counted, passed)
            passed += grade.size
            if counted <= cap:
                counted += self._count(runs, cap + 1 - counted)
        return Active(tuple(active), numbers, counted if counted <= cap else None, cap)

    def _beside(self, key: Any) -> tuple[Active, SeekKey]:
        """The same, and the place of the row of that key; where there is one grade, by one statement."""
        if not self.seeks:
            raise BadList(UNSOUGHT)
        if len(self.grades) != 1:
            active = self._active()
            return active, self._seek_key(active.runs, key)[0]
        runs, cap = self.grades[0].after(0), self.cap
        seek_key, counted = self._seek_key(runs, key, self._count_sql(runs, cap + 1))
        return Active(runs, self.grades[0].numbers(0, 0), counted if counted <= cap else None, cap), seek_key

    def _seek_key(
        self, runs: Sequence[IndexRun], key: Any, also: Sql = NOTHING, *, patient: bool = False
    ) -> tuple[SeekKey, Any]:
        """The place of the row of that key, and what `also` selects. Raises BadList where it has none."""
        held = self._run(place_sql(self.queryset, self.rows, runs, key, also), patient=patient)
        seek_key = seek_key_of(runs, held[0][1:]) if held else None
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
        text = inner.text.removesuffix(f" LIMIT {EVERY}")  # each row would pass it
        return Sql(f"SELECT count(*) FROM ({text}) counted", inner.params)

    def _read(
        self,
        runs: Sequence[IndexRun],
        limit: int,
        *,
        numbers: Sequence[int] = (),
        ends: Sequence[int] = (),
        seek_key: SeekKey | None = None,
        reverse: bool = False,
        offset: int = 0,
        up_to: int = 0,
        patient: bool = False,
    ) -> Read:
        """The rows; with `up_to` it is counted how many the runs have in all, as far as that. `ends` are the rows, from
        1, whose places are kept, where anybody wants them.
        """
        if not runs:
            return Read([], [], [None for _ in ends], (0, 0))
        bounds = [] if patient else self._bounds(runs, offset + (up_to or limit))
        chosen = union_sql(
            self.rows, runs, up_to or limit, seek_key=seek_key, reverse=reverse, offset=offset, bounds=bounds
        )
        kept = ends if self.places and self.seeks else ()
        place = place_terms(self.rows, runs) if kept else NO_PLACE
        rows = self._run(chosen_sql(self.loader, chosen, limit, place, kept), patient=patient)
        records = self.loader.records(rows)
        prefetch_related_objects(records, *self.queryset._prefetch_related_lookups)  # type: ignore[attr-defined]
        texts = [rows[end - 1][-4] if 1 <= end <= len(rows) else None for end in ends]
        places = [kept_place(runs, numbers, text) for text in texts]
        return Read(records, [row[-3] for row in rows], places, rows[0][-2:] if rows else (0, 0))

    def _bounds(self, runs: Sequence[IndexRun], limit: int) -> list[Bound | None]:
        """How far the index of each run's order is walked at most, where the filters say more than that answers."""
        bounds: list[Bound | None] = [None] * len(runs)
        for at, run in enumerate(runs):
            if run.found is not None and not run.found.alone:
                bounds[at] = Bound(0, ALL)
        for at, near, estimate in self._estimates(runs, limit):
            most = most_walked(runs[at], estimate, limit)
            bounds[at] = None if most is None else Bound(most, near)
        return bounds

    def _estimates(self, runs: Sequence[IndexRun], limit: int) -> list[tuple[int, Sql, Estimate]]:
        """What the planner expects of each run whose order and filters are not of one index, and what is near to it."""
        for of, most, known in self.estimated:
            if (of, most) == (runs, limit):
                return known
        walked = [(at, run) for at, run in enumerate(runs) if run.found is None or run.found.alone]
        filtered = [(at, near) for at, run in walked if (near := near_to(self.rows, run)) is not None]
        estimates = list[Estimate]()
        if filtered:
            asked = estimate_sql(self.rows, [runs[at] for at, _ in filtered], [near for _, near in filtered], limit)
            estimates = estimates_of(cluster.own_plan(self._run(asked)[0][0][0]), limit)
        found = [(*each, estimate) for each, estimate in zip(filtered, estimates, strict=True)]
        self.estimated.append((runs, limit, found))
        return found

    def _run(self, sql: Sql, *, patient: bool = False) -> list[Any]:
        return patience.run(sql, using=self.queryset.db, patient=patient)
