"""Notes of contacts: what was said or sent between assessments, and what a note said before each amendment."""

import uuid

from django.db import models

from clinic.patients.models import Patient, SeenManager
from clinic.tenancy.records import ClinicModel, ClinicQuerySet

LONGEST_NOTE, LONGEST_REASON = 5000, 500


class ContactKind(models.TextChoices):
    """How a contact came about."""

    TELEPHONE = "telephone", "Telephone"
    VISIT = "visit", "Visit"
    LETTER = "letter", "Letter"
    MESSAGE = "message", "Message"
    CORRECTION = "correction", "Asks to correct the record"
    DISCLOSURE = "disclosure", "Disclosed to others"
    OTHER = "other", "Other"


NOT_WITH_THE_PATIENT = (ContactKind.DISCLOSURE,)


class ContactNoteQuerySet(ClinicQuerySet["ContactNote"]):
    def of_contacts(self) -> "ContactNoteQuerySet":
        """What stands, and was said to or heard from the patient."""
        return self.filter(struck_at=None).exclude(kind__in=NOT_WITH_THE_PATIENT)

    def newest_first(self) -> "ContactNoteQuerySet":
        return self.order_by("-date", "-created_at", "-id")


class ContactNote(ClinicModel):
    """What somebody wrote of one contact with one patient. It is amended or struck out with a reason, never deleted.

    Its words are clinical: whoever may see answers may see them. `written_by` wrote it first; `version` counts
    amendments and the striking out.
    """

    web_may = "SELECT, INSERT, UPDATE"
    whose = "patient"
    index_for = {"contact_note_of_patient": "notes and timeline of a patient"}

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+", db_index=False)
    date = models.DateField()
    kind = models.CharField(max_length=20, choices=ContactKind.choices, db_collation="C")
    text = models.TextField(max_length=LONGEST_NOTE)
    written_by_id = models.CharField(max_length=64, editable=False)
    written_by_name = models.CharField(max_length=200, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    struck_at = models.DateTimeField(null=True, editable=False)
    struck_by_id = models.CharField(max_length=64, default="", editable=False)
    struck_by_name = models.CharField(max_length=200, default="", editable=False)
    struck_reason = models.CharField(max_length=LONGEST_REASON, default="", editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = SeenManager.from_queryset(ContactNoteQuerySet)()  # type: ignore[assignment, misc]  # of the base

    class Meta:
        constraints = (
            models.CheckConstraint(condition=models.Q(kind__in=ContactKind.values), name="contact_note_kind"),
            models.CheckConstraint(condition=~models.Q(text=""), name="contact_note_has_words"),
            models.CheckConstraint(
                condition=models.Q(struck_at=None, struck_by_id="", struck_reason="")
                | (models.Q(struck_at__isnull=False) & ~models.Q(struck_by_id="") & ~models.Q(struck_reason="")),
                name="contact_note_struck_for_a_reason",
            ),
        )
        indexes = (models.Index(fields=["patient", "-date", "-created_at", "-id"], name="contact_note_of_patient"),)

    def __str__(self) -> str:
        return f"{self.kind} on {self.date}"

    @property
    def kind_label(self) -> str:
        return self.get_kind_display()

    @property
    def stands(self) -> bool:
        return self.struck_at is None

    @property
    def is_amended(self) -> bool:
        return self.version > (1 if self.stands else 2)


class ContactNoteRevision(ClinicModel):
    """A note as it was before an amendment: `date`, `kind` and `text` are what it said then. Insert-only."""

    web_may = "SELECT, INSERT"
    whose = "note__patient"

    id = models.BigAutoField(primary_key=True)
    note = models.ForeignKey(ContactNote, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    by_id = models.CharField(max_length=64)
    by_name = models.CharField(max_length=200)
    reason = models.CharField(max_length=LONGEST_REASON)
    date = models.DateField()
    kind = models.CharField(max_length=20, choices=ContactKind.choices, db_collation="C")
    text = models.TextField(max_length=LONGEST_NOTE)

    objects = SeenManager.from_queryset(ClinicQuerySet)()  # type: ignore[assignment, misc]  # of the base

    class Meta:
        constraints = (
            models.CheckConstraint(condition=~models.Q(reason=""), name="contact_note_revision_has_a_reason"),
        )

    def __str__(self) -> str:
        return f"{self.note_id} before {self.at}"

    @property
    def kind_label(self) -> str:
        return self.get_kind_display()
