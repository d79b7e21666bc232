"""What waits for somebody today: the first lines of each worklist, the most urgent list first.

All are read by one statement, which counts the rest of each list as well.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import IntegerField, QuerySet, Subquery
from django.urls import reverse
from django.utils import timezone

from clinic.access import PRACTITIONER_ROLES, Permission, Request
from clinic.assessments.alerts.cards import age_text
from clinic.assessments.models import Alert, AnswerRequest, Assessment, Review, Schedule, Snooze
from clinic.assessments.models.requests import PATIENCE
from clinic.lists.reading.together import Part, read_together
from clinic.patients.models import DISPLAYED, Patient, Severity

SHOWN = 5  # lines of a section
MOST_ALERTS = 20  # that are read to show the first patients, each with all that they answered so
MOST_COUNTED = 100


class CappedCount(Subquery):
    """How many rows a queryset gives: `(SELECT count(*) FROM (SELECT id FROM … LIMIT 100) counted)`."""

    template = "(SELECT count(*) FROM (%(subquery)s) counted)"
    output_field = IntegerField()


class AlertLine(NamedTuple):
    """The open alerts of one patient, the worst first, and how long the first of them waits."""

    patient: Patient
    alerts: list[Alert]
    age: str

    @property
    def worst(self) -> Alert:
        return self.alerts[0]

    @property
    def word(self) -> str:
        return str(Severity(self.worst.severity).label)

    @property
    def key(self) -> str:
        return str(self.patient.pk)


@dataclass(frozen=True)
class Section:
    """The first lines of a list. `kind` names the template of a line, and `url` has the whole list."""

    kind: str
    title: str
    lines: list[Any]
    total: int
    url: str

    @property
    def count(self) -> str:
        return f"{MOST_COUNTED}+" if self.total >= MOST_COUNTED else str(self.total)

    @property
    def is_cut(self) -> bool:
        return self.total > len(self.lines)


@dataclass(frozen=True)
class Day:
    """Whose day it is. `practitioner` is None for who cares for nobody, and sees what waits for everybody."""

    person: UUID
    practitioner: UUID | None
    sees_alerts: bool
    today: date
    now: datetime


# A day to write the statement with, which is none of anybody's.
LIKE = Day(UUID(int=1), UUID(int=1), True, date(1900, 1, 1), datetime(1900, 1, 1, tzinfo=UTC))


def day_of(request: Request) -> Day:
    person = UUID(request.actor.id)
    is_practitioner = request.membership.role in PRACTITIONER_ROLES
    return Day(
        person=person,
        practitioner=person if is_practitioner else None,
        sees_alerts=Permission.ALERTS_VIEW in request.permissions,
        today=timezone.localdate(),
        now=timezone.now(),
    )


def sections_of(day: Day) -> tuple[list[Section], str]:
    """The sections that have lines, and the stamp of what came in, by which a page asks whether more did."""
    found = _read(_lists, day)
    mine = f"user={day.practitioner}" if day.practitioner else ""
    due = reverse("assessments:due")
    unfinished = f"{reverse('assessments:list')}?status=in_progress&{mine}".rstrip("&")
    sections = [
        Section("alert", "Alerts", _by_patient(found["alert"]), _total(found["alert"]), reverse("assessments:alerts")),
        _section("review", "Results to review", found, reverse("reviews:list")),
        _section("due", "Due", found, f"{due}?{mine}" if mine else due),
        _section("unfinished", "Unfinished questionnaires", found, unfinished),
        _section("link", "Links not answered", found, ""),
    ]
    return [each for each in sections if each.lines], _stamp(day, found)


def stamp_now(day: Day) -> str:
    """The stamp as it would be now."""
    return _stamp(day, _read(_arriving, day))


def _stamp(day: Day, found: Mapping[str, list[Any]]) -> str:
    arrived = [[(alert.pk, alert.points, alert.total) for alert in found["alert"]]]
    arrived += [[(review.pk, review.came_at, review.total) for review in found["review"]]]
    return hashlib.sha256(repr((day.today, arrived)).encode()).hexdigest()[:16]


def _read(parts: Any, day: Day) -> dict[str, list[Any]]:
    like = replace(LIKE, practitioner=LIKE.person if day.practitioner else None, sees_alerts=day.sees_alerts)
    found = read_together(parts, day, like=like, differing=_differing)
    return {"alert": [], **found}


def _differing(day: Day) -> tuple[Any, ...]:
    return day.person, day.today, day.now, day.now - PATIENCE


def _lists(day: Day) -> dict[str, Part]:
    score = ("status", "score", "band", "severity", "version")
    parts = {
        "review": Part(
            _reviews(day),
            ("pk", "channel", "came_at", "reviewed_at", "total", "assessment__pk", "assessment__name",
             *(f"assessment__{name}" for name in score), *_who("assessment__patient")),
        ),
        "due": Part(_due(day), ("pk", "instrument", "next_due_on", "custom_title", "total", *_who("patient"))),
        "unfinished": Part(_unfinished(day), ("pk", "name", "date", "status", "total", *_who("patient"))),
        "link": Part(
            _links(day),
            ("pk", "title", "state", "created_at", "expires_at", "ended_at", "total",
             "assessment__pk", "assessment__status", *_who("patient")),
        ),
    }  # fmt: skip
    if day.sees_alerts:
        parts["alert"] = Part(_alerts(), ("pk", "text", "severity", "points", "raised_at", "total", *_who("patient")))
    return parts


def _who(patient: str) -> list[str]:
    return [f"{patient}__{name}" for name in DISPLAYED]


def _arriving(day: Day) -> dict[str, Part]:
    """What the stamp is of: lists that something comes into."""
    parts = {"review": Part(_reviews(day), ("pk", "came_at", "total"))}
    if day.sees_alerts:
        parts["alert"] = Part(_alerts(), ("pk", "points", "total"))
    return parts


def _counted(rows: QuerySet[Any]) -> QuerySet[Any]:
    found: QuerySet[Any] = rows.annotate(total=CappedCount(rows.order_by().values("pk")[:MOST_COUNTED]))
    return found


def _total(rows: list[Any]) -> int:
    return rows[0].total if rows else 0


def _section(kind: str, title: str, found: Mapping[str, list[Any]], url: str) -> Section:
    return Section(kind, title, found[kind], _total(found[kind]), url)


def _put_off(day: Day) -> Any:
    return Snooze.objects.hidden_from(day.person, day.today)


def _alerts() -> QuerySet[Any]:
    """An alert is nobody's to put off."""
    return _counted(Alert.objects.open().worst_first())[:MOST_ALERTS]


def _by_patient(alerts: list[Alert]) -> list[AlertLine]:
    grouped: dict[UUID, list[Alert]] = {}
    for alert in alerts:
        grouped.setdefault(alert.patient.pk, []).append(alert)
    first = list(grouped.values())[:SHOWN]
    return [AlertLine(each[0].patient, each, age_text(min(alert.raised_at for alert in each))) for each in first]


def _reviews(day: Day) -> QuerySet[Any]:
    rows = Review.objects.waiting().exclude(pk__in=_put_off(day))
    return _counted(rows).order_by("came_at", "pk")[:SHOWN]


def _due(day: Day) -> QuerySet[Any]:
    rows = Schedule.objects.due(day.today).exclude(pk__in=_put_off(day))
    if day.practitioner:
        rows = rows.filter(patient__user=day.practitioner)
    return _counted(rows.titled()).order_by("next_due_on", "id")[:SHOWN]


def _unfinished(day: Day) -> QuerySet[Any]:
    """Those that somebody began here; what a patient answers by a link is the link's line."""
    links = AnswerRequest.objects.open().exclude(assessment=None).values("assessment")
    rows = Assessment.objects.active().open().exclude(pk__in=links).exclude(pk__in=_put_off(day))
    if day.practitioner:
        rows = rows.filter(user=day.practitioner)
    return _counted(rows).order_by("-date", "id")[:SHOWN]


def _links(day: Day) -> QuerySet[Any]:
    rows = AnswerRequest.objects.unanswered(day.now).exclude(pk__in=_put_off(day))
    if day.practitioner:
        rows = rows.filter(user=day.practitioner)
    return _counted(rows).order_by("expires_at", "id")[:SHOWN]
