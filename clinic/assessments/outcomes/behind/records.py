"""The records that figures count which are no courses: schedules, links, alerts, questionnaires; each declared once."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import (
    DateTimeField,
    DurationField,
    Exists,
    ExpressionWrapper,
    F,
    Func,
    OuterRef,
    Q,
    QuerySet,
    Value,
)
from django.db.models.functions import Coalesce, Now
from django.utils import timezone

from clinic.access import Permission
from clinic.assessments.models import Alert, AnswerRequest, Assessment, Course, Episode, Schedule
from clinic.assessments.models.requests import RequestState
from clinic.assessments.outcomes.asking import Asked
from clinic.patients.models import Status

RECENT, SLOW = timedelta(days=30), timedelta(hours=24)
EVERY = Q(pk__isnull=False)
# Of the links made in the period, and of the alerts raised in it.
LINKS = {
    "links_made": EVERY,
    "links_opened": Q(opened_at__isnull=False),
    "links_done": Q(state=RequestState.DONE),
    "links_expired": Q(state=RequestState.EXPIRED) | Q(ended_at=None, expires_at__lte=Now()),
}
ALERTS = {
    "alerts": EVERY,
    "alerts_open": Q(acknowledged_at=None),
    "alerts_late": Q(waited__gt=SLOW),
}


def people(asked: Asked) -> dict[str, Any]:
    """Of the instrument that is asked about, the patients on the lists whom the filters leave."""
    return {"instrument": asked.instrument, "patient__archived_at": None, **asked.people()}


def active(asked: Asked) -> dict[str, Any]:
    """Those of them who are neither discharged nor deceased."""
    return {"patient__status": Status.ACTIVE, **people(asked)}


def scheduled(asked: Asked) -> QuerySet[Any]:
    return Schedule.objects.asked().filter(**active(asked))


def overdue(asked: Asked) -> QuerySet[Any]:
    return Schedule.objects.due(timezone.localdate() - timedelta(days=1)).filter(**people(asked))


def with_baseline(asked: Asked) -> QuerySet[Any]:
    return Course.objects.placed().filter(**active(asked))


def recently_measured(asked: Asked) -> QuerySet[Any]:
    newest = Func(F("days"), function="cardinality", template="days[%(function)s(%(expressions)s)]")
    courses = Course.objects.filter(**active(asked)).annotate(newest=newest)
    return courses.filter(newest__gte=timezone.localdate() - RECENT)


def links(asked: Asked) -> QuerySet[Any]:
    begin, end = _moments(asked)
    return AnswerRequest.objects.filter(created_at__gte=begin, created_at__lt=end, **people(asked))


def alerts(asked: Asked) -> QuerySet[Any]:
    """With `waited`, the time until somebody acknowledged each, or until now."""
    begin, end = _moments(asked)
    about = {"assessment__instrument": asked.instrument, "patient__archived_at": None, **asked.people()}
    closed = Coalesce(F("acknowledged_at"), Value(timezone.now(), output_field=DateTimeField()))
    waited = ExpressionWrapper(closed - F("raised_at"), output_field=DurationField())
    return Alert.objects.filter(raised_at__gte=begin, raised_at__lt=end, **about).annotate(waited=waited)


def incomplete(asked: Asked) -> QuerySet[Any]:
    return _answered(asked).filter(score=None)


def outside_episodes(asked: Asked) -> QuerySet[Any]:
    """Totals of patients with episodes that lie in none; `Course` has as many that are outside."""
    own = Episode.objects.filter(patient=OuterRef("patient"))
    ended = Q(ended_on=None) | Q(ended_on__gte=OuterRef("date"))
    around = own.filter(ended, started_on__lte=OuterRef("date"))
    return _answered(asked).exclude(score=None).filter(Exists(own), ~Exists(around))


def _answered(asked: Asked) -> QuerySet[Any]:
    return Assessment.objects.active().made().filter(date__range=(asked.since, asked.upto), **people(asked))


def _moments(asked: Asked) -> tuple[datetime, datetime]:
    """When the first day asked about begins, and when the last one has ended, where the clinic is."""
    return _begin(asked.since), _begin(asked.upto + timedelta(days=1))


def _begin(day: date) -> datetime:
    return datetime.combine(day, time.min, timezone.localtime().tzinfo)


@dataclass(frozen=True)
class Records:
    """What a figure counts: the rows, and the field of the day that is shown beside each, with its heading.

    Where `of_patients`, a patient counts once, whatever number of rows there is.
    """

    label: str
    rows: Callable[[Asked], QuerySet[Any]]
    day: str
    heading: str
    only: Q = EVERY
    of_patients: bool = False
    needs: Permission = Permission.ASSESSMENTS_VIEW

    def counted(self, asked: Asked) -> QuerySet[Any]:
        return self.rows(asked).filter(self.only).order_by()

    def count(self, asked: Asked) -> int:
        found = self.counted(asked)
        return found.values("patient").distinct().count() if self.of_patients else found.count()


def _of_links(label: str, name: str) -> Records:
    return Records(label, links, "created_at", "Made", LINKS[name])


def _of_alerts(label: str, name: str) -> Records:
    return Records(label, alerts, "raised_at", "Raised", ALERTS[name], needs=Permission.ALERTS_VIEW)


RECORDS = {
    "scheduled": Records("With a schedule", scheduled, "next_due_on", "Next due", of_patients=True),
    "baseline": Records("With a baseline", with_baseline, "begun_on", "First total", of_patients=True),
    "recent": Records("Measured in the last 30 days", recently_measured, "newest", "Last total", of_patients=True),
    "overdue": Records("Overdue", overdue, "next_due_on", "Was due"),
    "links_made": _of_links("Links made", "links_made"),
    "links_opened": _of_links("Links opened", "links_opened"),
    "links_done": _of_links("Links done", "links_done"),
    "links_expired": _of_links("Links expired", "links_expired"),
    "alerts": _of_alerts("Alerts", "alerts"),
    "alerts_open": _of_alerts("Open alerts", "alerts_open"),
    "alerts_late": _of_alerts("Alerts over 24 hours", "alerts_late"),
    "incomplete": Records("Questionnaires without a total", incomplete, "date", "Answered"),
    "outside_episodes": Records("Totals outside every episode", outside_episodes, "date", "Answered"),
}
