"""A clinic's custom instruments and settings of instruments. Their tables belong to the app `assessments`."""

import uuid
from typing import Any

from django.db import models

from clinic.tenancy.records import ClinicModel

# The id of the one row of settings, the same in every clinic.
SETTINGS_ID = uuid.UUID(int=1)
# In place of an instrument's id: what is added is a version of none that is there.
ANOTHER = "another"


class CustomInstrument(ClinicModel):
    """One version of an instrument that the clinic made or imported. Insert-only: a change is a new version."""

    web_may = "SELECT, INSERT"
    trail_name = "owninstrument"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    instrument = models.CharField(max_length=60, db_collation="C")
    version = models.PositiveSmallIntegerField()
    definition: "models.JSONField[Any, dict[str, Any]]" = models.JSONField()
    origin = models.CharField(max_length=40)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by_id = models.CharField(max_length=64)
    created_by_name = models.CharField(max_length=200)

    class Meta:
        app_label = "assessments"
        db_table = "assessments_owninstrument"
        constraints = (
            models.UniqueConstraint(fields=("instrument", "version"), name="own_instrument_version_once"),
            models.CheckConstraint(
                condition=models.Q(instrument__startswith="own-"), name="own_instrument_is_named_as_one"
            ),
        )

    def __str__(self) -> str:
        return f"{self.instrument} {self.version}"


class InstrumentSettings(ClinicModel):
    """The clinic's settings of instruments, in one row: licence classes that it may use, instruments that it hides.

    Patients read `urgent_text` if a response raises an alert; empty for the default text.
    """

    web_may = "SELECT, INSERT, UPDATE"

    id = models.UUIDField(primary_key=True)
    licence_classes: "models.JSONField[Any, list[str]]" = models.JSONField(default=list)
    urgent_text = models.CharField(max_length=500, blank=True, default="", db_default="")
    hidden: "models.JSONField[Any, list[str]]" = models.JSONField(default=list)

    class Meta:
        app_label = "assessments"
        constraints = (models.CheckConstraint(condition=models.Q(id=SETTINGS_ID), name="instrument_settings_one_row"),)

    def __str__(self) -> str:
        return "instrument settings"
