"""Finding one page of a timeline: a statement has the first places of every source, and what is on the page follows.

(SELECT 4, a.date, a.listed_at, a.id::text FROM assessments_assessment a WHERE … ORDER BY … LIMIT 51)
UNION ALL (SELECT 8, n.date, n.created_at, n.id::text FROM assessments_contactnote n WHERE … LIMIT 51) …
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import DateField, DateTimeField, F, IntegerField, Q, QuerySet, TextField, Value
from django.db.models.functions import Cast
from django.utils import timezone

from clinic.assessments.timeline.sources import SOURCES, Source


class Place(NamedTuple):
    """Where an entry stands; the timeline has the highest first. `source` is its number in `SOURCES`."""

    day: date
    at: datetime
    source: int
    key: str

    @property
    def sort_key(self) -> tuple[date, datetime, int, int | str]:
        """Events of the trail are numbered; whatever else there is has a UUID."""
        return self.day, self.at, self.source, int(self.key) if self.key.isdecimal() else self.key


@dataclass(frozen=True)
class Asked:
    """What a page is asked for: the sources that are shown, the first and last day, and what it stands behind."""

    sources: Sequence[int]
    since: date | None = None
    upto: date | None = None
    behind: Place | None = None


def begin_of(day: date) -> datetime:
    """When a day begins, where the clinic is."""
    return datetime.combine(day, time.min, timezone.localtime().tzinfo)


def places(patient: UUID, asked: Asked, count: int) -> list[Place]:
    """The first `count` places of what is asked for, by one statement."""
    branches = [_branch(number, SOURCES[number], patient, asked, count) for number in asked.sources]
    rows = branches[0].union(*branches[1:], all=True).order_by() if len(branches) > 1 else branches[0]
    found = [_place(*row) for row in rows]
    return sorted(found, key=lambda place: place.sort_key, reverse=True)[:count]


def _place(source: int, day: Any, at: Any, key: str) -> Place:
    moment = at if at is not None else begin_of(day)
    return Place(day if day is not None else timezone.localdate(moment), moment, source, key)


def _branch(number: int, source: Source, patient: UUID, asked: Asked, count: int) -> "QuerySet[Any, Any]":
    """The first rows of one source, as its number, its day, its moment and its key."""
    rows = source.rows(patient).filter(_within(source, asked), _behind(number, source, asked.behind))
    order = [f"-{name}" for name in (source.day, source.moment, "pk") if name]
    none = Value(None)
    return rows.order_by(*order)[:count].values_list(
        Value(number, IntegerField()),
        F(source.day) if source.day else Cast(none, DateField()),
        F(source.moment) if source.moment else Cast(none, DateTimeField()),
        Cast("pk", TextField()),
    )


def _within(source: Source, asked: Asked) -> Q:
    """The days that are asked about."""
    found, name = Q(), source.day or source.moment
    if asked.since is not None:
        found &= Q(**{f"{name}__gte": asked.since if source.day else begin_of(asked.since)})
    if asked.upto is not None:
        after = asked.upto + timedelta(days=1)
        found &= Q(**{f"{name}__lt": after if source.day else begin_of(after)})
    return found


def _behind(number: int, source: Source, last: Place | None) -> Q:
    """What stands behind a place; of its moment, what an earlier source has, and its own source under a lower key."""
    if last is None:
        return Q()
    tie = Q() if number < last.source else Q(pk__lt=last.key) if number == last.source else None
    if source.day and source.moment:
        same = _upto(source.moment, last.at, tie)
        return Q(**{f"{source.day}__lt": last.day}) | (Q(**{source.day: last.day}) & same)
    begin, end = begin_of(last.day), begin_of(last.day + timedelta(days=1))
    if source.moment:
        within = Q(**{f"{source.moment}__lt": end}) & _upto(source.moment, last.at, tie)
        return Q(**{f"{source.moment}__lt": begin}) | within
    earlier = Q(**{f"{source.day}__lt": last.day})
    if begin < last.at:
        return earlier | Q(**{source.day: last.day})
    return earlier if begin > last.at or tie is None else earlier | (Q(**{source.day: last.day}) & tie)


def _upto(moment: str, at: datetime, tie: Q | None) -> Q:
    before = Q(**{f"{moment}__lt": at})
    return before if tie is None else before | (Q(**{moment: at}) & tie)
