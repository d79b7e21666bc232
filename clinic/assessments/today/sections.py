"""What waits for somebody today: the first lines of each worklist, the most urgent list first.

Each section is one statement, which counts the rest of its list as well, so that the whole takes as many messages to
the database as there are sections.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import IntegerField, QuerySet, Subquery
from django.urls import reverse
from django.utils import timezone

from clinic.access import PRACTITIONER_ROLES, Permission, Request
from clinic.assessments.alerts.cards import age_text
from clinic.assessments.models import Alert, AnswerRequest, Assessment, Review, Schedule, Snooze
from clinic.patients.models import Patient, Severity

SHOWN = 5  # lines of a section
MOST_ALERTS = 40  # that are read to show the first patients, each with all that they answered so
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
    alerts = list(_alerts().select_related("patient")) if day.sees_alerts else []
    reviews = list(_reviews(day).select_related("assessment__patient"))
    mine = f"user={day.practitioner}" if day.practitioner else ""
    due = reverse("assessments:due")
    unfinished = f"{reverse('assessments:list')}?status=in_progress&{mine}".rstrip("&")
    found = [
        Section("alert", "Alerts", _by_patient(alerts), _total(alerts), reverse("assessments:alerts")),
        Section("review", "Results to review", reviews, _total(reviews), reverse("reviews:list")),
        _section("due", "Due", _due(day), f"{due}?{mine}" if mine else due),
        _section("unfinished", "Unfinished questionnaires", _unfinished(day), unfinished),
        _section("link", "Links not answered", _links(day), ""),
    ]
    arrived = [(alert.pk, alert.points, _total(alerts)) for alert in alerts]
    return [each for each in found if each.lines], stamp_of(
        day, arrived, [(review.pk, review.came_at, _total(reviews)) for review in reviews]
    )


def stamp_now(day: Day) -> str:
    """The stamp as it would be now, by a statement for each list that something comes into."""
    alerts = _alerts().values_list("pk", "points", "total") if day.sees_alerts else ()
    return stamp_of(day, alerts, _reviews(day).values_list("pk", "came_at", "total"))


def stamp_of(day: Day, *rows: Iterable[tuple[Any, ...]]) -> str:
    said = repr((day.today, [[tuple(map(str, row)) for row in of] for of in rows]))
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def _counted(rows: QuerySet[Any]) -> QuerySet[Any]:
    found: QuerySet[Any] = rows.annotate(total=CappedCount(rows.order_by().values("pk")[:MOST_COUNTED]))
    return found


def _total(rows: list[Any]) -> int:
    return rows[0].total if rows else 0


def _section(kind: str, title: str, rows: QuerySet[Any], url: str) -> Section:
    lines = list(rows)
    return Section(kind, title, lines, _total(lines), url)


def _put_off(day: Day) -> Any:
    return Snooze.objects.hidden_from(day.person, day.today)


def _alerts() -> QuerySet[Any]:
    """An alert is nobody's to put off."""
    return _counted(Alert.objects.open()).order_by("-severity", "raised_at", "pk")[:MOST_ALERTS]


def _by_patient(alerts: list[Alert]) -> list[AlertLine]:
    grouped: dict[UUID, list[Alert]] = {}
    for alert in alerts:
        grouped.setdefault(alert.patient_id, []).append(alert)
    first = list(grouped.values())[:SHOWN]
    return [AlertLine(each[0].patient, each, age_text(min(alert.raised_at for alert in each))) for each in first]


def _reviews(day: Day) -> QuerySet[Any]:
    rows = Review.objects.waiting().exclude(pk__in=_put_off(day))
    return _counted(rows).order_by("came_at", "pk")[:SHOWN]


def _due(day: Day) -> QuerySet[Any]:
    rows = Schedule.objects.due(day.today).filter(patient__archived_at=None).exclude(pk__in=_put_off(day))
    if day.practitioner:
        rows = rows.filter(patient__user=day.practitioner)
    return _counted(rows.titled()).select_related("patient").order_by("next_due_on", "id")[:SHOWN]


def _unfinished(day: Day) -> QuerySet[Any]:
    """Those that somebody began here; what a patient answers by a link is the link's line."""
    links = AnswerRequest.objects.open().exclude(assessment=None).values("assessment")
    rows = Assessment.objects.active().open().exclude(pk__in=links).exclude(pk__in=_put_off(day))
    if day.practitioner:
        rows = rows.filter(user=day.practitioner)
    return _counted(rows).select_related("patient").order_by("-date", "id")[:SHOWN]


def _links(day: Day) -> QuerySet[Any]:
    rows = AnswerRequest.objects.unanswered(day.now).exclude(pk__in=_put_off(day))
    if day.practitioner:
        rows = rows.filter(user=day.practitioner)
    return _counted(rows).select_related("patient", "assessment").order_by("expires_at", "id")[:SHOWN]
