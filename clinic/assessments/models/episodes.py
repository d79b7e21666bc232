"""Episodes of treatment: change is measured within one."""

import uuid
from datetime import date

from django.db import models

from clinic.patients.models import Patient, SeenManager
from clinic.tenancy.records import ClinicModel, ClinicQuerySet


class EpisodeEnd(models.TextChoices):
    """Why an episode ended. OTHER is explained in words."""

    COMPLETED = "completed", "Treatment completed"
    DROPPED_OUT = "dropped_out", "Dropped out"
    REFERRED_ON = "referred_on", "Referred on"
    DECLINED = "declined", "Declined treatment"
    MOVED_AWAY = "moved_away", "Moved away"
    DIED = "died", "Died"
    OTHER = "other", "Other"


class EpisodeQuerySet(ClinicQuerySet["Episode"]):
    def open(self) -> "EpisodeQuerySet":
        """Episodes that have not ended."""
        return self.filter(ended_on=None)

    def overlapping(self, start: date, end: date | None) -> "EpisodeQuerySet":
        """Episodes that have a day in common with these days; without an end these are all days from the start."""
        begun = self if end is None else self.filter(started_on__lte=end)
        return begun.filter(models.Q(ended_on=None) | models.Q(ended_on__gte=start))


class Episode(ClinicModel):
    """One treatment of a patient, from the day it started to the day it ended, both included.

    A patient has at most one open episode, and no day is in two of them. `created_by` started it, `ended_by` ended it.
    """

    web_may = "SELECT, INSERT, UPDATE, DELETE"  # see decision 0139
    whose = "patient"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+", db_index=False)
    started_on = models.DateField()
    ended_on = models.DateField(null=True, blank=True)
    end_reason = models.CharField(max_length=20, choices=EpisodeEnd.choices, blank=True, default="", db_collation="C")
    end_words = models.CharField(max_length=500, blank=True, default="")
    created_at = models.DateTimeField(auto_now_add=True)
    created_by_id = models.CharField(max_length=64, editable=False)
    created_by_name = models.CharField(max_length=200, editable=False)
    ended_by_id = models.CharField(max_length=64, blank=True, default="", editable=False)
    ended_by_name = models.CharField(max_length=200, blank=True, default="", editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = SeenManager.from_queryset(EpisodeQuerySet)()  # type: ignore[assignment, misc]  # of the base

    class Meta:
        ordering = ("started_on", "id")
        constraints = (
            models.UniqueConstraint(fields=("patient",), name="episode_once_open", condition=models.Q(ended_on=None)),
            models.UniqueConstraint(fields=("patient", "started_on"), name="episode_once_started"),
            models.CheckConstraint(
                condition=models.Q(ended_on=None) | models.Q(ended_on__gte=models.F("started_on")),
                name="episode_ends_after_its_start",
            ),
            models.CheckConstraint(
                condition=models.Q(ended_on=None, end_reason="", end_words="", ended_by_id="")
                | (models.Q(ended_on__isnull=False, end_reason__in=EpisodeEnd.values) & ~models.Q(ended_by_id="")),
                name="episode_ends_for_a_reason",
            ),
            models.CheckConstraint(
                condition=~models.Q(end_reason=EpisodeEnd.OTHER, end_words=""), name="episode_other_reason_is_said"
            ),
        )

    def __str__(self) -> str:
        return f"{self.started_on} to {self.ended_on or 'today'}"

    @property
    def end_label(self) -> str:
        """Why it ended: the choice, and what was added in words."""
        return ": ".join(filter(None, (self.get_end_reason_display(), self.end_words)))
