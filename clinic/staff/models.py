"""The clinic's own record of the people who work in it, and of what it wants done."""

from typing import Any
from uuid import UUID

from django.db import models

from clinic.tenancy.records import ClinicModel, ClinicQuerySet

# The id of the one row of settings, the same in every clinic; not that of its settings of instruments, which the trail
# tells apart by it.
SETTINGS_ID = UUID(int=2)


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


class ClinicSettings(ClinicModel):
    """What the clinic wants done when an answer raises an alert, in one row, which is missing until somebody says it.

    `alert_numbers` are dicts of `label` and `number`, in the order in which they are shown. `version` counts changes of
    the time zone and what else is a column of the clinic in `public`, too.
    """

    web_may = "SELECT, INSERT, UPDATE"

    id = models.UUIDField(primary_key=True)
    alert_text = models.TextField(max_length=2000, blank=True, default="")
    alert_numbers: "models.JSONField[Any, list[dict[str, str]]]" = models.JSONField(default=list, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        constraints = (models.CheckConstraint(condition=models.Q(id=SETTINGS_ID), name="clinic_settings_one_row"),)

    def __str__(self) -> str:
        return "clinic settings"
