"""Patients of the trail who are not among the patients any more, by what is left of them."""

from collections.abc import Iterable
from uuid import UUID

from clinic.audit.models import AuditEvent
from clinic.patients.models import BinnedPatient, Patient

PURGED = "patient.purged"


def gone_names(keys: Iterable[UUID | None]) -> dict[UUID | None, str]:
    """The names of those who are in the bin, and the record numbers of those who were removed from it."""
    wanted = [key for key in keys if key is not None]
    names: dict[UUID | None, str] = {}
    if wanted:
        for event in AuditEvent.objects.filter(patient_id__in=wanted, action=PURGED):
            names[event.patient_id] = f"{event.changes['record_number'][0]} (removed)"
        for binned in BinnedPatient.objects.filter(pk__in=wanted).defer("rows"):
            names[binned.pk] = f"{binned.as_it_was.display_name} (in the bin)"
    return names


def gone_patient(key: UUID) -> Patient | None:
    """The record of somebody in the bin, as it was; None for who was removed from it, and the trail knows."""
    binned = BinnedPatient.objects.filter(pk=key).defer("rows").first()
    return binned.as_it_was if binned is not None else None
