"""Requests: a patient is asked to answer an instrument by a link."""

import uuid
from datetime import datetime, timedelta

from django.db import models
from django.utils import timezone

from clinic.assessments.models.assessment import MADE, AssessmentStatus
from clinic.patients.models import Patient, SeenManager, Status
from clinic.staff.models import Practitioner
from clinic.tenancy.records import ClinicModel, ClinicQuerySet

MOST_TRIES = 5  # of wrong dates of birth or codes; after them the link leads nowhere
SHOWN = 10
PATIENCE = timedelta(days=2)
ENDED = (*MADE, AssessmentStatus.CANCELLED)  # what the assessment of a link may have become in the clinic


class RequestState(models.TextChoices):
    SENT = "sent", "Made"
    OPENED = "opened", "Opened"
    ANSWERING = "answering", "Partly answered"
    DONE = "done", "Done"
    EXPIRED = "expired", "Expired"
    REVOKED = "revoked", "Revoked"
    LOCKED = "locked", "Locked after five wrong tries"


OPEN = (RequestState.SENT, RequestState.OPENED, RequestState.ANSWERING)


class AnswerRequestQuerySet(ClinicQuerySet["AnswerRequest"]):
    def open(self) -> "AnswerRequestQuerySet":
        """Requests that nothing has ended yet. Some may have expired meanwhile."""
        return self.filter(ended_at=None)

    def unanswered(self, now: datetime) -> "AnswerRequestQuerySet":
        """Those that somebody has to ask about: expired ones, and what was made `PATIENCE` ago and is not done yet.

        Nobody asks about who is archived or has died.
        """
        late = models.Q(expires_at__lte=now) | models.Q(created_at__lte=now - PATIENCE)
        waiting = self.open().filter(late, patient__archived_at=None).exclude(patient__status=Status.DECEASED)
        return waiting.exclude(assessment__status__in=ENDED)

    def recent(self, patient: Patient) -> "AnswerRequestQuerySet":
        """The patient's last requests, newest first."""
        newest = self.filter(patient=patient).order_by("-created_at", "id")
        return newest.select_related("assessment", "patient")[:SHOWN]


class AnswerRequest(ClinicModel):
    """One patient is asked to answer one instrument by a link, until `expires_at`.

    The clinic never stores the link's token. `title` is that of the instrument. `tries` counts wrong dates of birth
    and codes. `page` and `page_version` are those of the assessment, and are here for the release before alone.
    """

    web_may = "SELECT, INSERT, UPDATE"
    whose = "patient"
    index_for = {
        "answer_request_of_patient": "requests of a patient",
        "answer_request_waiting": "list of requests and Today",
    }

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+", db_index=False)
    user = models.ForeignKey(Practitioner, on_delete=models.PROTECT, related_name="+", verbose_name="practitioner")
    instrument = models.CharField(max_length=60, db_collation="C")
    instrument_version = models.CharField(max_length=20, db_collation="C")
    title = models.CharField(max_length=200)
    language = models.CharField(max_length=10)
    state = models.CharField(max_length=20, choices=RequestState.choices, default=RequestState.SENT, db_collation="C")
    tries = models.PositiveSmallIntegerField(default=0)
    assessment = models.ForeignKey("assessments.Assessment", on_delete=models.PROTECT, null=True, related_name="+")
    page = models.UUIDField(null=True)
    page_version = models.PositiveIntegerField(null=True)
    expires_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by_id = models.CharField(max_length=64)
    created_by_name = models.CharField(max_length=200)

    objects = SeenManager.from_queryset(AnswerRequestQuerySet)()  # type: ignore[assignment, misc]  # of the base

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("patient", "instrument"), condition=models.Q(ended_at=None), name="answer_request_once_open"
            ),
            models.CheckConstraint(condition=models.Q(state__in=RequestState.values), name="answer_request_state"),
            models.CheckConstraint(
                condition=models.Q(state__in=OPEN, ended_at=None)
                | (~models.Q(state__in=OPEN) & models.Q(ended_at__isnull=False)),
                name="answer_request_open_until_it_ends",
            ),
            models.CheckConstraint(
                condition=models.Q(state=RequestState.LOCKED, tries=MOST_TRIES)
                | (~models.Q(state=RequestState.LOCKED) & models.Q(tries__lt=MOST_TRIES)),
                name="answer_request_locked_by_tries",
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=(RequestState.ANSWERING, RequestState.DONE))
                | models.Q(assessment__isnull=False, opened_at__isnull=False),
                name="answer_request_answers_are_somewhere",
            ),
            models.CheckConstraint(
                condition=~models.Q(state=RequestState.SENT, opened_at__isnull=False),
                name="answer_request_sent_is_unopened",
            ),
        )
        indexes = (
            models.Index(fields=["patient", "-created_at", "id"], name="answer_request_of_patient"),
            models.Index(
                fields=["user", "expires_at", "id"], name="answer_request_waiting", condition=models.Q(ended_at=None)
            ),
        )

    def __str__(self) -> str:
        return f"{self.instrument}, {self.state}"

    @property
    def status(self) -> RequestState:
        """The state, after the passing of time and after what the clinic did to the assessment or knows of the patient.

        Whoever is archived may still answer; the link of somebody who died leads nowhere.
        """
        if self.ended_at is None and self.assessment is not None:
            if self.assessment.made:
                return RequestState.DONE
            if self.assessment.status == "cancelled":
                return RequestState.REVOKED
        if self.ended_at is None and self.patient.status == Status.DECEASED:
            return RequestState.REVOKED
        if self.ended_at is None and self.expires_at <= timezone.now():
            return RequestState.EXPIRED
        return RequestState(self.state)

    @property
    def next_id(self) -> uuid.UUID:
        """The id of a request that replaces this one."""
        return uuid.uuid4()

    @property
    def status_label(self) -> str:
        return str(self.status.label)

    @property
    def open(self) -> bool:
        """Whether the link still opens the form."""
        return self.status in OPEN
