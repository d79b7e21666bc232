"""Patients of a clinic, the words of their names, and their latest results."""

from clinic.patients.models.birth_dates import BirthPrecision, age_on, years_before
from clinic.patients.models.care_team import CareTeamMember
from clinic.patients.models.emergency import EmergencyAccess
from clinic.patients.models.latest_results import LatestResult, ScoredInstrument
from clinic.patients.models.name_words import NameWord
from clinic.patients.models.patient import (
    ACTIVE,
    NAME_FIELDS,
    Gender,
    Patient,
    PatientQuerySet,
    SparseCharField,
    names_of,
)
from clinic.patients.models.results import Severity, ShownResult, with_latest_results
from clinic.patients.models.seen import SeenManager

__all__ = (
    "ACTIVE",
    "NAME_FIELDS",
    "BirthPrecision",
    "CareTeamMember",
    "EmergencyAccess",
    "Gender",
    "LatestResult",
    "NameWord",
    "Patient",
    "PatientQuerySet",
    "ScoredInstrument",
    "SeenManager",
    "Severity",
    "ShownResult",
    "SparseCharField",
    "age_on",
    "names_of",
    "with_latest_results",
    "years_before",
)
