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
from clinic.assessments.models.episodes import Episode, EpisodeEnd
from clinic.assessments.models.requests import AnswerRequest
from clinic.assessments.models.schedules import Schedule
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
    "CustomInstrument",
    "Episode",
    "EpisodeEnd",
    "InstrumentSettings",
    "Schedule",
)
