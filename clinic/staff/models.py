"""The clinic's own record of the people who work in it."""

from uuid import UUID

from django.db import models

from clinic.tenancy.records import ClinicModel, ClinicQuerySet


class PractitionerQuerySet(ClinicQuerySet["Practitioner"]):
    def active(self) -> "PractitionerQuerySet":
        return self.filter(is_active=True)

    def active_or(self, key: UUID | None) -> "PractitionerQuerySet":
        """Who can be chosen for a record: those who work here, and whoever it has already."""
        return self.filter(models.Q(is_active=True) | models.Q(pk=key))


class Practitioner(ClinicModel):
    """Somebody who can be responsible for patients; `id` is the user's id, with no key to the user's table.

    Who left is not active, and keeps patients and assessments until somebody else takes over.
    """

    web_may = "SELECT, INSERT, UPDATE"

    id = models.UUIDField(primary_key=True)
    display_name = models.CharField(max_length=200)
    is_active = models.BooleanField(default=True)

    objects = PractitionerQuerySet.as_manager()  # type: ignore[misc]  # of the base

    class Meta:
        ordering = ("display_name", "id")

    def __str__(self) -> str:
        return self.display_name
