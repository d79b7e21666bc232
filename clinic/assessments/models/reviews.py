"""Reviews: somebody looks at what came in while no clinician was there."""

from django.db import models

from clinic.assessments.models.alerts import Channel
from clinic.assessments.models.assessment import MADE, Assessment
from clinic.patients.models import SeenManager
from clinic.tenancy.records import ClinicModel, ClinicQuerySet

LONGEST_NOTE = 500
RULE = "rule"  # who reviews what the clinic lets pass, where others have the id of a user


class ReviewQuerySet(ClinicQuerySet["Review"]):
    def waiting(self) -> "ReviewQuerySet":
        """What nobody has looked at, of assessments that are neither archived nor cancelled."""
        return self.active().filter(reviewed_at=None)

    def active(self) -> "ReviewQuerySet":
        return self.filter(assessment__archived_at=None).exclude(assessment__status="cancelled")


class Review(ClinicModel):
    """An assessment that a patient or a program answered. It waits until somebody has looked at it.

    `came_at` is when it was last answered so. What is answered after a review waits again; the trail keeps the one
    before. What the clinic's rule lets pass is reviewed by RULE when it comes in.
    """

    web_may = "SELECT, INSERT, UPDATE"
    whose = "assessment__patient"
    index_for = {"review_waiting": "list of reviews and Today"}

    assessment = models.OneToOneField(
        Assessment, on_delete=models.PROTECT, primary_key=True, db_column="id", related_name="+"
    )
    channel = models.CharField(max_length=10, choices=Channel.choices, db_collation="C")
    came_at = models.DateTimeField()
    reviewed_at = models.DateTimeField(null=True, blank=True, editable=False)
    reviewed_by_id = models.CharField(max_length=64, blank=True, default="", editable=False)
    reviewed_by_name = models.CharField(max_length=200, blank=True, default="", editable=False)
    note = models.CharField(max_length=LONGEST_NOTE, blank=True, default="")

    objects = SeenManager.from_queryset(ReviewQuerySet)()  # type: ignore[assignment, misc]  # of the base

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(reviewed_at=None, reviewed_by_id="", note="")
                | (models.Q(reviewed_at__isnull=False) & ~models.Q(reviewed_by_id="")),
                name="review_is_by_somebody",
            ),
        )
        indexes = (
            models.Index(fields=["came_at", "assessment"], name="review_waiting", condition=models.Q(reviewed_at=None)),
        )

    def __str__(self) -> str:
        return f"{self.assessment_id}, {self.channel}"

    @property
    def waits(self) -> bool:
        return self.reviewed_at is None

    @property
    def is_by_rule(self) -> bool:
        return self.reviewed_by_id == RULE

    @property
    def is_partial(self) -> bool:
        return self.assessment.status not in MADE

    @property
    def channel_label(self) -> str:
        return self.get_channel_display()
