"""How assessments reach patients: each question and each write that crosses to them, as a function.

`record/latest_results.py` alone writes what patients keep of their results. Decision 0119 lists where rows are joined.
"""

from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404

from clinic.lists.reading.selection import Search
from clinic.patients.actions import lock_for_latest_results, note_latest_results
from clinic.patients.models import Patient
from clinic.patients.passing_on import NamesTaken, pass_on_patients
from clinic.patients.search.rules import search_for

__all__ = [
    "NamesTaken",
    "all_patients",
    "find_patient",
    "is_any_patient",
    "lock_for_latest_results",
    "note_latest_results",
    "pass_on_patients",
    "patient_count",
    "patient_or_404",
    "search_for_patients",
]


def patient_or_404(pk: UUID) -> Patient:
    """The patient with the practitioner; raises Http404."""
    return get_object_or_404(Patient.objects.select_related("user"), pk=pk)


def find_patient(pk: UUID) -> Patient | None:
    return Patient.objects.select_related("user").filter(pk=pk).first()


def is_any_patient() -> bool:
    return Patient.objects.exists()


def patient_count(practitioner: UUID) -> int:
    """How many patients somebody has, archived ones too."""
    return Patient.objects.filter(user=practitioner).count()


def all_patients() -> "QuerySet[Patient]":
    """For a search, which chooses among them."""
    return Patient.objects.all()


def search_for_patients(text: str) -> Search | None:
    """How patients are looked for by `text`; None where nothing is asked."""
    return search_for(text)
