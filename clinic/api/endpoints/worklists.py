"""Alerts, schedules and links of patients. What is done here is done by the same functions as on the pages."""

from typing import Any, ClassVar
from uuid import UUID, uuid4

from django.db.models import QuerySet
from django.urls import reverse
from rest_framework.request import Request
from rest_framework.response import Response

from clinic.access import Permission
from clinic.api.errors import AcknowledgedBefore
from clinic.api.filters import ListParameters, OfPatient, refuse_parameters
from clinic.api.objects.worklists import (
    AcknowledgementSerializer,
    AlertSerializer,
    NewRequestSerializer,
    NewScheduleSerializer,
    RenewalSerializer,
    RequestSerializer,
    ScheduleSerializer,
)
from clinic.api.pagination import NumberedPagination
from clinic.api.views import RecordViewSet, actor, made_before
from clinic.api.writing.bodies import refuse_body, sent_body
from clinic.assessments.alerts.actions import acknowledge_alerts
from clinic.assessments.filters import AlertFilter, DueFilter, PatientIdFilter
from clinic.assessments.models import AnswerRequest, Schedule
from clinic.assessments.models.alerts import Alert
from clinic.assessments.schedules.actions import end_schedule, set_schedule
from clinic.assessments.selfreport import actions as links
from clinic.assessments.tables import AlertTable, DueTable
from clinic.staff.models import Practitioner

METHODS = ["get", "head", "post"]


class AlertParameters(AlertFilter):
    """Whoever may read alerts alone looks for no names."""

    needs: ClassVar[dict[str, Permission]] = {"q": Permission.PATIENTS_VIEW}
    patient = PatientIdFilter(label="Patient")


class ScheduleParameters(DueFilter):
    """Whoever may see no patients looks for no names."""

    needs: ClassVar[dict[str, Permission]] = {"q": Permission.PATIENTS_VIEW}
    patient = PatientIdFilter(label="Patient")


class AlertViewSet(RecordViewSet[Alert]):
    """Open alerts of all patients, the newest first; with `state` acknowledged ones too."""

    trail_list = "alerts"
    view_permission, edit_permission = Permission.ALERTS_VIEW, Permission.ASSESSMENTS_EDIT
    serializer_class = AlertSerializer
    bodies: ClassVar[dict[str, Any]] = {"acknowledge": AcknowledgementSerializer}
    filter_backends = (ListParameters,)
    filterset_class, table_class, default_ordering = AlertParameters, AlertTable, "-raised_at"
    field_columns: ClassVar[dict[str, str]] = {"raised_at": "raised"}
    list_parameters = ()
    http_method_names = METHODS

    def get_queryset(self) -> QuerySet[Alert]:
        return Alert.objects.with_urgency()

    def acknowledge(self, request: Request, pk: UUID) -> Response:
        """Closes an alert with a note of what was done. One that somebody else closed is refused with 409."""
        refuse_parameters(request)
        alert = self.get_object()
        sent = sent_body(self)
        by, seen = actor(request), {alert.pk: sent.get("points")}
        closed = acknowledge_alerts(by=by, patient_id=alert.patient_id, seen=seen, note=sent["note"])
        alert.refresh_from_db()
        if not closed and (alert.acknowledged_by_id, alert.note) != (by.id, sent["note"].strip()):
            raise AcknowledgedBefore
        return Response(self.get_serializer(alert).data)


class ScheduleViewSet(RecordViewSet[Schedule]):
    """Schedules that are due now, the one due longest first; `when` has others, all that have not ended among them."""

    trail_list = "due"
    view_permission, edit_permission = Permission.ASSESSMENTS_VIEW, Permission.ASSESSMENTS_EDIT
    serializer_class = ScheduleSerializer
    bodies: ClassVar[dict[str, Any]] = {"create": NewScheduleSerializer}
    filter_backends = (ListParameters,)
    filterset_class, table_class, default_ordering = ScheduleParameters, DueTable, "next_due_on"
    field_columns: ClassVar[dict[str, str]] = {"next_due_on": "due"}
    list_parameters = ()
    http_method_names = METHODS

    def get_queryset(self) -> QuerySet[Schedule]:
        rows = Schedule.objects.titled()
        return rows.asked() if self.action == "list" else rows

    def create(self, request: Request) -> Response:
        """Sets how often a patient answers an instrument; it replaces their schedule of the same instrument."""
        refuse_parameters(request)
        if (schedule := made_before(self)) is None:
            schedule = set_schedule(by=actor(request), **sent_body(self))
        address = request.build_absolute_uri(f"{request.path}{schedule.pk}/")
        return Response(self.get_serializer(schedule).data, status=201, headers={"Location": address})

    def end(self, request: Request, pk: UUID) -> Response:
        """Ends a schedule; an ended one stays as it is."""
        refuse_parameters(request)
        refuse_body(request)
        return Response(self.get_serializer(end_schedule(by=actor(request), id=self.get_object().pk)).data)


class RequestViewSet(RecordViewSet[AnswerRequest]):
    """Links by which one patient was asked to answer, the newest first."""

    trail_list = "requests"
    view_permission, edit_permission = Permission.ASSESSMENTS_VIEW, Permission.ASSESSMENTS_EDIT
    serializer_class = RequestSerializer
    bodies: ClassVar[dict[str, Any]] = {"create": NewRequestSerializer, "renew": RenewalSerializer}
    filter_backends = (OfPatient,)
    pagination_class = NumberedPagination
    http_method_names = METHODS

    def get_queryset(self) -> QuerySet[AnswerRequest]:
        return AnswerRequest.objects.select_related("patient", "assessment").order_by("-created_at", "id")

    def create(self, request: Request) -> Response:
        """Makes a link, which is in this answer alone. An open one of the same instrument ends."""
        refuse_parameters(request)
        if (made := made_before(self)) is not None:
            return self._answer(made)
        fields = sent_body(self)
        asks = request.user.pk if request.user.is_authenticated else None
        mine = Practitioner.objects.active().filter(pk=asks).first() if asks is not None else None
        user = fields.pop("user", None) or mine or fields["patient"].user
        id, clinic = fields.pop("id", None) or uuid4(), request._request.clinic  # type: ignore[attr-defined]
        return self._issued(links.create_request(by=actor(request), clinic=clinic, id=id, user=user, **fields))

    def withdraw(self, request: Request, pk: UUID) -> Response:
        """Ends a link; what was answered is kept. An ended one stays as it is."""
        refuse_parameters(request)
        refuse_body(request)
        links.revoke_request(by=actor(request), id=self.get_object().pk)
        return Response(self.get_serializer(self.get_queryset().get(pk=pk)).data)

    def renew(self, request: Request, pk: UUID) -> Response:
        """Makes another link for the same questions, which is in this answer alone; the old one ends."""
        refuse_parameters(request)
        if (made := made_before(self)) is not None:
            return self._answer(made)
        old, new_id = self.get_object(), sent_body(self).get("id") or uuid4()
        clinic = request._request.clinic  # type: ignore[attr-defined]
        return self._issued(links.renew_request(by=actor(request), clinic=clinic, id=old.pk, new_id=new_id))

    def _issued(self, issued: links.IssuedRequest) -> Response:
        """The answer that has the link, or has none where the same id made it before."""
        if not issued.token:
            return self._answer(issued.request)
        link = self.request.build_absolute_uri(reverse("answer:link", args=[issued.token]))
        by_date = links.asks_birth_date(issued.request.patient)
        return self._answer(issued.request, link=link, code=None if by_date else links.answer_code(issued.request.pk))

    def _answer(self, made: AnswerRequest, **shown: Any) -> Response:
        data = self.get_serializer(made, context={**self.get_serializer_context(), **shown}).data
        address = self.request.build_absolute_uri(reverse("api:request-detail", args=[made.pk]))
        return Response(data, status=201, headers={"Location": address})
