"""An order and filters together: a bounded walk along the order's index, and where that fills no page, a sort.

PostgreSQL takes filter and order for unrelated. It walks the index of the order and expects a match in every so many
rows; of those who are overdue, by when they were last assessed, the matches are all at the far end, behind 600,000
others. So the walk is bounded, and what it may cost is known; where it was in vain, the rows that the filters leave
are sorted, which costs what these are. A walk that finds too few in the first part of its way goes no further. All is
in one statement, of which a part runs only if it is needed. The overdue by their last assessment:

    WITH walked AS MATERIALIZED (
      SELECT "patients_patient"."id" AS id, '' AS reason
        FROM (SELECT * FROM "patients_patient" WHERE last_assessed_on IS NOT NULL AND archived_at IS NULL
                 AND EXISTS (SELECT FROM (... LIMIT 2502) "patients_patient"
                              WHERE (archived_at IS NULL AND next_due_on < '2026-11-29') AND ... OFFSET 125)
               ORDER BY last_assessed_on, id LIMIT 20020) "patients_patient"
       WHERE (archived_at IS NULL AND next_due_on < '2026-11-29') AND TRUE AND last_assessed_on IS NOT NULL
       ORDER BY last_assessed_on, id LIMIT 1001)
    SELECT id, reason FROM walked WHERE (SELECT count(*) FROM walked) >= 1001
    UNION ALL
    SELECT id, reason FROM (
      SELECT id, reason FROM (
        SELECT "patients_patient"."id" AS id, '' AS reason, last_assessed_on AS o0, id AS o1 FROM "patients_patient"
         WHERE (archived_at IS NULL AND next_due_on < '2026-11-29') AND TRUE AND last_assessed_on IS NOT NULL OFFSET 0
      ) found ORDER BY o0, o1 LIMIT 1001) sorted
     WHERE (SELECT count(*) FROM walked) < 1001

What the index of the order can say itself, such as a range of the column that is ordered by, holds inside the walk.

What a search found is sorted as the search's own runs give it, each with the terms of the order; these read indexes, so
that nobody is looked up a second time.
"""

from collections.abc import Sequence
from dataclasses import replace

from clinic.lists.reading.bounds import Bound, table_of
from clinic.lists.reading.index_runs import (
    ALL,
    EVERY,
    NOTHING_ELSE,
    IndexRun,
    Rows,
    SeekKey,
    Sql,
    after,
    every_sql,
    ordered_by,
    run_sql,
    with_rows,
)

PROBED = 8  # of so many parts of a walk the first has to find its share, or no more is walked


def union_sql(
    rows: Rows, runs: Sequence[IndexRun], limit: int, *, seek_key: SeekKey | None = None, reverse: bool = False,
    offset: int = 0, sort: bool = True, bounds: Sequence[Bound | None] = (),
) -> Sql:  # fmt: skip
    """The runs one after the other, from `seek_key` on or without the first `offset`; `reverse` begins at the end.

    `bounds` say of a run how far its index is walked at most; without one it is walked as PostgreSQL likes.
    """
    numbered = list(enumerate(runs))
    if reverse:
        numbered.reverse()
    if seek_key is not None:
        passed = [number for number, _ in numbered].index(seek_key.run)
        numbered = numbered[passed:]
    parts = []
    for number, run in numbered:
        begun = seek_key if seek_key is not None and number == seek_key.run else None
        bound = bounds[number] if bounds else None
        parts.append(
            run_sql(rows, run, offset + limit, seek_key=begun, reverse=reverse, sort=sort)
            if bound is None
            else bounded_sql(rows, run, offset + limit, bound, seek_key=begun, reverse=reverse)
        )
    one = len(parts) == 1
    text = (
        parts[0].text.removesuffix(f" LIMIT {offset + limit}")
        if one
        else " UNION ALL ".join(f"({part.text})" for part in parts)
    )
    skipped = f" OFFSET {offset}" if offset else ""
    return Sql(f"{text} LIMIT {limit}{skipped}", tuple(param for part in parts for param in part.params))


def bounded_sql(
    rows: Rows, run: IndexRun, limit: int, bound: Bound, *, seek_key: SeekKey | None = None, reverse: bool = False
) -> Sql:
    """As `run_sql`: by a walk within the bound, or else by a sort."""
    found = _sorted(rows, run, limit, seek_key, reverse=reverse)
    if not bound.rows:
        return found
    walked = _walked(rows, run, limit, bound, seek_key, reverse=reverse)
    full = f"(SELECT count(*) FROM walked) >= {limit}"
    either = f"SELECT id, reason FROM walked WHERE {full} UNION ALL SELECT id, reason FROM ({found.text}) sorted"
    return Sql(
        f"WITH walked AS MATERIALIZED ({walked.text}) {either} WHERE NOT {full} LIMIT {limit}",
        (*walked.params, *found.params),
    )


def estimate_sql(rows: Rows, runs: Sequence[IndexRun], nears: Sequence[Sql], limit: int) -> Sql:
    """Ask the planner about three parts of each run: all of it as it would be sorted, the first `limit` rows in its
    order, and what its index walks by. What tells by a row that a search finds it is no part of the second: the planner
    cannot know of how many it holds.
    """
    parts = list[Sql]()
    for run, near in zip(runs, nears, strict=True):
        ordered = replace(run, driving=None, where=ALL if run.found else run.where)
        every, first = _every(rows, run), run_sql(rows, ordered, limit)
        parts.append(Sql(f"(SELECT count(found) FROM ({every.text}) found)", every.params))
        parts.append(Sql(f"(SELECT count(*) FROM ({first.text}) first)", first.params))
        parts.append(Sql(f"(SELECT count(*) FROM {table_of(run)} WHERE {near.text})", near.params))
    asked = ", ".join(part.text for part in parts)
    return Sql(f"EXPLAIN (FORMAT JSON) SELECT {asked}", tuple(param for part in parts for param in part.params))


def _walked(rows: Rows, run: IndexRun, limit: int, bound: Bound, seek_key: SeekKey | None, *, reverse: bool) -> Sql:
    """What the walk finds; nothing where its first part finds less than its share."""
    descending, table, held = run.descending is not reverse, table_of(run), run.condition
    order = ordered_by(run.order, descending)
    behind = after(run.order, seek_key.values, descending) if seek_key is not None else ALL
    joint = " FROM " if rows.body.text.startswith(f" FROM {table}") else " JOIN "

    def found_in(most: int, asked: Sql) -> Sql:
        part = f"SELECT * FROM {table} WHERE {bound.near.text} AND {behind.text}{asked.text}{order} LIMIT {most}"
        body = rows.body.text.replace(f"{joint}{table}", f"{joint}({part}) {table}", 1)
        params = (*bound.near.params, *behind.params, *asked.params, *rows.body.params, *held.params)
        return Sql(f"{body} {held.text}", params)

    first = found_in(max(bound.rows // PROBED, 1), NOTHING_ELSE)
    found = found_in(bound.rows, Sql(f" AND EXISTS (SELECT{first.text} OFFSET {limit // PROBED})", first.params))
    return Sql(
        f"SELECT {rows.key} AS id, {run.reason.text} AS reason{found.text}{order} LIMIT {limit}",
        (*run.reason.params, *found.params),
    )


def _sorted(rows: Rows, run: IndexRun, limit: int, seek_key: SeekKey | None, *, reverse: bool) -> Sql:
    """All rows of the run, sorted; where a table drives it, by that table's keys first."""
    descending, driving, own = run.descending is not reverse, run.driving, _sorted_by(run)
    names = tuple(f"found.o{number}" for number in range(len(own)))
    order = (*driving.keys, *names[1:]) if driving else names
    source = with_rows(driving.source, rows) if driving else Sql()
    joined = f" JOIN ({source.text}) w ON {driving.keys[-1]} = found.o0" if driving else ""
    behind = after(order, (*seek_key.driven, *seek_key.values), descending) if seek_key is not None else ALL
    every = _every(rows, run)
    return Sql(
        f"SELECT found.id, found.reason FROM ({every.text}) found{joined} "
        f"WHERE {behind.text}{ordered_by(order, descending)} LIMIT {limit}",
        (*every.params, *source.params, *behind.params),
    )


def _sorted_by(run: IndexRun) -> tuple[str, ...]:
    return (*(run.driving.own_keys[-1:] if run.driving else ()), *run.order)


def _every(rows: Rows, run: IndexRun) -> Sql:
    """All rows of the run with the terms that they are sorted by, which is where PostgreSQL must not walk an order."""
    terms = Sql(", " + ", ".join(f"{term} AS o{number}" for number, term in enumerate(_sorted_by(run))))
    if run.found is not None:
        return every_sql(
            rows, [replace(each, reason=run.reason) for each in run.found.runs], within=run.within, also=terms
        )
    every = run_sql(rows, replace(run, driving=None), EVERY, sort=False, also=terms)
    return Sql(f"{every.text} OFFSET 0", every.params)
