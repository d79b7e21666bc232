"""What is done to one record and is no change of its fields: taking it back, cancelling it; and how it was before."""

from typing import Any, ClassVar
from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from clinic.access import Permission
from clinic.api.filters import refuse_parameters
from clinic.api.objects.assessments import AssessmentSerializer
from clinic.api.objects.deeds import CancellationSerializer, RevisionSerializer
from clinic.api.objects.patients import PatientSerializer
from clinic.api.pagination import NumberedPagination
from clinic.api.views import RecordViewSet, actor, made_before, refuse_stale
from clinic.api.writing.bodies import refuse_body, sent_body
from clinic.api.writing.conditions import shown
from clinic.assessments.models import Assessment, AssessmentRevision
from clinic.assessments.questionnaire.actions import cancel_assessment
from clinic.assessments.record import actions as assessments
from clinic.audit.reading import note_record
from clinic.patients import actions as patients
from clinic.patients.models import Patient, with_latest_results


class PatientDeedViewSet(RecordViewSet[Patient]):
    """One patient."""

    trail_list = "patients"
    view_permission, edit_permission = Permission.PATIENTS_VIEW, Permission.PATIENTS_EDIT
    has_versions = True
    serializer_class = PatientSerializer
    filter_backends = ()
    http_method_names = ["post"]

    def get_queryset(self) -> QuerySet[Patient]:
        return with_latest_results(Patient.objects.select_related("user"))

    def restore(self, request: Request, pk: UUID) -> Response:
        """Puts an archived patient back on the lists; one that is there stays as it is."""
        refuse_parameters(request)
        refuse_body(request)
        refuse_stale(self, self.get_object(), patients.Changed)
        patients.restore_patient(by=actor(request), id=pk)
        found = self.get_queryset().get(pk=pk)
        return shown(request, found, self.get_serializer(found).data)


class AssessmentDeedViewSet(RecordViewSet[Assessment]):
    """One assessment."""

    trail_list = "assessments"
    view_permission, edit_permission = Permission.ASSESSMENTS_VIEW, Permission.ASSESSMENTS_EDIT
    has_versions = True
    serializer_class = AssessmentSerializer
    bodies: ClassVar[dict[str, Any]] = {"cancel": CancellationSerializer}
    filter_backends = ()
    http_method_names = ["post"]

    def get_queryset(self) -> QuerySet[Assessment]:
        return Assessment.objects.select_related("patient")

    def restore(self, request: Request, pk: UUID) -> Response:
        """Puts an archived assessment back on the lists; one that is there stays as it is."""
        refuse_parameters(request)
        refuse_body(request)
        refuse_stale(self, self.get_object(), assessments.Changed)
        found = assessments.restore_assessment(by=actor(request), id=pk)
        return shown(request, found, self.get_serializer(found).data)

    def cancel(self, request: Request, pk: UUID) -> Response:
        """Cancels an assessment that was not completed, with a reason; what was answered is kept."""
        refuse_parameters(request)
        if (found := made_before(self)) is None:
            refuse_stale(self, self.get_object(), assessments.Changed)
            found = cancel_assessment(by=actor(request), id=pk, **sent_body(self))
        return shown(request, found, self.get_serializer(found).data)


class RevisionViewSet(GenericViewSet[AssessmentRevision]):
    """An assessment before each amendment, and before it was opened again, the newest first."""

    tag = "Assessments"
    view_permission = edit_permission = Permission.ANSWERS_VIEW
    required_besides = (Permission.PATIENTS_VIEW,)  # what it was and why it changed is in somebody's own words
    serializer_class = RevisionSerializer
    filter_backends = ()
    pagination_class = NumberedPagination
    http_method_names = ["get", "head"]

    def get_queryset(self) -> QuerySet[AssessmentRevision]:
        return AssessmentRevision.objects.order_by("-id")

    def list(self, request: Request, pk: UUID) -> Response:
        """An assessment before each amendment, and before it was opened again, the newest first."""
        refuse_parameters(request, ("page", "page_size"))
        assessment = get_object_or_404(Assessment, pk=pk)
        note_record(request._request, assessment)  # type: ignore[arg-type]  # what our middleware passed
        page = self.paginate_queryset(self.get_queryset().filter(assessment=assessment))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)
