"""What a clinic's schema holds of assessments."""

from clinic.assessments.models.assessment import (
    MADE,
    OF_INSTRUMENT,
    Assessment,
    AssessmentQuerySet,
    AssessmentRevision,
    AssessmentStatus,
)
from clinic.assessments.models.plans import Plan
from clinic.assessments.models.requests import AnswerRequest
from clinic.assessments.models.risk import RiskAlert
from clinic.instruments.definitions import AssessmentType
from clinic.instruments.models import InstrumentSettings, OwnInstrument

__all__ = (
    "MADE",
    "OF_INSTRUMENT",
    "AnswerRequest",
    "Assessment",
    "AssessmentQuerySet",
    "AssessmentRevision",
    "AssessmentStatus",
    "AssessmentType",
    "InstrumentSettings",
    "OwnInstrument",
    "Plan",
    "RiskAlert",
)
