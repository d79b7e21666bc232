"""Ask a patient to answer by a link, and save what comes back through it."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from clinic.access import Actor
from clinic.accounts.links import close_links, issue_link
from clinic.assessments.alerts.actions import claim_mail
from clinic.assessments.models import Assessment, AssessmentStatus
from clinic.assessments.models.requests import MOST_TRIES, AnswerRequest, RequestState
from clinic.assessments.questionnaire.actions import AssessmentState, Responses, change_responses, start_assessment
from clinic.assessments.record import refusals
from clinic.audit.actions import By, record
from clinic.instruments.catalogue import find_version
from clinic.instruments.definitions import Definition
from clinic.patients.models import BirthPrecision, Patient
from clinic.staff.models import Practitioner
from clinic.tenancy.models import Clinic

REQUEST_LOCK = 7_302_413  # the advisory lock under which a clinic begins requests
CODE_DIGITS = 6


class NotByPatient(ValueError):
    """Patients do not answer this instrument themselves."""


class RequestEnded(Exception):
    """The request has ended, and its link with it."""


@dataclass(frozen=True)
class IssuedRequest:
    """A request with the token of its link. The token is known only now, and empty where the link was made before."""

    request: AnswerRequest
    token: str


def patient_actor(id: UUID) -> Actor:
    """The actor of what a patient writes. The id is that of the request, or of the assessment on a shared device."""
    return Actor(f"patient:{id}", "Patient")


@transaction.atomic
def create_request(
    *,
    by: By,
    clinic: Clinic,
    id: UUID,
    patient: Patient,
    user: Practitioner | None,
    definition: Definition,
    language: str,
    days: int,
    assessment: Assessment | None = None,
) -> IssuedRequest:
    """Ask the patient. An open request for the same instrument ends, and its link with it.

    Two calls with one `id` create one request and one link. Raises NotForPatient, without a `user` too,
    NotByPatient, and RequestEnded for the id of an ended request.
    """
    refusals.check_asked(patient)
    refusals.check_patient(definition, patient, timezone.localdate())
    user = refusals.check_practitioner(user)
    if definition.answered_by != "patient":
        raise NotByPatient(f"{definition.title} is answered by whoever examines the patient.")
    with connection.cursor() as cursor:  # not the patient's row: whoever answers locks a request first, then that row
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(current_schema()), %s)", [REQUEST_LOCK])
    request, token = AnswerRequest.objects.filter(pk=id, patient=patient).first(), ""
    if request is None:
        for older in AnswerRequest.objects.open().filter(patient=patient, instrument=definition.id):
            revoke_request(by=by, id=older.pk)
        request = AnswerRequest.objects.create(
            pk=id,
            patient=patient,
            user=user,
            instrument=definition.id,
            instrument_version=definition.version,
            title=definition.title,
            language=language,
            assessment=assessment,
            expires_at=timezone.now() + timedelta(days=days),
            created_by_id=by.id,
            created_by_name=by.name,
        )
        changes = {"patient": [None, str(patient.pk)], "instrument": [None, definition.id], "days": [None, days]}
        record("request.created", request, by=by, changes=changes)
        token = issue_link(clinic=clinic, request_id=request.pk, expires_at=request.expires_at)
    elif not request.open:
        raise RequestEnded
    return IssuedRequest(request, token)


def renew_request(*, by: By, clinic: Clinic, id: UUID, new_id: UUID) -> IssuedRequest:
    """Replace a request and its link. The old link stops working; the responses so far are kept.

    The new request asks the same version and lasts as long as the old one did. Raises AnswerRequest.DoesNotExist and as
    `create_request`.
    """
    old = AnswerRequest.objects.select_related("patient", "user", "assessment").get(pk=id)
    kept = old.assessment
    if kept is not None and kept.status not in (AssessmentStatus.PLANNED, AssessmentStatus.IN_PROGRESS):
        kept = None
    return ask_again(old, by=by, clinic=clinic, new_id=new_id, assessment=kept)


def ask_again(
    old: AnswerRequest, *, by: By, clinic: Clinic, new_id: UUID, assessment: Assessment | None
) -> IssuedRequest:
    """Make a request that asks the same as an earlier one, for as long. Raises as `create_request`."""
    return create_request(
        by=by,
        clinic=clinic,
        id=new_id,
        patient=old.patient,
        user=old.user,
        definition=find_version(old.instrument, old.instrument_version),
        language=old.language,
        days=max(1, (old.expires_at - old.created_at).days),
        assessment=assessment,
    )


@transaction.atomic
def revoke_request(*, by: By, id: UUID) -> AnswerRequest:
    """End a request and its link. The responses so far are kept. An ended request stays as it is."""
    request = _locked(id)
    if request.ended_at is None:
        expired = request.status == RequestState.EXPIRED
        _end(request, RequestState.EXPIRED if expired else RequestState.REVOKED)
        record("request.expired" if expired else "request.revoked", request, by=by)
    return request


@transaction.atomic
def note_opened(*, id: UUID) -> None:
    """Note that the patient opened the link for the first time; raises RequestEnded."""
    request = _locked(id)
    if not request.open:
        raise RequestEnded
    if request.opened_at is None:
        request.state, request.opened_at = RequestState.OPENED, timezone.now()
        request.save()
        record("request.opened", request, by=patient_actor(id))


def asks_birth_date(patient: Patient) -> bool:
    """Whether a link asks for the date of birth; where the record does not hold it exactly, for the code."""
    return bool(patient.date_of_birth_precision == BirthPrecision.EXACT)


def answer_code(id: UUID, secret: str | None = None) -> str:
    """The six digits that open a request where no date of birth does. They are computed, and stored nowhere."""
    digest = salted_hmac("clinic.answer.code", str(id), secret=secret, algorithm="sha256").digest()
    return f"{int.from_bytes(digest) % 10**CODE_DIGITS:0{CODE_DIGITS}}"


def check_key(*, id: UUID, born: date | None = None, code: str = "") -> int | None:
    """None if the date of birth, or the code where that is asked for, is right; else count the try, and what is left.

    After the last try the request ends. Raises RequestEnded. Two tries at once are counted one after the other.
    """
    with transaction.atomic():
        request = _locked(id)
        if not request.open:
            raise RequestEnded
        if asks_birth_date(request.patient):
            right = born == request.patient.date_of_birth
        else:
            keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
            right = any(constant_time_compare(code, answer_code(id, key)) for key in keys)
        if right:
            return None
        request.tries += 1
        if request.tries >= MOST_TRIES:
            _end(request, RequestState.LOCKED)
            record("request.locked", request, by=patient_actor(id), changes={"tries": [0, request.tries]})
        else:
            request.save()
        return MOST_TRIES - request.tries


@transaction.atomic
def answer_request(
    *, id: UUID, answers: Responses, version: int | None, page: UUID | None, complete: bool = False
) -> AssessmentState:
    """Save all that a patient chose; with `complete` end the request.

    `version` is the one that the form `page` was made from. The form that saved last may save again with any version.
    Alerts that are raised claim the day's mail about the patient; the caller sends it. Raises RequestEnded, Changed and
    what `refusals` holds.
    """
    request = _locked(id)
    if not request.open:
        raise RequestEnded
    by = patient_actor(id)
    assessment = request.assessment
    if assessment is None:
        state = _begin(request, answers, complete=complete, by=by, page=page)
    else:
        state = change_responses(
            by=by, id=assessment.pk, version=version, answers=answers, replace=True, complete=complete, page=page
        )
    # The release before knows the copy of the form by the request.
    request.assessment, request.page, request.page_version = state.assessment, page, state.assessment.version
    request.opened_at = request.opened_at or timezone.now()
    if complete:
        _end(request, RequestState.DONE)
        record("request.completed", request, by=by, changes={"assessment": [None, str(state.assessment.pk)]})
    else:
        request.state = RequestState.ANSWERING if state.assessment.answers else RequestState.OPENED
        request.save()
    claim_mail(by=by, alerts=state.raised)
    return state


def _begin(request: AnswerRequest, answers: Responses, *, complete: bool, by: By, page: UUID | None) -> AssessmentState:
    return start_assessment(
        by=by,
        definition=find_version(request.instrument, request.instrument_version),
        patient=request.patient,
        user=request.user,
        date=timezone.localdate(),
        answers=answers,
        complete=complete,
        language=request.language,
        page=page,
    )


def _locked(id: UUID) -> AnswerRequest:
    """Lock the request for this transaction.

    Read related rows after this: a join would show them as they were before the wait for the lock.
    """
    return AnswerRequest.objects.select_for_update().get(pk=id)


def _end(request: AnswerRequest, state: RequestState) -> None:
    """End the request and close its links."""
    request.state, request.ended_at = state, timezone.now()
    request.save()
    close_links(request.pk)
