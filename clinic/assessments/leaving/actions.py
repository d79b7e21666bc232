"""What becomes of what somebody has in the clinic when their membership ends: closed, or somebody else's."""

from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from clinic.accounts.models import Membership
from clinic.accounts.sessions import end_sessions, sessions_to_end
from clinic.assessments.models.requests import AnswerRequest
from clinic.assessments.of_patients import pass_on_patients, patient_count
from clinic.assessments.selfreport.actions import revoke_request
from clinic.audit.actions import By
from clinic.lists.models import Job, JobState, SavedView
from clinic.staff import members
from clinic.staff.models import NOBODY, Practitioner
from clinic.tenancy.models import Clinic

OPEN_JOBS = (JobState.WAITING, JobState.RUNNING)
STOPPED = "Whoever began this was removed from the clinic. What was left then stays as it is."


@dataclass(frozen=True)
class Belongings:
    """How much of each somebody has open or in hand; the sessions are those that end with the membership."""

    sessions: int
    devices: int
    jobs: int
    links: int
    patients: int
    views: int


def belongings_of(clinic: Clinic, user_id: UUID) -> Belongings:
    """Asked in the clinic's scope."""
    sessions, devices = sessions_to_end(clinic, user_id)
    return Belongings(
        sessions=len(sessions),
        devices=devices,
        jobs=_jobs(user_id).count(),
        links=_requests(user_id).count(),
        patients=patient_count(user_id),
        views=_shared_views(user_id).count(),
    )


@transaction.atomic
def remove_member(
    *, by: By, clinic: Clinic, user_id: UUID, heir: Practitioner | None = None, leave_taken: bool = False,
    to_nobody: bool = False,
) -> Membership:  # fmt: skip
    """End a membership with all that it has open; patients and shared views go to `heir`, where there is one.

    With `to_nobody` the patients are nobody's until somebody takes them; shared views stay, as without an heir.

    Raises NamesTaken unless `leave_taken`, and as `members.end_membership` does; then nothing was written.
    """
    members.lock_people()
    had = belongings_of(clinic, user_id)
    changes: dict[str, Any] = {name: [count, 0] for name, count in asdict(had).items() if count}
    for name in ("patients", "views"):
        changes.pop(name, None)
    # Jobs come before patients: a worker locks its job first, and then the patients of a batch.
    _jobs(user_id).update(state=JobState.STOPPED, message=STOPPED, finished_at=timezone.now())
    end_sessions(clinic, user_id)
    for request in _requests(user_id):
        revoke_request(by=by, id=request.pk)
    if heir is not None or to_nobody:
        to = heir.pk if heir is not None else None
        given = pass_on_patients(by=by, leaver=user_id, heir=to, leave_taken=leave_taken)
        views = _pass_on_views(user_id, heir) if heir is not None else 0
        changes["passed_on"] = [None, {"to": str(to or NOBODY), "patients": given, "views": views}]
    return members.end_membership(by=by, clinic=clinic, user_id=user_id, changes=changes)


def _jobs(user_id: UUID) -> Any:
    return Job.objects.begun_by(str(user_id)).filter(state__in=OPEN_JOBS)


def _requests(user_id: UUID) -> Any:
    return AnswerRequest.objects.open().filter(created_by_id=str(user_id)).order_by("pk")


def _shared_views(user_id: UUID) -> Any:
    return SavedView.objects.filter(owner_id=user_id, is_shared=True).order_by("pk")


def _pass_on_views(user_id: UUID, heir: Practitioner) -> int:
    """Give the shared views another owner; one whose name the other has already gets a number behind it."""
    views = list(_shared_views(user_id))
    for view in views:
        has = set(SavedView.objects.filter(owner_id=heir.pk, list=view.list).values_list("name", flat=True))
        names = [view.name, *(f"{view.name[:90]} ({number})" for number in range(2, len(has) + 3))]
        free = next(name for name in names if name not in has)
        SavedView.objects.filter(pk=view.pk).update(name=free, owner_id=heir.pk, owner_name=heir.display_name)
    return len(views)
