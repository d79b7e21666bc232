"""The tenant, and what new ones are made from."""

import uuid
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import models
from django.db.models.functions import Now
from django_tenants.models import TenantMixin

from clinic.tenancy.zones import check_zone, server_zone
from clinic.text.countries import check_country

# What a clinic's owner says of it in Clinic settings: columns of its row, which the web may write.
CHOSEN = (
    "time_zone", "country", "idle_minutes", "restricts_patients", "second_factor_required", "colour", "icon",
)  # fmt: skip
KEPT = timedelta(days=30)  # what is deleted can be brought back for so long
IDLE_MINUTES, IDLE_RANGE = 15, (5, 60)  # where a clinic says nothing, and what it can say


def opaque_name() -> str:
    """A schema name (and role name) that says nothing about the clinic."""
    return f"c_{uuid.uuid4().hex[:16]}"


class State(models.TextChoices):
    """What the clinic's people and programs find: the record, or a page that says why not."""

    ACTIVE = "active"
    SUSPENDED = "suspended"


class Colour(models.TextChoices):
    """A fixed palette: each is told from the surface in light and dark, and a word always stands beside it."""

    GREY = "grey", "Grey"
    BLUE = "blue", "Blue"
    TEAL = "teal", "Teal"
    GREEN = "green", "Green"
    AMBER = "amber", "Amber"
    RED = "red", "Red"
    PURPLE = "purple", "Purple"
    PINK = "pink", "Pink"


class Icon(models.TextChoices):
    """What may stand beside a clinic's name, as the package of icons calls it."""

    BUILDING = "building-office", "Building"
    CAP = "academic-cap", "Cap"
    GLOBE = "globe-alt", "Globe"
    HEART = "heart", "Heart"
    HOME = "home", "House"
    KEY = "key", "Key"
    LAMP = "light-bulb", "Lamp"
    PUZZLE = "puzzle-piece", "Puzzle"
    STAR = "star", "Star"


class Clinic(TenantMixin):
    """A clinic: this row in `public`, and a schema and a role both named `schema_name`.

    People decide on `state`. `out_of_service` is set where a migration failed, and taken back by the run that brings
    the clinic up to date. `deleted_at` is since when it is in the bin. A clinic can be all three.
    `backed_up_at` is when its last backup was whole, in a file of its own.
    `time_zone` is where its days begin and end. `country` is a code of two letters, empty where nobody said it.
    After `idle_minutes` without use whoever works in it is signed out. With `restricts_patients` a role of
    `RESTRICTED_ROLES` sees only patients of its own. With `second_factor_required` whoever has no second factor
    reaches nothing but the page that sets one up. By `colour`, which may be empty, and `icon` people of several
    clinics tell them apart.
    """

    web_may = f"SELECT, UPDATE ({', '.join(CHOSEN)})"

    auto_create_schema = False
    auto_drop_schema = False

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=200, unique=True)
    schema_name = models.CharField(max_length=63, unique=True, default=opaque_name, editable=False)
    state = models.CharField(max_length=20, choices=State, default=State.ACTIVE, db_default=State.ACTIVE)
    out_of_service = models.BooleanField(default=False, db_default=False, db_column="fenced")
    deleted_at = models.DateTimeField(null=True, editable=False)
    backed_up_at = models.DateTimeField(null=True, editable=False)
    time_zone = models.CharField(max_length=63, default=server_zone, db_default="UTC", validators=[check_zone])
    country = models.CharField(max_length=2, blank=True, default="", db_default="", validators=[check_country])
    idle_minutes = models.PositiveSmallIntegerField(default=IDLE_MINUTES, db_default=IDLE_MINUTES)
    restricts_patients = models.BooleanField(default=False, db_default=False)
    second_factor_required = models.BooleanField(default=False, db_default=False)
    colour = models.CharField(max_length=10, choices=Colour, blank=True, default="", db_default="")
    icon = models.CharField(max_length=20, choices=Icon, default=Icon.BUILDING, db_default=Icon.BUILDING)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("name",)
        constraints = (
            models.CheckConstraint(condition=models.Q(state__in=State.values), name="clinic_state"),
            models.CheckConstraint(condition=models.Q(idle_minutes__range=IDLE_RANGE), name="clinic_idle_minutes"),
            models.CheckConstraint(condition=models.Q(colour__in=["", *Colour.values]), name="clinic_colour"),
            models.CheckConstraint(condition=models.Q(icon__in=Icon.values), name="clinic_icon"),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @property
    def is_closed(self) -> bool:
        """Whether its people are answered with a page that says why, and nothing else."""
        return self.out_of_service or self.state != State.ACTIVE or self.deleted_at is not None

    @property
    def gone_at(self) -> datetime | None:
        """Until when a clinic in the bin can be brought back."""
        return self.deleted_at + KEPT if self.deleted_at is not None else None


class Blueprint(models.Model):
    """The statements that make a clinic's schema, collected once per release from the migrations.

    `fingerprint` is a digest of the migrations' sources; `statements` a list of SQL texts without parameters.
    """

    fingerprint = models.CharField(max_length=64, primary_key=True)
    statements: "models.JSONField[Any, list[str]]" = models.JSONField()
    collected_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.fingerprint[:12]


class PreparedSchema(models.Model):
    """A schema with its role, made ahead for the next new clinic of the release that `fingerprint` names."""

    schema_name = models.CharField(max_length=63, primary_key=True, default=opaque_name)
    fingerprint = models.CharField(max_length=64)
    prepared_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.schema_name


class Heartbeat(models.Model):
    """When a worker last said that it gets on; `worker` is its machine and its process."""

    web_may = "SELECT, INSERT, UPDATE, DELETE"

    worker = models.CharField(max_length=64, primary_key=True)
    started_at = models.DateTimeField(db_default=Now())
    beaten_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return self.worker


class RecurringRun(models.Model):
    """When a recurring work was last done, and until when one worker has it; `why` is what failed of it then."""

    web_may = "SELECT, INSERT, UPDATE"

    name = models.CharField(max_length=40, primary_key=True)
    done_at = models.DateTimeField(null=True)
    taken_until = models.DateTimeField(null=True)
    why = models.CharField(max_length=500, blank=True, db_default="")

    def __str__(self) -> str:
        return self.name


class DueWork(models.Model):
    """When a worker is to look next into a clinic for a `work` that few clinics have, instead of into every one."""

    web_may = "SELECT, INSERT, UPDATE, DELETE"

    work = models.CharField(max_length=40)
    clinic = models.ForeignKey(Clinic, on_delete=models.CASCADE, related_name="+")
    due_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("work", "clinic"), name="due_work_once"),)
        indexes = (models.Index(fields=["work", "due_at"], name="due_work_by_time"),)

    def __str__(self) -> str:
        return f"{self.work} {self.due_at}"
