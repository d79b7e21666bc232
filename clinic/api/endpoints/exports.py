"""Files for analysis: asked for here, made by the worker, taken from here for a week."""

from typing import Any, ClassVar
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from clinic.access import Permission
from clinic.accounts.factors.confirmation import unconfirmed_file
from clinic.api.exports.columns import allowed_tables, needed
from clinic.api.exports.work import make_export
from clinic.api.filters import refuse_parameters
from clinic.api.objects.exports import NOT_YOURS, ExportSerializer, NewExportSerializer, is_kept
from clinic.api.pagination import NumberedPagination
from clinic.api.views import actor, made_before
from clinic.api.writing.bodies import sent_body
from clinic.audit.reading import note_record
from clinic.audit.seals import highest_number
from clinic.lists.actions import begin_job
from clinic.lists.jobs.exports import kept_file
from clinic.lists.models import Job, JobPart

METHODS = ["get", "head", "post"]
WORK = f"{make_export.__module__}.{make_export.__qualname__}"


class ExportViewSet(GenericViewSet[Job]):
    """Files for analysis of the last week and before, the newest first; each has what whoever asked for it may see."""

    without_patients = True
    view_permission = edit_permission = Permission.LISTS_EXPORT
    serializer_class = ExportSerializer
    bodies: ClassVar[dict[str, Any]] = {"create": NewExportSerializer}
    filter_backends = ()
    pagination_class = NumberedPagination
    http_method_names = METHODS

    def get_queryset(self) -> QuerySet[Job]:
        return Job.objects.filter(work=WORK).order_by("-created_at", "-id")

    def list(self, request: Request) -> Response:
        refuse_parameters(request, ("page", "page_size"))
        page = self.paginate_queryset(self.get_queryset())
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    def retrieve(self, request: Request, pk: UUID) -> Response:
        """How far one is: `file` is its address once it is done."""
        refuse_parameters(request)
        return Response(self.get_serializer(self.get_object()).data)

    def create(self, request: Request) -> Any:
        """Begins to make files for analysis: patients, assessments and answers with their codes."""
        refuse_parameters(request)
        if (refusal := self._unconfirmed(request)) is not None:
            return refusal
        job = made_before(self) or self._begun(request)
        address = request.build_absolute_uri(f"{request.path}{job.pk}/")
        return Response(self.get_serializer(job).data, status=201, headers={"Location": address})

    def file(self, request: Request, pk: UUID) -> Any:
        """Gives the archive to whoever may still see all that is in it; each download is in the trail."""
        refuse_parameters(request)
        job, http = self.get_object(), request._request
        if (refusal := self._unconfirmed(request)) is not None:
            return refusal
        if not job.permissions <= http.permissions:  # type: ignore[attr-defined]  # what our middleware passed
            raise PermissionDenied(NOT_YOURS)
        if not is_kept(job) or not JobPart.objects.filter(job=job).exists():
            raise Http404
        note_record(http, job, action="downloaded")  # type: ignore[arg-type]
        return kept_file(http, job)  # type: ignore[arg-type]

    def _unconfirmed(self, request: Request) -> Any:
        """A person shows that it is them, as for any file; a program has shown it by its token."""
        http: Any = request._request
        return unconfirmed_file(http, "/work/") if http.client is None else None

    def _begun(self, request: Request) -> Job:
        http: Any = request._request
        sent, permissions = sent_body(self), http.permissions
        if not (tables := sent.get("tables") or allowed_tables(permissions)):
            raise PermissionDenied(NOT_YOURS)
        names = Permission.PATIENTS_VIEW in permissions
        return begin_job(
            by=actor(request),
            list="patients",
            label=f"Files for analysis: {', '.join(tables)}{'' if names else ', without names'}",
            work=WORK,
            parameters={
                "permission": Permission.LISTS_EXPORT.value,
                "needs": sorted(needed(tables, names=names)),
                "format": sent["format"],
                "tables": tables,
                "names": names,
                "since": sent.get("after"),
                "number": highest_number(),
            },
        )
