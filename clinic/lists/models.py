"""What people keep of lists, and the work on many rows that runs beside the pages. In the clinic's schema."""

import uuid
from datetime import date, timedelta
from typing import Any

from django.db import models
from django.utils import timezone

from clinic.access import Actor
from clinic.tenancy.records import ClinicModel, ClinicQuerySet

# A worker's right to a job, from when it was last at it; then another takes the job up.
LEASE = timedelta(seconds=30)
LOST_AFTER = timedelta(seconds=60)  # then the page says that nothing happens
FILES_KEPT = timedelta(days=7)


class SavedViewQuerySet(ClinicQuerySet["SavedView"]):
    def seen_by(self, person: str) -> "SavedViewQuerySet":
        """Somebody's own views, and those that are shared with the clinic."""
        return self.filter(models.Q(owner_id=person) | models.Q(is_shared=True))


class SavedView(ClinicModel):
    """A list as somebody narrowed and sorted it: `query` is its address after the question mark."""

    web_may = "SELECT, INSERT, UPDATE, DELETE"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    list = models.CharField(max_length=40)
    name = models.CharField(max_length=100)
    query = models.CharField(max_length=2000, blank=True)
    owner_id = models.UUIDField()
    owner_name = models.CharField(max_length=200)
    is_shared = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = SavedViewQuerySet.as_manager()  # type: ignore[misc]  # of the base

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("owner_id", "list", "name"), name="saved_view_name_once"),
            models.CheckConstraint(condition=~models.Q(name=""), name="saved_view_has_a_name"),
        )

    def __str__(self) -> str:
        return self.name


class JobState(models.TextChoices):
    WAITING = "waiting", "Waiting"
    RUNNING = "running", "Running"
    DONE = "done", "Done"
    STOPPED = "stopped", "Stopped"
    CANCELLED = "cancelled", "Cancelled"


class JobQuerySet(ClinicQuerySet["Job"]):
    def begun_by(self, person: str) -> "JobQuerySet":
        return self.filter(by_id=person)


class Job(ClinicModel):
    """Work on many rows, done by the worker in transactions of a few hundred each.

    `work` is the dotted name of the function that does it, `undo_work` of the one that takes it back (empty where
    that is impossible). `parameters` holds what was asked for: `query`, the list's address after the question mark,
    and the action's own. `expected` is how many rows the person was told, None where the rows were picked by hand.

    The job is the truth about who works at it: `worker`, by the `token` that grows each time the job is taken, for
    `LEASE` from `touched_at`. How many rows were changed, were so already or failed is counted from its items.
    `file_digest` is the SHA-256 of the file that it made, in hexadecimal.
    """

    web_may = "SELECT, INSERT, UPDATE"
    index_for = {
        "job_by_created": "list of jobs, the clinic's",
        "job_by_person": "list of jobs, one's own",
    }

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    list = models.CharField(max_length=40)
    label = models.CharField(max_length=200)
    work = models.CharField(max_length=200)
    undo_work = models.CharField(max_length=200, blank=True)
    parameters: "models.JSONField[Any, dict[str, Any]]" = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=JobState.choices, default=JobState.WAITING)
    expected = models.PositiveIntegerField(null=True)
    total = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)
    message = models.CharField(max_length=500, blank=True)
    file_name = models.CharField(max_length=100, blank=True)
    file_digest = models.CharField(max_length=64, blank=True, default="", db_default="")
    token = models.PositiveIntegerField(default=0, db_default=0)
    worker = models.CharField(max_length=64, blank=True, default="", db_default="")
    undoes = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="undone_by", db_index=False)
    by_id = models.CharField(max_length=64)
    by_name = models.CharField(max_length=200)
    created_at = models.DateTimeField(auto_now_add=True)
    touched_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)

    objects = JobQuerySet.as_manager()  # type: ignore[misc]  # of the base

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("undoes",), name="job_undone_once"),
            models.CheckConstraint(condition=models.Q(state__in=JobState.values), name="job_state"),
        )
        indexes = (
            models.Index(fields=["-created_at", "-id"], name="job_by_created"),
            models.Index(fields=["by_id", "-created_at", "-id"], name="job_by_person"),
        )

    def __str__(self) -> str:
        return self.label

    @property
    def done(self) -> int:
        """How many rows are through, whatever became of them."""
        return self.changed + self.unchanged + self.failed

    @property
    def waiting(self) -> int:
        """How many rows were not reached; of a file that is not whole nothing is said."""
        return max(self.total - self.done, 0)

    @property
    def is_open(self) -> bool:
        return self.state in (JobState.WAITING, JobState.RUNNING)

    @property
    def by(self) -> Actor:
        """Whom the trail names for what the job writes: who began it."""
        return Actor(self.by_id, self.by_name)

    @property
    def permissions(self) -> frozenset[str]:
        """What it takes to do this work and to look after it; to take work back, what that work took."""
        parameters = (self.undoes or self).parameters
        return frozenset([parameters["permission"], *parameters.get("needs", ())])

    @property
    def is_leased(self) -> bool:
        """Whether a worker has it and was at it just now."""
        return self.state == JobState.RUNNING and timezone.now() - self.touched_at <= LEASE

    @property
    def was_ended_early(self) -> bool:
        return self.state in (JobState.STOPPED, JobState.CANCELLED)

    @property
    def looks_lost(self) -> bool:
        """Whether nobody has been at it for so long that its worker must be gone, or none is running."""
        return self.is_open and timezone.now() - self.touched_at > LOST_AFTER

    @property
    def created_on(self) -> date:
        return timezone.localdate(self.created_at)

    @property
    def state_label(self) -> str:
        return self.get_state_display()


class ItemState(models.TextChoices):
    WAITING = "waiting"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    FAILED = "failed"


class JobItem(ClinicModel):
    """One row that a job is about: what became of it, and with `before` and `version` how to take it back."""

    web_may = "SELECT, INSERT, UPDATE"
    index_for = {"job_item_by_state": "what a job has left to do, by the worker"}

    id = models.BigAutoField(primary_key=True)
    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="items", db_index=False)
    record_id = models.UUIDField()
    state = models.CharField(max_length=10, choices=ItemState.choices, default=ItemState.WAITING)
    before: "models.JSONField[Any, dict[str, Any] | None]" = models.JSONField(null=True)
    version = models.PositiveIntegerField(null=True)
    reason = models.CharField(max_length=200, blank=True)

    objects = ClinicQuerySet.as_manager()  # type: ignore[misc]  # of the base

    class Meta:
        constraints = (models.UniqueConstraint(fields=("job", "record_id"), name="job_item_once"),)
        indexes = (models.Index(fields=["job", "state", "id"], name="job_item_by_state"),)

    def __str__(self) -> str:
        return str(self.record_id)


class JobPart(ClinicModel):
    """A piece of the file that a job made, in order. In the clinic's schema, so that its wall stands around it."""

    web_may = "SELECT, INSERT, DELETE"

    id = models.BigAutoField(primary_key=True)
    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="parts", db_index=False)
    number = models.PositiveIntegerField()
    rows = models.PositiveIntegerField(default=0, db_default=0)
    content = models.BinaryField()

    objects = ClinicQuerySet.as_manager()  # type: ignore[misc]  # of the base

    class Meta:
        constraints = (models.UniqueConstraint(fields=("job", "number"), name="job_part_once"),)

    def __str__(self) -> str:
        return str(self.number)
