"""What an operator does with a whole clinic: find it, rename it, close it, delete it and bring it back."""

from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django_tenants.utils import get_tenant_database_alias

from clinic.audit.actions import By, difference, record, snapshot
from clinic.tenancy.fleet.migration import alone
from clinic.tenancy.lifecycle import provisioning
from clinic.tenancy.lifecycle.backup_rows import keep_folders, remove_media
from clinic.tenancy.models import KEPT, Clinic, State
from clinic.tenancy.scope import clinic_scope
from clinic.ui.forms import one_line


def find_clinic(named: str) -> Clinic:
    """The clinic of an id or a name. Raises ValidationError where there is none."""
    clinics = Clinic.objects.using(get_tenant_database_alias())
    found: Clinic | None
    try:
        found = clinics.filter(pk=UUID(named)).first()
    except ValueError:
        found = clinics.filter(name=one_line(named)).first()
    if found is None:
        raise ValidationError(f"There is no clinic “{named}”.")
    return found


def rename_clinic(*, clinic: Clinic, name: str, by: By) -> Clinic:
    """Raises ValidationError for a name that is empty, too long or taken."""
    return _change(clinic, "clinic.renamed", by, name=one_line(name))


def suspend_clinic(*, clinic: Clinic, by: By) -> Clinic:
    """Its people and programs are answered that it is suspended, until it is resumed."""
    return _change(clinic, "clinic.suspended", by, state=State.SUSPENDED)


def resume_clinic(*, clinic: Clinic, by: By) -> Clinic:
    return _change(clinic, "clinic.resumed", by, state=State.ACTIVE)


def delete_clinic(*, clinic: Clinic, by: By) -> Clinic:
    """Put it into the bin: its people are answered that it was deleted, and its record is kept for `KEPT`."""
    return _change(clinic, "clinic.deleted", by, deleted_at=clinic.deleted_at or timezone.now())


def undelete_clinic(*, clinic: Clinic, by: By) -> Clinic:
    """Take it out of the bin, as it was: one that was suspended is suspended still."""
    return _change(clinic, "clinic.undeleted", by, deleted_at=None)


def purge_clinics() -> list[str]:
    """Remove for good what is in the bin for longer than `KEPT`; the names. Each clinic in a transaction of its own.

    Files of a clinic that is not there, which a killed restore can leave, go too: nobody else works on clinics.
    """
    owner = get_tenant_database_alias()
    past = Clinic.objects.using(owner).filter(deleted_at__lt=timezone.now() - KEPT)
    purged = []
    for key in past.values_list("pk", flat=True):
        with transaction.atomic(using=owner):
            clinic = past.select_for_update().filter(pk=key).first()
            if clinic is None:
                continue
            provisioning.drop_clinic(clinic)
            remove_media(clinic)
        purged.append(clinic.name)
    keep_folders({str(key) for key in Clinic.objects.using(owner).values_list("pk", flat=True)})
    return purged


class Busy(Exception):
    """Other work on clinics is under way; raised instead of waiting for its end."""


def empty_bin() -> None:
    """As `manage.py purge_clinics`, by the worker, which has other things to do than to wait. Raises Busy."""
    with alone(_refuse):
        purge_clinics()


def _refuse() -> None:
    raise Busy


def _change(clinic: Clinic, action: str, by: By, **fields: Any) -> Clinic:
    """Set fields of the clinic's row and note it in the clinic's trail; nothing where they are so already."""
    owner = get_tenant_database_alias()
    with transaction.atomic(using=owner):
        row: Clinic = Clinic.objects.using(owner).select_for_update().get(pk=clinic.pk)
        before = snapshot(row, fields)
        for name, value in fields.items():
            setattr(row, name, value)
        row.full_clean(exclude=["schema_name"])
        if changes := difference(before, snapshot(row, fields)):
            row.save(using=owner, update_fields=list(fields))
            with clinic_scope(row, using=owner):
                record(action, row, by=by, changes=changes)
    return row
