"""Lock a session to one form on a shared device, and unlock it by the password of whoever is signed in."""

from uuid import UUID

from django.db import transaction

from clinic.access import Request
from clinic.accounts.sessions import CLINIC_KEY, SHARED_DEVICE_KEY
from clinic.assessments.models import Assessment
from clinic.assessments.record.refusals import NotOpen
from clinic.audit.actions import By, record


@transaction.atomic
def lock_device(request: Request, *, by: By, id: UUID) -> None:
    """Lock the session to the form of one assessment; raises NotOpen for one that is not open."""
    assessment = Assessment.objects.open().exclude(instrument="").filter(pk=id).first()
    if assessment is None:
        raise NotOpen("Only an assessment that is not completed can be answered on a shared device.")
    record("handover.begun", assessment, by=by)
    request.session[SHARED_DEVICE_KEY] = str(assessment.pk)
    request.session[CLINIC_KEY] = str(request.clinic.pk)


@transaction.atomic
def unlock_device(request: Request, *, by: By) -> None:
    """Unlock the session. The caller has checked the password."""
    assessment = Assessment.objects.filter(pk=UUID(request.shared_device)).first()
    if assessment is not None:
        record("handover.left", assessment, by=by)
    del request.session[SHARED_DEVICE_KEY]
