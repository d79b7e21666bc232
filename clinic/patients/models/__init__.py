"""Patients of a clinic, the words of their names, and their latest results."""

from clinic.patients.models.access import CareTeamMember, EmergencyAccess
from clinic.patients.models.birth_dates import BirthPrecision, age_on, years_before
from clinic.patients.models.duplicates import DuplicatePair
from clinic.patients.models.fields import KeysField, SparseCharField
from clinic.patients.models.gone import BinnedPatient, MergedPatient
from clinic.patients.models.identity import IDENTIFYING, keys_of, person_of, person_of_values
from clinic.patients.models.latest_results import LatestResult, ScoredInstrument
from clinic.patients.models.lists.hand_picked import ListMember, PatientList
from clinic.patients.models.name_words import NameWord
from clinic.patients.models.numbers import give_numbers, next_record_number
from clinic.patients.models.particulars import UNNAMED, Gender, Status
from clinic.patients.models.patient import ACTIVE, Patient
from clinic.patients.models.photos.photo import PatientPhoto
from clinic.patients.models.queryset import DISPLAYED, NAME_FIELDS, PatientQuerySet, names_of
from clinic.patients.models.results import Severity, ShownResult, with_latest_results
from clinic.patients.models.seen import SeenManager

__all__ = (
    "ACTIVE",
    "DISPLAYED",
    "IDENTIFYING",
    "NAME_FIELDS",
    "UNNAMED",
    "BinnedPatient",
    "BirthPrecision",
    "CareTeamMember",
    "DuplicatePair",
    "EmergencyAccess",
    "Gender",
    "KeysField",
    "LatestResult",
    "ListMember",
    "MergedPatient",
    "NameWord",
    "Patient",
    "PatientList",
    "PatientPhoto",
    "PatientQuerySet",
    "ScoredInstrument",
    "SeenManager",
    "Severity",
    "ShownResult",
    "SparseCharField",
    "Status",
    "age_on",
    "give_numbers",
    "keys_of",
    "names_of",
    "next_record_number",
    "person_of",
    "person_of_values",
    "with_latest_results",
    "years_before",
)
