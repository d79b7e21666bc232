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
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from django.core.exceptions import EmptyResultSet
from django.db.models import QuerySet


class BadList(ValueError):
    """The address asks for something that this list does not have; `status` is 400, or 404 for a missing page."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status


EVERY = 2**62
ROWS = object()  # among parameters: those of the list's own filters, where a text says @rows@


class Sql(NamedTuple):
    """A piece of SQL and what goes into it."""

    text: str = ""
    params: tuple[Any, ...] = ()


def either(conditions: Sequence[Sql]) -> Sql:
    """One of the conditions holds, of which there is one at least; the first is looked at first."""
    text = " OR ".join(condition.text for condition in conditions)
    return Sql(f"({text})", tuple(param for condition in conditions for param in condition.params))


ALL, NO_REASON, NOTHING_ELSE = Sql("TRUE"), Sql("''"), Sql()


@dataclass(frozen=True)
class DrivingTable:
    """A table that is walked in its own order, and gives some rows of the list for each of its rows.

    A list by practitioner is driven by the practitioners, a list of similar names by the dictionary's words.
    `source` selects its rows, which are called `w`; `keys` are the columns that order them; `bind` is the condition
    that ties a row of the list to one of them; `own_keys` are the same keys, read from a row of the list. With
    `upwards` they rise where the rows of each fall. A `@rows@` in the source stands for the list's rows, up to and
    without a further condition. The patients by practitioner:

        SELECT x.*
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
    """Rows for which `where` and `within` hold, by `order`: SQL of columns without gaps, the last of them unique.

    `within` is what the order's own index answers, such as that there is a value to be ordered by. With `by_column`
    that is an order which somebody chose, whatever the filters leave; `found` then is what a search found, where that
    is too much to be written out.

    `told` is what tells by a row alone that its search finds it, by this run or another that belongs to the list with
    it; None where nothing does. `reason` says why a row is in the list where its cells do not show it. `sorted_query`
    is Django's own query of a list in an order that no index gives; it has no other pages than numbered ones. Where
    `order` is of a table that the list's filters join, `own_order` is the same order read from a row alone, with
    `own_params` in it.
    """

    order: tuple[str, ...] = ()
    where: Sql = ALL
    descending: bool = False
    within: Sql = ALL
    by_column: bool = False
    found: "Found | None" = None
    told: Sql | None = None
    reason: Sql = NO_REASON
    driving: DrivingTable | None = None
    sorted_query: QuerySet[Any] | None = None
    own_order: tuple[str, ...] = ()
    own_params: tuple[Any, ...] = ()

    @property
    def condition(self) -> Sql:
        """All that holds for its rows."""
        if self.within is ALL:
            return self.where
        return Sql(f"{self.where.text} AND {self.within.text}", (*self.where.params, *self.within.params))


class Found(NamedTuple):
    """The runs of a search that found many rows, each once, for which alone the condition of a list's run holds.

    `alone` says whether that can be told of a row by itself. Where it cannot, as of names with words like what was
    typed, all that was found is read before the first row of any order can be told.
    """

    runs: tuple[IndexRun, ...]
    alone: bool


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
    queryset: QuerySet[Any]

    @classmethod
    def of(cls, queryset: QuerySet[Any]) -> "Rows":
        bare = queryset.order_by().values("pk")
        try:
            text, params = bare.query.get_compiler(using=queryset.db).as_sql()
        except EmptyResultSet:
            empty = cls.of(queryset.model._default_manager.using(queryset.db).all())
            return cls(empty.key, Sql(f"{empty.body.text} FALSE AND"), queryset)
        head, _, body = text.partition(" FROM ")
        joint = " AND" if bare.query.where else " WHERE"
        return cls(
            head.removeprefix("SELECT ").partition(" AS ")[0], Sql(f" FROM {body}{joint}", tuple(params)), queryset
        )


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
    rows: Rows, run: IndexRun, limit: int, *, seek_key: SeekKey | None = None, reverse: bool = False,
    sort: bool = True, also: Sql = NOTHING_ELSE,
) -> Sql:  # fmt: skip
    """At most `limit` keys of the run with their reasons and what `also` selects, those behind `seek_key`; without
    `sort` in any order.
    """
    if run.sorted_query is not None:
        return _sorted_sql(run.sorted_query, limit, reverse=reverse)
    descending = run.descending is not reverse
    order = ordered_by(run.order, descending) if sort else ""
    held = run.condition
    text = f"SELECT {rows.key} AS id, {run.reason.text} AS reason{also.text}{rows.body.text} {held.text}"
    params = [*run.reason.params, *also.params, *rows.body.params, *held.params]
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
    source = with_rows(driving.source, rows)
    things, of_things = f"SELECT * FROM ({source.text}) w", list(source.params)
    if seek_key is not None:
        from_here = after(driving.keys, seek_key.driven, falling, inclusive=True)
        things, of_things = f"{things} WHERE {from_here.text}", [*of_things, *from_here.params]
        later, behind = after(driving.keys, seek_key.driven, falling), after(run.order, seek_key.values, descending)
        text, params = f"{text} AND ({later.text} OR {behind.text})", [*params, *later.params, *behind.params]
    driven = ordered_by(driving.keys, falling) if sort else ""
    each = f"LATERAL ({text}{order} LIMIT {limit}) x"
    return Sql(f"SELECT x.* FROM ({things}{driven}) w CROSS JOIN {each} LIMIT {limit}", tuple(of_things + params))


def every_sql(rows: Rows, runs: Sequence[IndexRun], *, within: Sql = ALL, also: Sql = NOTHING_ELSE) -> Sql:
    """All rows of the runs, in no order, with what `also` selects; of a search those for which `within` holds."""
    held = runs if within is ALL else [replace(run, within=within) for run in runs]
    parts = [run_sql(rows, run, EVERY, sort=False, also=also) for run in held]
    text = " UNION ALL ".join(f"({part.text})" for part in parts)
    return Sql(text, tuple(param for part in parts for param in part.params))


def with_rows(source: Sql, rows: Rows) -> Sql:
    """A driving table's source with the list's own rows in it."""
    params = [each for param in source.params for each in (rows.body.params if param is ROWS else (param,))]
    return Sql(source.text.replace("@rows@", rows.body.text), tuple(params))


def _sorted_sql(queryset: QuerySet[Any], limit: int, *, reverse: bool) -> Sql:
    asked = (queryset.reverse() if reverse else queryset).values("pk")[:limit]
    text, params = asked.query.get_compiler(using=queryset.db).as_sql()
    head, _, body = text.partition(" FROM ")
    return Sql(f"{head.partition(' AS ')[0]} AS id, '' AS reason FROM {body}", tuple(params))
