"""How assessments reach patients: each question and each write that crosses to them, as a function.

`record/latest_results.py` alone writes what patients keep of their results. Decision 0119 lists where rows are joined.
"""

import re
from collections.abc import Collection, Iterable
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404

from clinic.audit.models import AuditEvent
from clinic.lists.reading.selection import Search
from clinic.patients.actions import lock_for_latest_results, note_latest_results
from clinic.patients.history import WORDS
from clinic.patients.models import MergedPatient, Patient, with_latest_results
from clinic.patients.passing_on import NamesTaken, pass_on_patients
from clinic.patients.search.rules import search_for
from clinic.text.identifiers import Identifier

__all__ = [
    "NamesTaken",
    "all_patients",
    "change_in_words",
    "changes_of_patient",
    "find_patient",
    "is_any_patient",
    "lock_for_latest_results",
    "note_latest_results",
    "pass_on_patients",
    "patient_count",
    "patient_or_404",
    "patient_with_results",
    "patients_by_any_key",
    "patients_by_key",
    "patients_identified",
    "patients_numbered",
    "search_for_patients",
]

# SELECT n.number, p.id FROM unnest(ARRAY['P-000001']) AS n (number) JOIN ...
NUMBERED = """
SELECT n.number, p.id FROM unnest(%s::text[]) AS n (number)
JOIN patients_patient p ON public.code_key(p.record_number) = public.code_key(n.number)
UNION
SELECT n.number, m.into_id FROM unnest(%s::text[]) AS n (number)
JOIN patients_mergedpatient m ON public.code_key(m.record_number) = public.code_key(n.number)
"""


def patient_or_404(pk: UUID) -> Patient:
    """The patient with the practitioner; raises Http404."""
    return get_object_or_404(Patient.objects.select_related("user"), pk=pk)


def find_patient(pk: UUID) -> Patient | None:
    return Patient.objects.select_related("user").filter(pk=pk).first()


def patient_with_results(pk: UUID) -> Patient | None:
    """The patient with the practitioner and the latest results."""
    return with_latest_results(Patient.objects.select_related("user")).filter(pk=pk).first()


def is_any_patient() -> bool:
    return Patient.objects.exists()


def patient_count(practitioner: UUID) -> int:
    """How many patients somebody has, archived ones too."""
    return Patient.objects.filter(user=practitioner).count()


def patients_by_key(keys: Collection[UUID]) -> dict[UUID, Patient]:
    return Patient.objects.in_bulk(keys)


def patients_by_any_key(keys: Collection[UUID]) -> dict[UUID, Patient]:
    """The patients by their ids, and by ids that lead to them since a merge."""
    merged = dict(MergedPatient.objects.filter(pk__in=keys).values_list("pk", "into"))
    found = Patient.objects.select_related("user").in_bulk([*keys, *merged.values()])
    leading = {key: found[into] for key, into in merged.items() if into in found}
    return {key: patient for key, patient in found.items() if key in keys} | leading


def patients_numbered(numbers: Iterable[str]) -> dict[str, list[Patient]]:
    """The patients of each record number, however it is written, and of numbers that lead to them since a merge."""
    wanted = list(numbers)
    with connection.cursor() as cursor:
        cursor.execute(NUMBERED, [wanted, wanted])
        rows = cursor.fetchall()
    patients = Patient.objects.select_related("user").in_bulk([key for _, key in rows])
    found: dict[str, list[Patient]] = {}
    for number, key in rows:
        found.setdefault(number, []).extend([patients[key]] if key in patients else [])
    return found


def patients_identified(identifier: Identifier) -> list[Patient]:
    """Those of whose lines one is this; the trigram index finds them by the expression."""
    line = re.escape(f"{identifier.system}: {identifier.value}")
    named = Patient.objects.filter(identifiers__isnull=False, identifiers__iregex=rf"(^|\n){line}(\n|$)")
    return list(named.select_related("user").order_by("pk")[:2])


def all_patients() -> "QuerySet[Patient]":
    """For a search, which chooses among them."""
    return Patient.objects.all()


def search_for_patients(text: str) -> Search | None:
    """How patients are looked for by `text`; None where nothing is asked."""
    return search_for(text)


def changes_of_patient(pk: UUID) -> QuerySet[AuditEvent]:
    """Changes of the details, of records that were merged into this one too: the trail keeps their ids."""
    merged = MergedPatient.objects.filter(into=pk).values_list("pk", flat=True)
    return AuditEvent.objects.filter(record_id__in=[pk, *merged], is_reading=False, action__in=WORDS)


def change_in_words(event: AuditEvent) -> str:
    """What one of them was."""
    return WORDS[event.action]
