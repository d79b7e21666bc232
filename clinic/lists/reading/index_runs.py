"""A list as index runs: rows that one index gives in order, one run after the other.

An ordinary list is one run. A column with gaps makes two, the rows with a value and those without; a search makes one
for each way in which a row can match. PostgreSQL executes a UNION ALL of them one by one and stops when the page is
full, so a page costs what its rows cost, however many rows there are.

The page behind Cara Diaz, by the date of the last assessment (patients never assessed come last):

    (SELECT "patients_patient"."id" AS id, '' AS reason FROM "patients_patient" WHERE archived_at IS NULL AND TRUE
       AND last_assessed_on IS NOT NULL AND (last_assessed_on, id) > ('2026-03-01', '0b3e...')
       ORDER BY last_assessed_on, id LIMIT 26)
    UNION ALL
    (SELECT "patients_patient"."id" AS id, '' AS reason FROM "patients_patient" WHERE archived_at IS NULL AND TRUE
       AND last_assessed_on IS NULL ORDER BY id LIMIT 26)
    LIMIT 26
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.core.exceptions import EmptyResultSet
from django.db.models import QuerySet


class BadList(ValueError):
    """The address asks for something that this list does not have; `status` is 400, or 404 for a missing page."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status


ROWS = object()  # among parameters: those of the list's own filters, where a text says @rows@


class Sql(NamedTuple):
    """A piece of SQL and what goes into it."""

    text: str = ""
    params: tuple[Any, ...] = ()


ALL, NO_REASON = Sql("TRUE"), Sql("''")


@dataclass(frozen=True)
class DrivingTable:
    """A table that is walked in its own order, and gives some rows of the list for each of its rows.

    A list by practitioner is driven by the practitioners, a list of similar names by the dictionary's words.
    `source` selects its rows, which are called `w`; `keys` are the columns that order them; `bind` is the condition
    that ties a row of the list to one of them; `own_keys` are the same keys, read from a row of the list. With
    `upwards` they rise where the rows of each fall. A `@rows@` in the source stands for the list's rows, up to and
    without a further condition. The patients by practitioner:

        SELECT x.id, x.reason
          FROM (SELECT * FROM (SELECT "display_name", "id" FROM "staff_practitioner") w
                ORDER BY w."display_name", w."id") w
         CROSS JOIN LATERAL (SELECT ... WHERE archived_at IS NULL AND "patients_patient"."user_id" = w."id"
                              ORDER BY "filed_as", "given_as", "id" LIMIT 26) x
         LIMIT 26
    """

    source: Sql
    keys: tuple[str, ...]
    bind: str
    own_keys: tuple[str, ...]
    upwards: bool = False


@dataclass(frozen=True)
class IndexRun:
    """Rows for which `where` holds, by `order`: SQL of columns without gaps, the last of them unique.

    `reason` says why a row is in the list where its cells do not show it. `sorted_query` is Django's own query of a
    list in an order that no index gives; it has no other pages than numbered ones. Where `order` is of a table that the
    list's filters join, `own_order` is the same order read from a row alone, with `own_params` in it.
    """

    order: tuple[str, ...] = ()
    where: Sql = ALL
    descending: bool = False
    reason: Sql = NO_REASON
    driving: DrivingTable | None = None
    sorted_query: QuerySet[Any] | None = None
    own_order: tuple[str, ...] = ()
    own_params: tuple[Any, ...] = ()


class SeekKey(NamedTuple):
    """Where a page begins: the number of the run that a row is in, and the row's values in that run's order.

    `driven` are the driving table's keys, where the run has one.
    """

    run: int
    driven: tuple[Any, ...]
    values: tuple[Any, ...]


@dataclass(frozen=True)
class Rows:
    """What a queryset's filters come to, as SQL to which conditions are added."""

    key: str
    body: Sql

    @classmethod
    def of(cls, queryset: QuerySet[Any]) -> "Rows":
        bare = queryset.order_by().values("pk")
        try:
            text, params = bare.query.get_compiler(using=queryset.db).as_sql()
        except EmptyResultSet:
            empty = cls.of(queryset.model._default_manager.using(queryset.db).all())
            return cls(empty.key, Sql(f"{empty.body.text} FALSE AND"))
        head, _, body = text.partition(" FROM ")
        joint = " AND" if bare.query.where else " WHERE"
        return cls(head.removeprefix("SELECT ").partition(" AS ")[0], Sql(f" FROM {body}{joint}", tuple(params)))


def tuple_of(terms: Sequence[str]) -> str:
    return terms[0] if len(terms) == 1 else f"({', '.join(terms)})"


def ordered_by(terms: Sequence[str], descending: bool) -> str:
    sign = " DESC" if descending else ""
    return f" ORDER BY {', '.join(f'{term}{sign}' for term in terms)}"


def after(terms: Sequence[str], values: Sequence[Any], descending: bool, *, inclusive: bool = False) -> Sql:
    """The rows behind `values`: one comparison of whole rows, which an index begins at."""
    sign = ("<" if descending else ">") + ("=" if inclusive else "")
    return Sql(f"{tuple_of(terms)} {sign} {tuple_of(['%s'] * len(values))}", tuple(values))


def run_sql(
    rows: Rows, run: IndexRun, limit: int, *, seek_key: SeekKey | None = None, reverse: bool = False, sort: bool = True
) -> Sql:
    """At most `limit` keys of the run with their reasons, those behind `seek_key`; without `sort` in any order."""
    if run.sorted_query is not None:
        return _sorted_sql(run.sorted_query, limit, reverse=reverse)
    descending = run.descending is not reverse
    order = ordered_by(run.order, descending) if sort else ""
    text = f"SELECT {rows.key} AS id, {run.reason.text} AS reason{rows.body.text} {run.where.text}"
    params = [*run.reason.params, *rows.body.params, *run.where.params]
    if run.driving is None:
        if seek_key is not None:
            behind = after(run.order, seek_key.values, descending)
            text, params = f"{text} AND {behind.text}", [*params, *behind.params]
        return Sql(f"{text}{order} LIMIT {limit}", tuple(params))
    return _driven_sql(rows, run, run.driving, Sql(text, tuple(params)), order, limit, seek_key, descending, sort)


def _driven_sql(
    rows: Rows, run: IndexRun, driving: DrivingTable, inner: Sql, order: str, limit: int, seek_key: SeekKey | None,
    descending: bool, sort: bool,
) -> Sql:  # fmt: skip
    text, params = f"{inner.text} AND {driving.bind}", list(inner.params)
    falling = descending is not driving.upwards
    source = _with_rows(driving.source, rows)
    things, of_things = f"SELECT * FROM ({source.text}) w", list(source.params)
    if seek_key is not None:
        from_here = after(driving.keys, seek_key.driven, falling, inclusive=True)
        things, of_things = f"{things} WHERE {from_here.text}", [*of_things, *from_here.params]
        later, behind = after(driving.keys, seek_key.driven, falling), after(run.order, seek_key.values, descending)
        text, params = f"{text} AND ({later.text} OR {behind.text})", [*params, *later.params, *behind.params]
    driven = ordered_by(driving.keys, falling) if sort else ""
    each = f"LATERAL ({text}{order} LIMIT {limit}) x"
    return Sql(
        f"SELECT x.id, x.reason FROM ({things}{driven}) w CROSS JOIN {each} LIMIT {limit}", tuple(of_things + params)
    )


def _with_rows(source: Sql, rows: Rows) -> Sql:
    params = [each for param in source.params for each in (rows.body.params if param is ROWS else (param,))]
    return Sql(source.text.replace("@rows@", rows.body.text), tuple(params))


def _sorted_sql(queryset: QuerySet[Any], limit: int, *, reverse: bool) -> Sql:
    asked = (queryset.reverse() if reverse else queryset).values("pk")[:limit]
    text, params = asked.query.get_compiler(using=queryset.db).as_sql()
    head, _, body = text.partition(" FROM ")
    return Sql(f"{head.partition(' AS ')[0]} AS id, '' AS reason FROM {body}", tuple(params))


def union_sql(
    rows: Rows, runs: Sequence[IndexRun], limit: int, *, seek_key: SeekKey | None = None, reverse: bool = False,
    offset: int = 0, sort: bool = True,
) -> Sql:  # fmt: skip
    """The runs one after the other, from `seek_key` on or without the first `offset`; `reverse` begins at the end."""
    numbered = list(enumerate(runs))
    if reverse:
        numbered.reverse()
    if seek_key is not None:
        passed = [number for number, _ in numbered].index(seek_key.run)
        numbered = numbered[passed:]
    parts = []
    for number, run in numbered:
        begun = seek_key if seek_key is not None and number == seek_key.run else None
        parts.append(run_sql(rows, run, offset + limit, seek_key=begun, reverse=reverse, sort=sort))
    one = len(parts) == 1
    text = (
        parts[0].text.removesuffix(f" LIMIT {offset + limit}")
        if one
        else " UNION ALL ".join(f"({part.text})" for part in parts)
    )
    skipped = f" OFFSET {offset}" if offset else ""
    return Sql(f"{text} LIMIT {limit}{skipped}", tuple(param for part in parts for param in part.params))


def place_sql(queryset: QuerySet[Any], rows: Rows, runs: Sequence[IndexRun], key: Any, also: Sql) -> Sql:
    """Select what the place of the row of that key goes by, as it is now, and before that what `also` selects.

    A row that the filters have come to leave out still has a place among the others. The order of the last
    assessment has two runs, so of each it is asked whether the row is in it, and by which values:

        SELECT (SELECT count(*) FROM (...) counted),
               (TRUE AND last_assessed_on IS NOT NULL), last_assessed_on, id,
               (TRUE AND last_assessed_on IS NULL), id
          FROM "patients_patient" WHERE "patients_patient"."id" = '0b3e...'
    """
    everything = Rows.of(queryset.model._default_manager.using(queryset.db).all())
    terms, params = [f"({also.text})"], list(also.params)
    for run in runs:
        held, more = run.where.text, list(run.where.params)
        if run.driving is not None:
            source = _with_rows(run.driving.source, rows)
            held += f" AND EXISTS (SELECT FROM ({source.text}) w WHERE {run.driving.bind})"
            more += source.params
            terms += [f"({held})", *run.driving.own_keys, *run.order]
        else:
            terms += [f"({held})", *(run.own_order or run.order)]
        params += [*more, *run.own_params]
    return Sql(
        f"SELECT {', '.join(terms)}{everything.body.text} {rows.key} = %s", (*params, *everything.body.params, key)
    )


def seek_key_of(runs: Sequence[IndexRun], row: Sequence[Any]) -> SeekKey | None:
    """The place of the row of which `place_sql` gave this; None where it is in no run."""
    at = 1
    for number, run in enumerate(runs):
        driven = at + 1 + (len(run.driving.own_keys) if run.driving else 0)
        end = driven + len(run.order)
        if row[at]:
            return SeekKey(number, tuple(row[at + 1 : driven]), tuple(row[driven:end]))
        at = end
    return None
