"""Files that somebody brings in, and what became of their rows. In the clinic's schema, with an end date."""

import uuid
from datetime import timedelta
from typing import Any

from django.db import models
from django.utils import timezone

from clinic.lists.models import Job
from clinic.tenancy.records import ClinicModel

KEPT = timedelta(days=30)  # after which file, faults and undo are gone


class Subject(models.TextChoices):
    """What the rows of a file are."""

    PATIENTS = "patients", "Patients"
    ASSESSMENTS = "assessments", "Assessments"


class Stage(models.TextChoices):
    ASKING = "asking", "Waiting for answers"
    CHECKING = "checking", "Being checked"
    CHECKED = "checked", "Checked"
    WRITING = "writing", "Being brought in"
    WRITTEN = "written", "Brought in"
    UNDOING = "undoing", "Being taken back"
    UNDONE = "undone", "Taken back"


class ImportBatch(ClinicModel):
    """One file. `facts` is what was found about it, `answers` what somebody said about it, both by plain names.

    `job` is the work that is done or was done last. `reached` is the last row that was written, in the transaction that
    wrote it, so that whoever takes the work up begins behind it. `found` is what the check found beside the counts: a
    preview, notices, what is still to be asked.
    """

    web_may = "SELECT, INSERT, UPDATE"
    index_for = {"import_by_created": "list of imports"}
    trail_name = "import"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    about = models.CharField(
        max_length=20, choices=Subject.choices, default=Subject.PATIENTS, db_default=Subject.PATIENTS
    )
    file_name = models.CharField(max_length=200)
    kind = models.CharField(max_length=10)
    size = models.PositiveBigIntegerField()
    checksum = models.CharField(max_length=64)
    stage = models.CharField(max_length=10, choices=Stage.choices, default=Stage.ASKING)
    facts: "models.JSONField[Any, dict[str, Any]]" = models.JSONField(default=dict)
    answers: "models.JSONField[Any, dict[str, Any]]" = models.JSONField(default=dict)
    found: "models.JSONField[Any, dict[str, Any]]" = models.JSONField(default=dict)
    job = models.ForeignKey(Job, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    rows = models.PositiveIntegerField(default=0)
    good = models.PositiveIntegerField(default=0)
    here = models.PositiveIntegerField(default=0)
    faulty = models.PositiveIntegerField(default=0)
    created = models.PositiveIntegerField(default=0)
    removed = models.PositiveIntegerField(default=0)
    reached = models.PositiveIntegerField(default=0)
    version = models.PositiveIntegerField(default=1)
    by_id = models.CharField(max_length=64)
    by_name = models.CharField(max_length=200)
    created_at = models.DateTimeField(default=timezone.now)
    written_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (models.Index(fields=["-created_at", "-id"], name="import_by_created"),)
        constraints = (
            models.CheckConstraint(condition=models.Q(stage__in=Stage.values), name="import_stage"),
            models.CheckConstraint(condition=models.Q(about__in=Subject.values), name="import_about"),
        )

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def is_busy(self) -> bool:
        return self.stage in (Stage.CHECKING, Stage.WRITING, Stage.UNDOING)

    @property
    def can_be_answered(self) -> bool:
        """Whether nothing of it was written and nobody is at it, so that it may be read otherwise."""
        return self.stage in (Stage.ASKING, Stage.CHECKED)

    @property
    def stage_label(self) -> str:
        return self.get_stage_display()


class ImportPart(ClinicModel):
    """A piece of a file, in order."""

    web_may = "SELECT, INSERT, DELETE"

    id = models.BigAutoField(primary_key=True)
    batch = models.ForeignKey(ImportBatch, on_delete=models.CASCADE, related_name="+", db_index=False)
    number = models.PositiveIntegerField()
    content = models.BinaryField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("batch", "number"), name="import_part_once"),)

    def __str__(self) -> str:
        return str(self.number)


class ImportFault(ClinicModel):
    """What is wrong with a row, or, where `is_here`, that what it says is in the record already.

    `column` is the heading that it is about, empty for the row as a whole.
    """

    web_may = "SELECT, INSERT, DELETE"
    index_for = {"import_fault_by_row": "faults of an import"}

    id = models.BigAutoField(primary_key=True)
    batch = models.ForeignKey(ImportBatch, on_delete=models.CASCADE, related_name="+", db_index=False)
    row = models.PositiveIntegerField()
    column = models.CharField(max_length=200, blank=True)
    value = models.CharField(max_length=200, blank=True)
    message = models.CharField(max_length=500)
    is_here = models.BooleanField(default=False)

    class Meta:
        indexes = (models.Index(fields=["batch", "is_here", "row", "id"], name="import_fault_by_row"),)

    def __str__(self) -> str:
        return str(self.row)


class ImportedRecord(ClinicModel):
    """A record that a row of a file became; `reason` is why taking the file back left it."""

    web_may = "SELECT, INSERT, UPDATE"
    index_for = {"imported_record_by_row": "what an import brought, to be shown and taken back"}

    id = models.BigAutoField(primary_key=True)
    batch = models.ForeignKey(ImportBatch, on_delete=models.CASCADE, related_name="+", db_index=False)
    row = models.PositiveIntegerField()
    record_id = models.UUIDField()
    reason = models.CharField(max_length=200, blank=True, default="")
    is_removed = models.BooleanField(default=False)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("record_id",), name="imported_record_once"),)
        indexes = (models.Index(fields=["batch", "row"], name="imported_record_by_row"),)

    def __str__(self) -> str:
        return str(self.record_id)


class ColumnMemory(ClinicModel):
    """Which field the clinic last took a column of this heading for.

    Headings of other files than of patients have what tells them apart before them: "assessments: Date", "phq-9: D1".
    """

    web_may = "SELECT, INSERT, UPDATE"

    id = models.BigAutoField(primary_key=True)
    heading = models.CharField(max_length=200)
    target = models.CharField(max_length=60, blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("heading",), name="column_memory_once"),)

    def __str__(self) -> str:
        return self.heading
