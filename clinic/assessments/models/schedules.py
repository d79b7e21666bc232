"""Schedules say when a patient is to be assessed again: "PHQ-9 every 2 weeks until remission, then every 3 months"."""

import uuid
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import models
from django.db.models.expressions import RawSQL
from django.utils import timezone

from clinic.instruments.catalogue import title_of
from clinic.instruments.change import Change
from clinic.instruments.items.parts import Number
from clinic.instruments.models import CustomInstrument
from clinic.patients.models import Patient, SeenManager, Status
from clinic.tenancy.records import ClinicModel, ClinicQuerySet

LONGEST = 3660  # days between two assessments


class Unit(models.TextChoices):
    """What an interval is counted in. Months and years are those of the calendar."""

    DAYS = "days", "day"
    WEEKS = "weeks", "week"
    MONTHS = "months", "month"
    YEARS = "years", "year"


# The newest title of the schedule's instrument, where that is the clinic's own. As SQL: Django takes two subqueries of
# one text for two, and a list writes its statement anew for each that it meets.
CUSTOM_TITLE = RawSQL(  # noqa: S611
    f"SELECT definition ->> 'title' FROM {CustomInstrument._meta.db_table} custom "  # noqa: S608
    "WHERE custom.instrument = assessments_plan.instrument ORDER BY version DESC LIMIT 1",
    (),
    output_field=models.TextField(),
)
# The days that a unit is stored as, the largest first.
SIZES = {Unit.YEARS: 365, Unit.MONTHS: 30, Unit.WEEKS: 7, Unit.DAYS: 1}


@dataclass(frozen=True)
class Interval:
    """The time from one assessment to the next: "2 weeks", "3 months"."""

    count: int
    unit: Unit

    def __str__(self) -> str:
        return self.unit.label if self.count == 1 else f"{self.count} {self.unit.label}s"

    def after(self, day: date) -> date:
        """The day that is this much later. A month ends on its last day: one month after 31 January is 28 February."""
        if self.unit in (Unit.DAYS, Unit.WEEKS):
            return day + timedelta(days=self.count * SIZES[self.unit])
        months = day.year * 12 + day.month - 1 + self.count * (12 if self.unit == Unit.YEARS else 1)
        year, month = months // 12, months % 12 + 1
        return date(year, month, min(day.day, monthrange(year, month)[1]))


def stored_interval(days: int, unit: str) -> Interval:
    """The interval that is stored as a number of days. Without a unit, or with one that does not divide the days, it
    was written by the release before: that counted in the largest unit that divides them, and showed it so."""
    if unit and days % SIZES[Unit(unit)] == 0:
        return Interval(days // SIZES[Unit(unit)], Unit(unit))
    return next(Interval(days // size, each) for each, size in SIZES.items() if days % size == 0)


class ScheduleQuerySet(ClinicQuerySet["Schedule"]):
    def active(self) -> "ScheduleQuerySet":
        return self.filter(ended_on=None)

    def asked(self) -> "ScheduleQuerySet":
        """Active schedules of those who are still asked: `Particulars` says who is not."""
        return self.active().filter(patient__archived_at=None).exclude(patient__status=Status.DECEASED)

    def due(self, day: date) -> "ScheduleQuerySet":
        """Those whose next assessment is due on `day` or before."""
        return self.asked().filter(next_due_on__lte=day)

    def titled(self) -> "ScheduleQuerySet":
        """With the titles of custom instruments, so that a list reads them at once."""
        return self.annotate(custom_title=CUSTOM_TITLE)


class Schedule(ClinicModel):
    """How often a patient answers an instrument. A patient has at most one active schedule of an instrument.

    `then_every` replaces `every` while the last total says remission; None where the pace never changes. Both are
    stored as days, 30 for a month and 365 for a year, beside the unit that the days are counted in.
    `next_due_on` follows from these and from the last assessment with a score. It is stored for the worklist, and so is
    `unscored_on`: the day of a later assessment that was completed without a score and leaves the schedule due.
    """

    web_may = "SELECT, INSERT, UPDATE"
    whose = "patient"
    index_for = {"plan_by_due": "list Due and Today"}
    trail_name = "plan"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    instrument = models.CharField(max_length=60, db_collation="C")
    every_days = models.PositiveSmallIntegerField()
    then_every_days = models.PositiveSmallIntegerField(null=True, blank=True)
    every_unit = models.CharField(max_length=6, choices=Unit.choices, blank=True, default="", db_default="")
    then_unit = models.CharField(max_length=6, choices=Unit.choices, blank=True, default="", db_default="")
    starts_on = models.DateField()
    next_due_on = models.DateField()
    last_done_on = models.DateField(null=True, blank=True)
    unscored_on = models.DateField(null=True, blank=True)
    ended_on = models.DateField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = SeenManager.from_queryset(ScheduleQuerySet)()  # type: ignore[assignment, misc]  # of the base

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
        return f"every {self.every}" + (f" until remission, then every {self.then_every}" if self.then_every else "")

    @property
    def every(self) -> Interval:
        return stored_interval(self.every_days, self.every_unit)

    @property
    def then_every(self) -> Interval | None:
        return stored_interval(self.then_every_days, self.then_unit) if self.then_every_days else None

    @property
    def title(self) -> str:
        """The title of the newest version of the instrument."""
        return getattr(self, "custom_title", None) or title_of(self.instrument)

    @property
    def is_overdue(self) -> bool:
        return self.next_due_on < timezone.localdate()


@dataclass(frozen=True)
class Last:
    """The last assessment of a schedule's instrument: its total, None without a score, and the baseline of that total,
    None where it has none."""

    day: date
    total: Number | None
    first: Number | None = None


def next_due(schedule: Schedule, last: Last | None, change: Change) -> date:
    """The date of the next assessment: the start, or the last one plus the pace that its total calls for.

    Only the last total counts, so that a patient who relapses is asked at the first pace again. An assessment from
    before the schedule began puts off the first one, which is never before the start.
    """
    if last is None:
        return schedule.starts_on
    return max(schedule.starts_on, pace(schedule, last, change).after(last.day))


def pace(schedule: Schedule, last: Last, change: Change) -> Interval:
    """The time from the last assessment to the next."""
    if last.total is None or last.first is None or not change.is_remission(last.first, last.total):
        return schedule.every
    return schedule.then_every or schedule.every
