"""Writing lists of patients: the lists, and who is on them."""

from collections.abc import Collection, Iterable
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from clinic.audit.actions import By, about, difference, record, snapshot
from clinic.audit.models import AuditEvent
from clinic.patients.models import ListMember, Patient, PatientList

WRITTEN = ("name", "is_shared")


class NameTaken(Exception):
    """The person has a list of that name already."""


class NotYours(Exception):
    """Only who made a list, or who owns the clinic, may change or remove it."""


@transaction.atomic
def make_list(*, by: By, name: str, is_shared: bool) -> PatientList:
    """Begin a list; raises NameTaken."""
    made = PatientList(name=name, is_shared=is_shared, owner_id=by.id, owner_name=by.name)
    _save(made)
    record("patientlist.created", made, by=by, changes=difference({}, snapshot(made, WRITTEN)))
    return made


@transaction.atomic
def change_list(*, by: By, id: UUID, owns_clinic: bool, **fields: Any) -> PatientList:
    """Change `name` or `is_shared`; raises PatientList.DoesNotExist, NotYours and NameTaken."""
    found = _own(by, id, owns_clinic)
    before = snapshot(found, WRITTEN)
    for field, value in fields.items():
        setattr(found, field, value)
    _save(found)
    record("patientlist.changed", found, by=by, changes=difference(before, snapshot(found, WRITTEN)))
    return found


@transaction.atomic
def remove_list(*, by: By, id: UUID, owns_clinic: bool) -> None:
    """Forget a list; its patients stay. Raises PatientList.DoesNotExist and NotYours."""
    found = _own(by, id, owns_clinic)
    record("patientlist.removed", found, by=by, changes={"name": [found.name, None]})
    ListMember._base_manager.filter(list=found).delete()
    found.delete()


def _own(by: By, id: UUID, owns_clinic: bool) -> PatientList:
    found = PatientList.objects.open_to(by.id).select_for_update().get(pk=id)
    if not owns_clinic and found.owner_id != by.id:
        raise NotYours
    return found


def _save(made: PatientList) -> None:
    try:
        with transaction.atomic():
            made.save()
    except IntegrityError as error:
        raise NameTaken from error


@transaction.atomic
def put_on_list(*, by: By, list: PatientList, patients: Collection[UUID]) -> set[UUID]:
    """Put patients on a list; those who were not on it. Whoever is not there any more is left out."""
    here = set(Patient.objects.filter(pk__in=patients).values_list("pk", flat=True))
    here -= set(ListMember.objects.filter(list=list, patient__in=here).values_list("patient", flat=True))
    members = [ListMember(list=list, patient_id=key) for key in sorted(here)]
    ListMember.objects.bulk_create(members, ignore_conflicts=True)
    _note("listmember.added", members, {"list": [None, list.name]}, by=by)
    return here


@transaction.atomic
def take_off_list(*, by: By, list: PatientList, patients: Collection[UUID]) -> set[UUID]:
    """Take patients off a list; those who were on it."""
    rows = ListMember.objects.filter(list=list, patient__in=patients)
    members = [*rows]
    rows.delete()
    _note("listmember.removed", members, {"list": [list.name, None]}, by=by)
    return {member.patient_id for member in members}


def _note(action: str, members: Iterable[ListMember], changes: dict[str, Any], *, by: By) -> None:
    AuditEvent.objects.bulk_create(about(action, member, by=by, changes=changes) for member in members)
