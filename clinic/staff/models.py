"""The clinic's own record of the people who work in it."""

from django.db import models

from clinic.tenancy.records import ClinicModel, ClinicQuerySet


class PractitionerQuerySet(ClinicQuerySet["Practitioner"]):
    def active(self) -> "PractitionerQuerySet":
        return self.filter(is_active=True)


class Practitioner(ClinicModel):
    """Somebody who can be responsible for patients; `id` is the user's id, with no key to the user's table."""

    id = models.UUIDField(primary_key=True)
    display_name = models.CharField(max_length=200)
    is_active = models.BooleanField(default=True)

    objects = PractitionerQuerySet.as_manager()  # type: ignore[misc]  # of the base

    class Meta:
        ordering = ("display_name", "id")

    def __str__(self) -> str:
        return self.display_name
