"""Schedules say when a patient is to be assessed again: "PHQ-9 every 2 weeks until remission, then every 3 months"."""

import uuid
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import models
from django.db.models import OuterRef, Subquery
from django.utils import timezone

from clinic.instruments.catalogue import title_of
from clinic.instruments.definitions import Change, Number
from clinic.instruments.models import CustomInstrument
from clinic.patients.models import Patient
from clinic.tenancy.records import ClinicModel, ClinicQuerySet

LONGEST = 3660  # days between two assessments


class ScheduleQuerySet(ClinicQuerySet["Schedule"]):
    def active(self) -> "ScheduleQuerySet":
        return self.filter(ended_on=None)

    def due(self, day: date) -> "ScheduleQuerySet":
        """Active schedules whose next assessment is due on `day` or before."""
        return self.active().filter(next_due_on__lte=day)

    def titled(self) -> "ScheduleQuerySet":
        """With the titles of custom instruments, so that a list reads them at once."""
        versions = CustomInstrument.objects.filter(instrument=OuterRef("instrument")).order_by("-version")
        return self.annotate(custom_title=Subquery(versions.values("definition__title")[:1]))


class Schedule(ClinicModel):
    """How often a patient answers an instrument. A patient has at most one active schedule of an instrument.

    `then_every_days` replaces `every_days` while the last total says remission; null where the pace never changes.
    `next_due_on` follows from these and from the last assessment. It is stored for the worklist.
    """

    web_may = "SELECT, INSERT, UPDATE"
    trail_name = "plan"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    instrument = models.CharField(max_length=60, db_collation="C")
    every_days = models.PositiveSmallIntegerField()
    then_every_days = models.PositiveSmallIntegerField(null=True, blank=True)
    starts_on = models.DateField()
    next_due_on = models.DateField()
    last_done_on = models.DateField(null=True, blank=True)
    ended_on = models.DateField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ScheduleQuerySet.as_manager()  # type: ignore[misc]  # of the base

    class Meta:
        db_table = "assessments_plan"
        constraints = (
            models.UniqueConstraint(
                fields=("patient", "instrument"), name="plan_once_active", condition=models.Q(ended_on=None)
            ),
            models.CheckConstraint(
                condition=models.Q(every_days__gte=1, every_days__lte=LONGEST)
                & (models.Q(then_every_days=None) | models.Q(then_every_days__gte=1, then_every_days__lte=LONGEST)),
                name="plan_pace",
            ),
            models.CheckConstraint(condition=~models.Q(instrument=""), name="plan_has_an_instrument"),
        )
        indexes = (models.Index(fields=["next_due_on", "id"], name="plan_by_due", condition=models.Q(ended_on=None)),)

    def __str__(self) -> str:
        return f"{self.instrument} {self.pace_text}"

    @property
    def pace_text(self) -> str:
        """The schedule in words: "every 2 weeks until remission, then every 3 months"."""
        every = f"every {span(self.every_days)}"
        return f"{every} until remission, then every {span(self.then_every_days)}" if self.then_every_days else every

    @property
    def title(self) -> str:
        """The title of the newest version of the instrument."""
        return getattr(self, "custom_title", None) or title_of(self.instrument)

    @property
    def is_overdue(self) -> bool:
        return self.next_due_on < timezone.localdate()


def span(days: int) -> str:
    """Write a number of days as people say it: "2 weeks", "3 months" (of 30 days), "year"."""
    for size, unit in ((365, "year"), (30, "month"), (7, "week"), (1, "day")):
        if days % size == 0:
            count = days // size
            return unit if count == 1 else f"{count} {unit}s"
    raise ValueError(days)


@dataclass(frozen=True)
class Last:
    """The last assessment of a schedule's instrument. `total` is None if it has no score."""

    day: date
    total: Number | None


def next_due(schedule: Schedule, last: Last | None, change: Change) -> date:
    """The date of the next assessment: the start, or the last one plus the pace that its total calls for.

    Only the last total counts, so that a patient who relapses is asked at the first pace again. An assessment from
    before the schedule began does not count.
    """
    if last is None or last.day < schedule.starts_on:
        return schedule.starts_on
    return last.day + timedelta(days=pace(schedule, last, change))


def pace(schedule: Schedule, last: Last, change: Change) -> int:
    """The number of days from the last assessment to the next."""
    known = schedule.then_every_days is not None and change.remission_below is not None and last.total is not None
    if known and last.total < change.remission_below:  # type: ignore[operator]  # known says so
        return schedule.then_every_days or schedule.every_days
    return schedule.every_days
