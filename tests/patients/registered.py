"""What the form of a new patient sends, and what became of it."""

from uuid import uuid4

from clinic.patients.models import Patient
from clinic.tenancy.scope import clinic_scope


def new_form(world, **fields) -> dict[str, str]:
    """A form of Ana García, of the clinician; `fields` besides or instead."""
    return {
        "id": str(uuid4()),
        "full_name": "Ana García",
        "family_name": "",
        "gender": "female",
        "date_of_birth": "12 March 1961",
        "user": str(world.clinician.pk),
        "record_number": "",
        **fields,
    }


def stored(world, **lookup) -> Patient:
    with clinic_scope(world.clinic):
        return Patient.objects.select_related("user").get(**lookup)


def count(world) -> int:
    with clinic_scope(world.clinic):
        return Patient.objects.count()
