"""A patient's link whose questionnaire was finished by mistake is opened again, with the answers there."""

from uuid import UUID

from django.db import transaction

from clinic.assessments.models import AnswerRequest, Assessment, AssessmentStatus
from clinic.assessments.models.requests import RequestState
from clinic.assessments.questionnaire.reopening import reopen_assessment
from clinic.assessments.record import refusals
from clinic.assessments.selfreport.actions import IssuedRequest, ask_again
from clinic.audit.actions import By
from clinic.tenancy.models import Clinic


def finished_request(assessment: Assessment) -> AnswerRequest | None:
    """The request by whose link the patient completed the assessment; None for any assessment that cannot be reopened.

    Only the last request tells: after an earlier link was finished and opened again, somebody of the clinic may have
    completed it.
    """
    if assessment.status != AssessmentStatus.COMPLETED or assessment.archived_at is not None:
        return None
    requests = AnswerRequest.objects.filter(assessment=assessment).select_related("patient", "user")
    last = requests.order_by("created_at", "id").last()
    return last if last is not None and last.state == RequestState.DONE else None


@transaction.atomic
def reopen_request(
    *, by: By, clinic: Clinic, assessment: Assessment, version: int, new_id: UUID, reason: str
) -> IssuedRequest:
    """Open the assessment again and make a new request and link for it, for as long as the last one. That stays done.

    Two calls with one `new_id` open it once, and the later link works. Raises NotOpen where the patient did not
    complete it by a link, and as `reopen_assessment` and `create_request`.
    """
    made = AnswerRequest.objects.filter(pk=new_id, assessment=assessment).exists()
    last = AnswerRequest.objects.get(pk=new_id) if made else finished_request(assessment)
    if last is None:
        raise refusals.NotOpen(
            "Only what the patient completed by a link, and nobody changed since, can be opened again."
        )
    issued = ask_again(last, by=by, clinic=clinic, new_id=new_id, assessment=assessment)
    if not made:  # after the request: whoever answers locks a request first, then its assessment and the patient
        reopen_assessment(by=by, id=assessment.pk, version=version, reason=reason)
    return issued
