"""Records of a moment that a test names."""

from datetime import datetime

from clinic.assessments.models import AnswerRequest
from clinic.patients.models import Patient


def make_link(patient: Patient, moment: datetime) -> AnswerRequest:
    """A link that was made then, and is revoked."""
    row = AnswerRequest.objects.create(
        patient=patient, user=patient.user, instrument="phq-9", instrument_version="1", title="PHQ-9", language="en",
        state="revoked", expires_at=moment, ended_at=moment, created_by_id="x",
    )  # fmt: skip
    AnswerRequest.objects.filter(pk=row.pk).update(created_at=moment)
    return row
