"""The tables of assessments in a clinic's schema."""

from clinic.assessments.models.alerts import Alert
from clinic.assessments.models.assessment import (
    MADE,
    OF_INSTRUMENT,
    Assessment,
    AssessmentQuerySet,
    AssessmentRevision,
    AssessmentStatus,
)
from clinic.assessments.models.courses import Course
from clinic.assessments.models.episodes import Episode, EpisodeEnd
from clinic.assessments.models.notes import ContactKind, ContactNote, ContactNoteRevision
from clinic.assessments.models.reports import KeptReport
from clinic.assessments.models.requests import AnswerRequest
from clinic.assessments.models.reviews import Review
from clinic.assessments.models.schedules import Schedule
from clinic.assessments.models.snoozes import Snooze
from clinic.instruments.definitions import AssessmentType
from clinic.instruments.models import CustomInstrument, InstrumentSettings

__all__ = (
    "MADE",
    "OF_INSTRUMENT",
    "Alert",
    "AnswerRequest",
    "Assessment",
    "AssessmentQuerySet",
    "AssessmentRevision",
    "AssessmentStatus",
    "AssessmentType",
    "ContactKind",
    "ContactNote",
    "ContactNoteRevision",
    "Course",
    "CustomInstrument",
    "Episode",
    "EpisodeEnd",
    "InstrumentSettings",
    "KeptReport",
    "Review",
    "Schedule",
    "Snooze",
)
