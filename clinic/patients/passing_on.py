"""Passing all patients of one practitioner on to another, or to nobody yet, at once."""

from uuid import UUID

from django.db import IntegrityError, connection, models, transaction
from django.utils import timezone

from clinic.audit.actions import By, record_many
from clinic.patients.models import Patient

MOST_NAMED = 50
GIVE = """
UPDATE patients_patient AS given
SET user_id = %s, version = given.version + 1, updated_at = %s
WHERE given.user_id = %s AND NOT (%s AND EXISTS (
    SELECT FROM patients_patient AS had WHERE {of_heir} AND had.name_key = given.name_key
))
RETURNING given.id
"""
OF_SOMEBODY, OF_NOBODY = "had.user_id = %s", "had.user_id IS NULL"


class NamesTaken(Exception):
    """Whoever takes over has patients of these names already; nothing was written."""

    def __init__(self, patients: list[Patient]) -> None:
        super().__init__("Among the patients of whoever takes over, or of nobody, are the same names already.")
        self.patients = patients


def names_taken(*, leaver: UUID, heir: UUID | None) -> list[Patient]:
    """The first patients, archived ones too, whose names the other practitioner has, by name."""
    had = Patient.objects.filter(user=heir, name_key=models.OuterRef("name_key"))
    clashing = Patient.objects.filter(models.Exists(had), user=leaver)
    return list(clashing.order_by("filed_as", "given_as", "pk")[:MOST_NAMED])


@transaction.atomic
def pass_on_patients(*, by: By, leaver: UUID, heir: UUID | None, leave_taken: bool = False) -> int:
    """Give all patients of `leaver`, archived ones too, to `heir` or to nobody yet, each with its record; how many.

    Raises NamesTaken; with `leave_taken` patients whose names the other has stay where they are.
    """
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            of_heir, values = (OF_NOBODY, []) if heir is None else (OF_SOMEBODY, [heir])
            cursor.execute(GIVE.format(of_heir=of_heir), [heir, timezone.now(), leaver, leave_taken, *values])
            given = [key for (key,) in cursor.fetchall()]
    except IntegrityError as error:
        raise NamesTaken(names_taken(leaver=leaver, heir=heir)) from error
    changes = {"user": [str(leaver), heir and str(heir)]}
    record_many("patient.changed", [Patient(pk=key) for key in given], by=by, changes=changes)
    return len(given)
