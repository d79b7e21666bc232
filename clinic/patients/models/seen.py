"""Whose patients somebody sees, where the clinic restricts that: those they are responsible for or care for, or
whose record they opened in an emergency. Patients of nobody yet are seen by everybody: somebody has to take them.

Every model of what belongs to a patient has SeenManager as its manager: lists, searches, counts, files, JSON and
actions begin at it, so what is hidden is for all of them as if it had never been.
"""

from typing import Any
from uuid import UUID

from django.db import connections, models
from django.db.models.expressions import RawSQL
from django.utils import timezone

# As keys, so that PostgreSQL begins at these few patients and not at the clinic's many.
SEEN = (
    "SELECT id FROM patients_patient WHERE user_id = %s"
    " UNION ALL SELECT id FROM patients_patient WHERE user_id IS NULL"
    " UNION ALL SELECT patient_id FROM patients_careteammember WHERE person_id = %s"
    " UNION ALL SELECT patient_id FROM patients_emergencyaccess WHERE person_id = %s AND ends_at > %s"
)


def seen_patients(person: UUID) -> RawSQL:
    """The keys of the patients that somebody sees, as a subquery."""
    return RawSQL(SEEN, (person, person, person, timezone.now()))  # noqa: S611


class SeenManager[M: models.Model](models.Manager[M]):
    """The rows of patients that the open scope sees; `whose` of a model names its field, or fields, of a patient."""

    def get_queryset(self) -> Any:
        rows = super().get_queryset()
        person = connections[rows._db or "default"].seen_by  # type: ignore[attr-defined]
        if person is None:
            return rows
        whose = self.model.whose  # type: ignore[attr-defined]
        fields = (whose,) if isinstance(whose, str) else whose
        seen = {f"{field}__in": seen_patients(person) for field in fields}
        return rows.filter(**seen)
