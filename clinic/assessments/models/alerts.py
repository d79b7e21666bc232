"""Alerts: responses that need action."""

import uuid
from datetime import date

from django.db import models
from django.db.models.functions import RowNumber
from django.utils import timezone

from clinic.patients.models import Patient, SeenManager
from clinic.tenancy.records import ClinicModel, ClinicQuerySet


class Channel(models.TextChoices):
    """How a response came in."""

    STAFF = "staff", "Written down by staff"
    DEVICE = "device", "By the patient on a shared device"
    LINK = "link", "By the patient's link"
    PROGRAM = "program", "By a program"


def channel_of(writer_id: str, assessment_id: uuid.UUID) -> Channel:
    """The channel of who wrote a response. A patient writes as their request, or as the assessment on the device."""
    kind, _, key = writer_id.partition(":")
    if kind == "patient":
        return Channel.DEVICE if key == str(assessment_id) else Channel.LINK
    return Channel.PROGRAM if kind == "client" else Channel.STAFF


# How much an alert presses: its severity while it is open, and nothing once somebody acknowledged it.
URGENCY = models.Case(
    models.When(acknowledged_at=None, then="severity"), output_field=models.PositiveSmallIntegerField()
)
WORST_FIRST = (URGENCY.desc(nulls_last=True), models.F("raised_at").asc(), models.F("id").desc(nulls_last=True))


class AlertQuerySet(ClinicQuerySet["Alert"]):
    def open(self) -> "AlertQuerySet":
        """Alerts that nobody has acknowledged."""
        return self.filter(acknowledged_at=None)

    def leading(self) -> "AlertQuerySet":
        """One alert of each patient: of those that are open the first of `worst_first`, else the last acknowledged.

        Asked as a CASE, PostgreSQL expects that half of them lead, and walks the order until it has a page; of an id
        that equals something it expects one, and reads all.
        """
        same = Alert.objects.filter(patient=models.OuterRef("patient"))
        pressing, *rest = WORST_FIRST
        first = same.order_by(pressing, models.F("acknowledged_at").desc(nulls_first=True), *rest)
        leads = models.When(pk=models.Subquery(first.values("pk")[:1]), then=True)
        return self.filter(models.Case(leads, default=False, output_field=models.BooleanField()))

    def worst_first(self) -> "AlertQuerySet":
        return self.order_by(*WORST_FIRST)

    def with_places(self) -> "AlertQuerySet":
        """With the `place` of each among the open or the acknowledged ones of its patient, instrument and rule, the
        newest first, and how many acknowledged ones there are: `closed_ones`."""
        same = ["patient", "assessment__instrument", "rule"]
        closed = models.ExpressionWrapper(models.Q(acknowledged_at__isnull=False), models.BooleanField())
        place = models.Window(RowNumber(), partition_by=[*same, closed], order_by=["-raised_at", "-pk"])
        return self.annotate(place=place, closed_ones=models.Window(models.Count("acknowledged_at"), partition_by=same))

    def with_urgency(self) -> "AlertQuerySet":
        return self.annotate(urgency=URGENCY)


class Alert(ClinicModel):
    """A response that needs action. It is open until somebody acknowledges it with a note of what was done.

    A changed response does not close the alert: the patient did respond so. An assessment has at most one open alert of
    a rule. `points` says how bad the response was; a worse one after an acknowledgement raises another alert.
    `answer` is the response in words, empty where a total raised the alert.
    `raised_by_id` and `raised_by_name` are of whoever gave the worst response, and `link_made_by` names who made the
    link that it came by. `told_on` is the day on which a mail told the practitioner.
    """

    web_may = "SELECT, INSERT, UPDATE"
    whose = "patient"
    index_for = {
        "risk_alert_open": "list of alerts of the API",
        "alert_worst_first": "alerts on Today, list of alerts",
        "alert_of_patient": "list of alerts, alerts of a patient",
    }
    trail_name = "riskalert"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+", db_index=False)
    assessment = models.ForeignKey("assessments.Assessment", on_delete=models.PROTECT, related_name="alerts")
    rule = models.CharField(max_length=60)
    text = models.CharField(max_length=500)
    severity = models.PositiveSmallIntegerField()
    points = models.DecimalField(max_digits=8, decimal_places=2)
    raised_at = models.DateTimeField(auto_now_add=True)
    raised_by_id = models.CharField(max_length=64)
    raised_by_name = models.CharField(max_length=200)
    answer = models.CharField(max_length=500, blank=True, default="", db_default="")
    link_made_by = models.CharField(max_length=200, blank=True, default="", db_default="")
    told_on = models.DateField(null=True, blank=True, editable=False)
    acknowledged_at = models.DateTimeField(null=True, blank=True, editable=False)
    acknowledged_by_id = models.CharField(max_length=64, blank=True, default="")
    acknowledged_by_name = models.CharField(max_length=200, blank=True, default="")
    note = models.TextField(max_length=2000, blank=True, default="")

    objects = SeenManager.from_queryset(AlertQuerySet)()  # type: ignore[assignment, misc]  # of the base

    class Meta:
        db_table = "assessments_riskalert"
        ordering = ("raised_at", "id")
        constraints = (
            models.UniqueConstraint(
                fields=("assessment", "rule"),
                name="risk_alert_once_open",
                condition=models.Q(acknowledged_at=None),
            ),
            models.CheckConstraint(condition=models.Q(severity__lte=4), name="risk_alert_severity"),
            models.CheckConstraint(
                condition=models.Q(acknowledged_at=None, note="", acknowledged_by_id="")
                | (models.Q(acknowledged_at__isnull=False) & ~models.Q(note="") & ~models.Q(acknowledged_by_id="")),
                name="risk_alert_acknowledged_with_a_note",
            ),
        )
        indexes = (
            models.Index(fields=["raised_at", "id"], name="risk_alert_open", condition=models.Q(acknowledged_at=None)),
            models.Index(*WORST_FIRST, name="alert_worst_first", condition=models.Q(acknowledged_at=None)),
            # As `leading` has them, which so looks no alert up.
            models.Index(
                "patient",
                WORST_FIRST[0],
                models.F("acknowledged_at").desc(nulls_first=True),
                *WORST_FIRST[1:],
                include=["severity"],
                name="alert_of_patient",
            ),
        )

    def __str__(self) -> str:
        return f"{self.rule} {self.assessment_id}"

    @property
    def open(self) -> bool:
        return self.acknowledged_at is None

    @property
    def channel(self) -> Channel:
        return channel_of(self.raised_by_id, self.assessment_id)

    @property
    def answered_by(self) -> str:
        """By whom the response was given or written down, in words."""
        if self.channel == Channel.DEVICE:
            return "the patient, on a shared device"
        if self.channel == Channel.LINK:
            return (
                f"the patient, by a link made by {self.link_made_by}" if self.link_made_by else "the patient, by a link"
            )
        return f"{self.raised_by_name}, a program" if self.channel == Channel.PROGRAM else self.raised_by_name

    @property
    def seen(self) -> str:
        """What a form sends back to say that this alert was shown, and how bad the answer was."""
        return f"{self.pk}/{self.points}"

    @property
    def raised_on(self) -> date:
        return timezone.localdate(self.raised_at)

    @property
    def state_label(self) -> str:
        return "Open" if self.open else f"Acknowledged by {self.acknowledged_by_name}"
