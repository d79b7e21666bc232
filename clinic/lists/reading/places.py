"""The place of a row in a list: what the next page begins behind.

It is read again from a row's id, or kept as a `Place` from the moment at which its page was read, so that a row that is
renamed or taken away meanwhile moves no page.
"""

import json
from collections.abc import Sequence
from typing import Any, NamedTuple

from django.db.models import QuerySet

from clinic.lists.reading.index_runs import IndexRun, Rows, SeekKey, Sql, with_rows


class Place(NamedTuple):
    """Where a page begins: a run by its number among all that the list could ever have, and the values there."""

    run: int
    driven: Sequence[Any]
    values: Sequence[Any]


def place_terms(rows: Rows, runs: Sequence[IndexRun]) -> Sql:
    """For each run whether a row is in it, and by which values, as terms of a SELECT.

    The order of the last assessment has two runs:

        (TRUE AND last_assessed_on IS NOT NULL), last_assessed_on, id, (TRUE AND last_assessed_on IS NULL), id
    """
    terms, params = [], list[Any]()
    for run in runs:
        held, more = run.condition.text, list(run.condition.params)
        if run.driving is not None:
            source = with_rows(run.driving.source, rows)
            held += f" AND EXISTS (SELECT FROM ({source.text}) w WHERE {run.driving.bind})"
            more += source.params
            terms += [f"({held})", *run.driving.own_keys, *run.order]
        else:
            terms += [f"({held})", *(run.own_order or run.order)]
        params += [*more, *run.own_params]
    return Sql(", ".join(terms), tuple(params))


def place_sql(queryset: QuerySet[Any], rows: Rows, runs: Sequence[IndexRun], key: Any, also: Sql) -> Sql:
    """Select what the place of the row of that key goes by, as it is now, and before that what `also` selects.

    A row that the filters have come to leave out still has a place among the others:

        SELECT (SELECT count(*) FROM (...) counted), (TRUE), filed_as, given_as, id
          FROM "patients_patient" WHERE "patients_patient"."id" = '0b3e...'
    """
    everything = Rows.of(queryset.model._default_manager.using(queryset.db).all())
    terms = place_terms(rows, runs)
    return Sql(
        f"SELECT ({also.text}), {terms.text}{everything.body.text} {rows.key} = %s",
        (*also.params, *terms.params, *everything.body.params, key),
    )


def seek_key_of(runs: Sequence[IndexRun], row: Sequence[Any]) -> SeekKey | None:
    """The place of the row of which `place_terms` gave this; None where it is in no run."""
    at = 0
    for number, run in enumerate(runs):
        driven = at + 1 + (len(run.driving.own_keys) if run.driving else 0)
        end = driven + len(run.order)
        if row[at]:
            return SeekKey(number, tuple(row[at + 1 : driven]), tuple(row[driven:end]))
        at = end
    return None


def kept_place(runs: Sequence[IndexRun], numbers: Sequence[int], text: str | None) -> Place | None:
    """The place of a row by what its own statement gave of it, as JSON; fractions stay text, as SQL has them."""
    seek_key = seek_key_of(runs, list(json.loads(text, parse_float=str).values())) if text else None
    return None if seek_key is None else Place(numbers[seek_key.run], seek_key.driven, seek_key.values)


def resumed(
    runs: Sequence[IndexRun], numbers: Sequence[int], place: Place, *, reverse: bool
) -> tuple[tuple[IndexRun, ...], list[int], SeekKey | None]:
    """The runs that are left from a place on, as the list has them now, and where the first of them begins."""
    if place.run in numbers:
        seek_key = SeekKey(numbers.index(place.run), tuple(place.driven), tuple(place.values))
        return tuple(runs), list(numbers), seek_key
    left = [
        (number, run)
        for number, run in zip(numbers, runs, strict=True)
        if (number < place.run if reverse else number > place.run)
    ]
    return tuple(run for _, run in left), [number for number, _ in left], None
