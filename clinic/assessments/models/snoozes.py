"""Snoozes: somebody puts off a line of their Today."""

import uuid
from datetime import date
from typing import Any

from django.db import models

from clinic.tenancy.records import ClinicModel, ClinicQuerySet


class SnoozeQuerySet(ClinicQuerySet["Snooze"]):
    def hidden_from(self, person: uuid.UUID, today: date) -> "models.QuerySet[Any, Any]":
        """The keys of what a person put off until a later day than today."""
        return self.filter(person=person, until__gt=today).values("record_id")


class Snooze(ClinicModel):
    """One person has put off a schedule, an assessment or a request until a day; everybody else goes on seeing it.

    `record_id` is the key of one of them, whose row says whose it is. Nothing refers to it: a snooze that outlives its
    record hides nothing.
    """

    web_may = "SELECT, INSERT, UPDATE, DELETE"

    person = models.UUIDField()
    record_id = models.UUIDField()
    until = models.DateField()

    objects = SnoozeQuerySet.as_manager()  # type: ignore[misc]  # of the base

    class Meta:
        constraints = (models.UniqueConstraint(fields=("person", "record_id"), name="snooze_once"),)

    def __str__(self) -> str:
        return f"{self.record_id} until {self.until}"
