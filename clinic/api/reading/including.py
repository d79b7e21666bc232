"""Patients inside what belongs to them: read by one statement for a whole page."""

from collections.abc import Iterable
from typing import Any

from rest_framework.generics import GenericAPIView

from clinic.api.reading.chosen import included
from clinic.patients.models import Patient, with_latest_results


def bring_patients(view: GenericAPIView[Any], records: Iterable[Any]) -> list[Patient]:
    """Give each record its patient, as patients are shown by themselves; who they are, or nobody if not asked for."""
    if "patient" not in included(view.request, view):
        return []
    records = list(records)
    rows = with_latest_results(Patient.objects.select_related("user"))
    found = rows.in_bulk({record.patient_id for record in records})
    for record in records:
        record.patient = found[record.patient_id]
    return list(found.values())
