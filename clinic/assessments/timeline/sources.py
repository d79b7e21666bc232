"""What a patient's timeline is put together from: each kind of entry, where its rows are and when each happened.

An entry that is of a day, such as an assessment, stands on that day, and among others of it by when it was written.
One that is of a moment stands on the moment's day, where the clinic is.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Model, QuerySet, TextChoices

from clinic.access import Permission
from clinic.assessments.models import Alert, AnswerRequest, Assessment, ContactNote, Episode, Review, Schedule
from clinic.assessments.of_patients import changes_of_patient
from clinic.audit.models import AuditEvent


class Kind(TextChoices):
    ASSESSMENTS = "assessments", "Assessments"
    NOTES = "notes", "Notes"
    ALERTS = "alerts", "Alerts"
    REVIEWS = "reviews", "Reviews"
    LINKS = "links", "Links"
    SCHEDULES = "schedules", "Schedules"
    EPISODES = "episodes", "Treatment"
    RECORD = "record", "Details"


@dataclass(frozen=True)
class Source:
    """Rows of one kind. `day` or `moment` is when each happened; with both, `moment` orders those of one day.

    Of several sources of a model, the first one has all the rows of the others.
    """

    name: str
    kind: Kind
    needs: Permission
    model: type[Model]
    rows: Callable[[UUID], "QuerySet[Any]"]
    day: str = ""
    moment: str = ""


def _assessments(patient: UUID) -> "QuerySet[Any]":
    return Assessment.objects.active().filter(patient=patient).select_related("user")


def _notes(patient: UUID) -> "QuerySet[Any]":
    return ContactNote.objects.filter(patient=patient)


def _links(patient: UUID) -> "QuerySet[Any]":
    return AnswerRequest.objects.filter(patient=patient)


def _alerts(patient: UUID) -> "QuerySet[Any]":
    return Alert.objects.filter(patient=patient)


def _acknowledged(patient: UUID) -> "QuerySet[Any]":
    return _alerts(patient).exclude(acknowledged_at=None)


def _reviewed(patient: UUID) -> "QuerySet[Any]":
    rows = Review.objects.active().filter(assessment__patient=patient).exclude(reviewed_at=None)
    return rows.select_related("assessment")


def _schedules(patient: UUID) -> "QuerySet[Any]":
    return Schedule.objects.titled().filter(patient=patient)


def _ended_schedules(patient: UUID) -> "QuerySet[Any]":
    return _schedules(patient).exclude(ended_on=None)


def _episodes(patient: UUID) -> "QuerySet[Any]":
    return Episode.objects.filter(patient=patient)


def _ended_episodes(patient: UUID) -> "QuerySet[Any]":
    return _episodes(patient).exclude(ended_on=None)


READ, ALERTS = Permission.ASSESSMENTS_VIEW, Permission.ALERTS_VIEW
# The later of two that happened at one moment stands first in the timeline.
SOURCES = (
    Source("changed", Kind.RECORD, Permission.PATIENTS_VIEW, AuditEvent, changes_of_patient, moment="at"),
    Source("episode_started", Kind.EPISODES, READ, Episode, _episodes, day="started_on"),
    Source("schedule_set", Kind.SCHEDULES, READ, Schedule, _schedules, moment="created_at"),
    Source("link", Kind.LINKS, READ, AnswerRequest, _links, moment="created_at"),
    Source("assessment", Kind.ASSESSMENTS, READ, Assessment, _assessments, day="date", moment="listed_at"),
    Source("alert_raised", Kind.ALERTS, ALERTS, Alert, _alerts, moment="raised_at"),
    Source("alert_acknowledged", Kind.ALERTS, ALERTS, Alert, _acknowledged, moment="acknowledged_at"),
    Source("reviewed", Kind.REVIEWS, READ, Review, _reviewed, moment="reviewed_at"),
    Source("note", Kind.NOTES, Permission.ANSWERS_VIEW, ContactNote, _notes, day="date", moment="created_at"),
    Source("schedule_ended", Kind.SCHEDULES, READ, Schedule, _ended_schedules, day="ended_on"),
    Source("episode_ended", Kind.EPISODES, READ, Episode, _ended_episodes, day="ended_on"),
)
