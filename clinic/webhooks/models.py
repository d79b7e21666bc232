"""Webhooks of a clinic, and what is sent to each."""

import uuid
from typing import Any

from django.db import models
from django.utils import timezone

from clinic.tenancy.records import ClinicModel, ClinicQuerySet

LONGEST_URL, LONGEST_NAME, LONGEST_WHY = 1000, 100, 200


class Event(models.TextChoices):
    """What a webhook can be told of."""

    ASSESSMENT_COMPLETED = "assessment.completed", "An assessment was completed"
    ALERT_RAISED = "alert.raised", "An alert was raised"
    PATIENT_CHANGED = "patient.changed", "A patient was registered, changed, archived, restored or merged"
    REQUEST_ANSWERED = "request.answered", "A patient answered by a link"


class OffWhy(models.TextChoices):
    """Why a webhook is off."""

    PERSON = "person", "Switched off"
    FAILED = "failed", "Switched off: nothing was accepted for days"
    GONE = "gone", "Switched off: the receiver answered 410, gone"
    RESTORED = "restored", "Switched off: the clinic was put back from a backup"


class WebhookQuerySet(ClinicQuerySet["Webhook"]):
    def active(self) -> "WebhookQuerySet":
        return self.filter(off_at=None)


class Webhook(ClinicModel):
    """An address that is told what happens in the clinic, and the secrets, sealed, by which it knows the clinic.

    It hears of what happened `since`, and has heard of the trail up to `number`. `failing_since` is when it first
    refused after it last accepted; after `failures` in a row it is left alone until `paused_until`.
    """

    web_may = "SELECT, INSERT, UPDATE, DELETE"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    name = models.CharField(max_length=LONGEST_NAME)
    url = models.CharField(max_length=LONGEST_URL)
    events: "models.JSONField[Any, list[str]]" = models.JSONField()
    secret = models.TextField(editable=False)
    secret_since = models.DateTimeField(default=timezone.now, editable=False)
    earlier_secret = models.TextField(blank=True, default="", editable=False)
    earlier_until = models.DateTimeField(null=True, editable=False)
    since = models.DateTimeField(default=timezone.now, editable=False)
    number = models.BigIntegerField(default=0, editable=False)
    off_at = models.DateTimeField(null=True, editable=False)
    off_why = models.CharField(max_length=10, choices=OffWhy.choices, blank=True, default="", editable=False)
    failing_since = models.DateTimeField(null=True, editable=False)
    failures = models.PositiveIntegerField(default=0, editable=False)
    paused_until = models.DateTimeField(null=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = WebhookQuerySet.as_manager()  # type: ignore[misc]  # of the base

    class Meta:
        ordering = ("name", "id")

    def __str__(self) -> str:
        return self.name

    @property
    def is_active(self) -> bool:
        return self.off_at is None

    @property
    def has_earlier(self) -> bool:
        """Whether what is sent is signed by the secret before, too."""
        return self.earlier_until is not None and self.earlier_until > timezone.now()

    @property
    def event_words(self) -> str:
        """What it is told, as one sentence: "An alert was raised; a patient answered by a link"."""
        first, *others = [str(Event(each).label) for each in self.events]
        return "; ".join([first, *(words[0].lower() + words[1:] for words in others)])

    @property
    def state_words(self) -> str:
        if self.off_at is not None:
            return str(OffWhy(self.off_why).label)
        return "Failing" if self.failing_since else "Active"


class DeliveryState(models.TextChoices):
    WAITING = "waiting", "Waiting"
    DELIVERED = "delivered", "Delivered"
    GIVEN_UP = "given_up", "Given up"
    DROPPED = "dropped", "Not sent: the webhook was switched off"


class Delivery(ClinicModel):
    """One event for one webhook, by ids alone: `number` is its place in the trail, `record_id` what keeps its order.

    `answer` is the status of the last answer, None where there was none; `why` says what went wrong.
    """

    web_may = "SELECT, INSERT, UPDATE, DELETE"
    index_for = {
        "webhook_delivery_next": "what is sent next, by the worker",
        "webhook_delivery_order": "whether an earlier one of the record waits",
        "webhook_delivery_by_time": "deliveries that are old enough to go",
    }

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    webhook = models.ForeignKey(Webhook, on_delete=models.CASCADE, related_name="+", db_index=False)
    number = models.BigIntegerField()
    event = models.CharField(max_length=40, choices=Event.choices)
    record_id = models.UUIDField()
    data: "models.JSONField[Any, dict[str, Any]]" = models.JSONField()
    at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=DeliveryState.choices, default=DeliveryState.WAITING)
    tries = models.PositiveSmallIntegerField(default=0)
    tried_at = models.DateTimeField(null=True)
    next_at = models.DateTimeField(null=True)
    answer = models.PositiveSmallIntegerField(null=True)
    why = models.CharField(max_length=LONGEST_WHY, blank=True, default="")

    class Meta:
        constraints = (models.UniqueConstraint(fields=("webhook", "number"), name="webhook_delivery_once"),)
        indexes = (
            models.Index(
                fields=["webhook", "next_at", "number"],
                condition=models.Q(state="waiting"),
                name="webhook_delivery_next",
            ),
            models.Index(
                fields=["webhook", "record_id", "number"],
                condition=models.Q(state="waiting"),
                name="webhook_delivery_order",
            ),
            models.Index(fields=["at"], name="webhook_delivery_by_time"),
        )

    def __str__(self) -> str:
        return f"{self.event} {self.number}"

    @property
    def can_be_sent_again(self) -> bool:
        return self.state != DeliveryState.WAITING
