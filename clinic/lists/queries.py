"""What the pages ask of saved views and jobs."""

from contextlib import suppress
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import Http404

from clinic.access import Request, Role
from clinic.lists.models import Job, SavedView


def owns_clinic(request: Request) -> bool:
    return request.membership is not None and request.membership.role == Role.OWNER


def views_of(request: Request, list: str) -> "QuerySet[SavedView]":
    """The views of a list that the person sees, the clinic's shared ones first, each by name."""
    return SavedView.objects.seen_by(request.actor.id).filter(list=list).order_by("-is_shared", "name", "id")


def name_of_view(request: Request, list: str) -> str:
    """The name of the view that the address says; empty for none, or for one that the person does not see."""
    key = request.GET.get("view")
    if not key:
        return ""
    with suppress(ValidationError):
        return views_of(request, list).filter(pk=key).values_list("name", flat=True).first() or ""
    return ""


def jobs_of(request: Request) -> "QuerySet[Job]":
    """The jobs that the person began; for who owns the clinic everybody's."""
    return Job.objects.all() if owns_clinic(request) else Job.objects.begun_by(request.actor.id)


def job_or_404(request: Request, key: UUID) -> Job:
    job: Any = jobs_of(request).filter(pk=key).first()
    if job is None:
        raise Http404
    found: Job = job
    return found
