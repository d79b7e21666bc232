"""The clinic's own record of the people who work in it, and of what it wants done."""

from typing import Any
from uuid import UUID

from django.db import models

from clinic.tenancy.models import Colour
from clinic.tenancy.records import ClinicModel, ClinicQuerySet
from clinic.text.names import NameKey

# The id of the one row of settings, the same in every clinic; not that of its settings of instruments, which the trail
# tells apart by it.
SETTINGS_ID = UUID(int=2)
# What stands where a practitioner would be of a patient whom nobody is responsible for yet; in addresses, `NOBODY`.
NOBODY_YET, NOBODY = "Nobody yet", "none"


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


def practitioner_names() -> dict[UUID | None, str]:
    """What each practitioner is called, who left too, in the order of the names; at the end nobody, for whose patients
    figures are counted as well.
    """
    rows = Practitioner.objects.values_list("pk", "display_name")
    return {**dict(sorted(rows, key=lambda row: (row[1].casefold(), str(row[0])))), None: NOBODY_YET}


class ClinicSettings(ClinicModel):
    """What the clinic wants done with what comes in, in one row, which is missing until somebody says it.

    `alert_numbers` are dicts of `label` and `number`, in the order in which they are shown. `review_from` is the lowest
    severity of a result that waits for a review. `version` counts changes of the time zone and what else is a column of
    the clinic in `public`, too.
    """

    web_may = "SELECT, INSERT, UPDATE"

    id = models.UUIDField(primary_key=True)
    alert_text = models.TextField(max_length=2000, blank=True, default="")
    alert_numbers: "models.JSONField[Any, list[dict[str, str]]]" = models.JSONField(default=list, blank=True)
    review_from = models.PositiveSmallIntegerField(default=0, db_default=0)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        constraints = (models.CheckConstraint(condition=models.Q(id=SETTINGS_ID), name="clinic_settings_one_row"),)

    def __str__(self) -> str:
        return "clinic settings"


class Tag(ClinicModel):
    """A word of the clinic's own for patients, with a colour. Patients keep its id, so that the word can be changed."""

    web_may = "SELECT, INSERT, UPDATE, DELETE"

    id = models.AutoField(primary_key=True)
    word = models.CharField(max_length=40)
    colour = models.CharField(max_length=10, choices=Colour.choices, default=Colour.GREY)
    word_key = models.GeneratedField(
        expression=NameKey("word"), output_field=models.TextField(db_collation="C"), db_persist=True
    )

    class Meta:
        ordering = ("word_key", "id")
        constraints = (
            models.UniqueConstraint(fields=("word_key",), name="tag_word_once"),
            models.CheckConstraint(condition=~models.Q(word=""), name="tag_has_a_word"),
            models.CheckConstraint(condition=models.Q(colour__in=Colour.values), name="tag_colour"),
        )

    def __str__(self) -> str:
        return self.word
