"""Many patients registered at once: as by `create_patient` one after another, without statements for each."""

from collections.abc import Sequence
from itertools import groupby
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from clinic.audit.actions import By, about, difference, record_many, snapshot
from clinic.audit.models import AuditEvent
from clinic.patients.actions import new_patient
from clinic.patients.matching.pairs import score_new_pairs
from clinic.patients.models import CareTeamMember, MergedPatient, Patient, give_numbers
from clinic.tenancy.scope import everybody_seen


class NotTogether(Exception):
    """One of the patients would be refused, or is there already. Registered alone, each says so of itself."""


@transaction.atomic
def create_patients(*, by: By, rows: Sequence[dict[str, Any]]) -> list[Patient]:
    """Register a patient of each row's fields, in their order, all or none. Raises NotTogether."""
    patients = [new_patient(**row) for row in rows]
    try:
        _insert(patients)
    except IntegrityError as error:
        raise NotTogether from error
    AuditEvent.objects.bulk_create(
        about("patient.created", patient, by=by, changes=difference({}, snapshot(patient))) for patient in patients
    )
    score_new_pairs(patients)
    _keep_in_sight(patients, by)
    return patients


def _insert(patients: Sequence[Patient]) -> None:
    """Save new patients. The next number follows from those before, so whoever brings one is saved first."""
    for is_given, some in groupby(patients, lambda patient: bool(patient.record_number)):
        group = list(some)
        if not is_given:
            give_numbers(group)
        Patient.objects.bulk_create(group)
    with everybody_seen():
        if MergedPatient.objects.numbered(*(patient.record_number for patient in patients)).exists():
            raise NotTogether


def _keep_in_sight(patients: Sequence[Patient], by: By) -> None:
    """Whoever would not see them otherwise is of their care team."""
    seen = set(Patient.objects.filter(pk__in=[patient.pk for patient in patients]).values_list("pk", flat=True))
    hidden = [patient for patient in patients if patient.pk not in seen]
    members = CareTeamMember.objects.bulk_create(
        CareTeamMember(patient=patient, person_id=UUID(by.id)) for patient in hidden
    )
    record_many("careteammember.added", members, by=by, changes={"person": [None, by.name]})
