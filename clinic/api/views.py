"""The API's views. Each one's permissions are class attributes, which `RolePermission` reads."""

import re
from collections.abc import Callable, Sequence
from functools import partial as partial_of
from typing import Any, ClassVar
from uuid import UUID

from django.db.models import Model, QuerySet, prefetch_related_objects
from rest_framework.generics import GenericAPIView
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from clinic.access import Permission
from clinic.accounts.submissions import repeats
from clinic.api.errors import IdTaken
from clinic.api.filters import ListParameters, OfPatient, refuse_parameters
from clinic.api.matching import warnings_of
from clinic.api.objects.assessments import AssessmentSerializer
from clinic.api.objects.episodes import EpisodeSerializer
from clinic.api.objects.patients import PatientSerializer
from clinic.api.objects.practitioners import PractitionerSerializer
from clinic.api.pagination import NumberedPagination
from clinic.api.parser import json_object
from clinic.api.reading.including import bring_patients
from clinic.api.reading.lookups import AssessmentParameters, PatientParameters
from clinic.api.renderer import Warned
from clinic.api.writing.conditions import has_conditions, may_change, shown, tag_of
from clinic.api.writing.read_only import read_only_of, refuse_others
from clinic.assessments.models import Assessment, Episode
from clinic.assessments.questionnaire import actions as questionnaires
from clinic.assessments.record import actions as assessments
from clinic.assessments.tables import AssessmentTable
from clinic.audit.actions import By
from clinic.audit.reading import note_list, note_record
from clinic.patients import actions as patients
from clinic.patients.models import Patient, with_latest_results
from clinic.patients.tables import PatientTable
from clinic.staff.filters import PractitionerFilter
from clinic.staff.models import Practitioner
from clinic.staff.tables import PractitionerTable

# What of an assessment goes through its instrument.
OF_QUESTIONNAIRE = ("answers", "date", "complete", "score", "reason")
READING = ["get", "head"]
UUIDS = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
METHODS = ["get", "head", "post", "put", "patch", "delete"]


def actor(request: Request) -> By:
    """Who is written into the trail."""
    http: Any = request._request
    by: By = http.actor
    return by


def parsed(view: GenericAPIView[Any], record: Any = None, *, partial: bool = False) -> dict[str, Any]:
    """The clean fields of the body for `record`, or for a new one; of `id` and `version` what counts."""
    serializer = view.get_serializer(record, data=json_object(view.request), partial=partial)
    serializer.is_valid(raise_exception=True)
    fields: dict[str, Any] = serializer.validated_data
    fields.pop("version" if record is None else "id", None)
    if record is not None:
        fields.setdefault("version", None)
    return fields


def cannot_be_written(view: GenericAPIView[Any]) -> dict[str, Any]:
    """What of the body is only ever answered."""
    return read_only_of(view.get_serializer_class(), json_object(view.request))


def changed_by(view: GenericAPIView[Any], record: Any, change: Callable[..., Any], *, partial: bool) -> Any:
    """The record after `change`, which is called with the clean fields of the body."""
    fields, sent = parsed(view, record, partial=partial), cannot_be_written(view)
    before = view.get_serializer(record).data if sent else {}
    found = change(**fields)
    if sent:
        refuse_others(sent, before, view.get_serializer(found).data)
    return found


def refuse_stale(view: GenericAPIView[Any], record: Any, stale: type[Exception]) -> None:
    """Raises `stale` where If-Match or If-None-Match refuse the record; nobody else changes it from then on."""
    if not has_conditions(view.request):
        return
    now = type(record).objects.select_for_update(no_key=True).get(pk=record.pk)
    if not may_change(view.request, now.version):
        raise stale(now)


def created(view: GenericAPIView[Any], record: Any, warnings: Sequence[dict[str, Any]] = ()) -> Response:
    address = view.request.build_absolute_uri(f"{view.request.path}{record.pk}/")
    data = view.get_serializer(record).data
    if made_before(view) is None:
        refuse_others(cannot_be_written(view), data)
    if not warnings:
        return shown(view.request, record, data, status=201, Location=address)
    answer = Warned(data, "This may be a patient who is here already.", warnings)
    return Response(answer, status=201, headers={"Location": address, "ETag": tag_of(record, data)})


def made_before(view: GenericAPIView[Any]) -> Any:
    """The record that the request which this one repeats made or changed; None for a new request."""
    http: Any = view.request._request
    repeated = repeats(http)
    return view.get_queryset().get(pk=UUIDS.findall(repeated.address)[-1]) if repeated else None


def refuse_taken(view: GenericAPIView[Any], id: UUID | None) -> None:
    """Raises IdTaken where a record has the id already, and the request does not repeat the one that made it."""
    if id is not None and view.get_queryset().filter(pk=id).exists():
        raise IdTaken(id)


def start_or_record(*, by: By, **fields: Any) -> Assessment:
    """A new assessment by its instrument, or a free one. Raises as both actions."""
    if "definition" in fields:
        return questionnaires.start_assessment(by=by, **fields).assessment
    return assessments.create_assessment(by=by, **fields)


def change_assessment(
    assessment: Assessment, *, by: By, replace: bool, version: int | None, **fields: Any
) -> Assessment:
    """Change what goes through the instrument, then the rest, from one version. Raises as both actions."""
    names = OF_QUESTIONNAIRE if assessment.instrument else ()
    responses = {name: fields.pop(name) for name in names if name in fields}
    if responses:
        change = questionnaires.change_responses(by=by, id=assessment.pk, version=version, replace=replace, **responses)
        if version is not None and change.assessment.version != assessment.version:
            version = change.assessment.version
    return assessments.update_assessment(by=by, id=assessment.pk, version=version, **fields)


class RecordViewSet[M: Model](ListModelMixin, RetrieveModelMixin, GenericViewSet[M]):
    """Records of patients: the trail has each one, and each page of a list, that a program reads."""

    trail_list: ClassVar[str]
    has_versions: ClassVar[bool] = False

    def get_object(self) -> M:
        record = super().get_object()
        note_record(self.request._request, record)  # type: ignore[arg-type]  # what our middleware passed
        return record

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        record = self.get_object()
        serializer: Any = self.get_serializer(record)
        return shown(request, record, serializer.data) if self.has_versions else Response(serializer.data)

    def paginate_queryset(self, queryset: Any) -> Any:
        page = super().paginate_queryset(queryset)
        note_list(self.request._request, self.trail_list, rows=len(page or ()))  # type: ignore[arg-type]
        return page


class PatientViewSet(RecordViewSet[Patient]):
    """Patients of the clinic that are not archived, unless `archived` asks for others."""

    trail_list = "patients"
    view_permission, edit_permission = Permission.PATIENTS_VIEW, Permission.PATIENTS_EDIT
    serializer_class = PatientSerializer
    filter_backends = (ListParameters,)
    filterset_class, table_class, default_ordering = PatientParameters, PatientTable, "name"
    field_columns: ClassVar[dict[str, str]] = {"full_name": "name", "family_name": "name", "user": "practitioner"}
    list_parameters = ("updated_since",)
    http_method_names = METHODS
    has_versions = True

    def get_queryset(self) -> QuerySet[Patient]:
        """Made anew each time: a queryset belongs to the clinic that it is made in, an import included."""
        return with_latest_results(Patient.objects.select_related("user"))

    def create(self, request: Request) -> Response:
        """Registers a patient. Sending the same again with the same `id` answers with the patient that it made."""
        refuse_parameters(request)
        if (patient := made_before(self)) is None:
            fields = parsed(self)
            refuse_taken(self, fields.get("id"))
            patient = patients.create_patient(by=actor(request), **fields)
        return created(self, patient, warnings_of([patient])[patient.pk])

    def update(self, request: Request, pk: UUID, *, partial: bool = False) -> Response:
        """Changes a patient; a field left out keeps its value."""
        if (changed := made_before(self)) is None:
            refuse_stale(self, patient := self.get_object(), patients.Changed)
            change = partial_of(patients.update_patient, by=actor(request), id=patient.pk)
            changed = changed_by(self, patient, change, partial=partial)
        return shown(request, changed, self.get_serializer(changed).data)

    def partial_update(self, request: Request, pk: UUID) -> Response:
        """Changes the fields that are sent, and no other."""
        return self.update(request, pk, partial=True)

    def destroy(self, request: Request, pk: UUID) -> Response:
        """Archives the patient: a medical record is never deleted. `archived=all` still finds it."""
        if made_before(self) is None:
            refuse_stale(self, patient := self.get_object(), patients.Changed)
            patients.archive_patient(by=actor(request), id=patient.pk)
        return Response(status=204)


class AssessmentViewSet(RecordViewSet[Assessment]):
    """Assessments of all patients that are not archived, unless `archived` asks for others.

    A draft has a `score` as far as it goes. `score_min`, `score_max`, `severity` and orders by these are of completed
    ones, and those by score need `instrument`. Those of one day come in the order in which they were completed.
    """

    trail_list = "assessments"
    view_permission, edit_permission = Permission.ASSESSMENTS_VIEW, Permission.ASSESSMENTS_EDIT
    serializer_class = AssessmentSerializer
    filter_backends = (ListParameters,)
    filterset_class, table_class, default_ordering = AssessmentParameters, AssessmentTable, "-date"
    field_columns: ClassVar[dict[str, str]] = {"user": "practitioner"}
    includes: ClassVar[dict[str, Permission]] = {"patient": Permission.PATIENTS_VIEW}
    list_parameters = ("updated_since",)
    http_method_names = METHODS
    has_versions = True

    def get_queryset(self) -> QuerySet[Assessment]:
        return Assessment.objects.select_related("patient")

    def get_object(self) -> Assessment:
        assessment = super().get_object()
        for patient in bring_patients(self, [assessment]):
            note_record(self.request._request, patient)  # type: ignore[arg-type]
        return assessment

    def paginate_queryset(self, queryset: Any) -> Any:
        page = super().paginate_queryset(queryset)
        prefetch_related_objects(page or [], "alerts")
        bring_patients(self, page or ())
        return page

    def create(self, request: Request) -> Response:
        """Records an assessment, free or by an instrument. Sending the same again with the same `id` makes no other."""
        refuse_parameters(request)
        if (assessment := made_before(self)) is not None:
            return created(self, assessment)
        fields = parsed(self)
        refuse_taken(self, fields.get("id"))
        return created(self, start_or_record(by=actor(request), **fields))

    def update(self, request: Request, pk: UUID, *, partial: bool = False) -> Response:
        """Changes an assessment; a field left out keeps its value. Questions and answers are replaced whole."""
        if (changed := made_before(self)) is None:
            refuse_stale(self, assessment := self.get_object(), assessments.Changed)
            change = partial_of(change_assessment, assessment, by=actor(request), replace=not partial)
            changed = changed_by(self, assessment, change, partial=partial)
        return shown(request, changed, self.get_serializer(changed).data)

    def partial_update(self, request: Request, pk: UUID) -> Response:
        """Changes the fields that are sent, and no other; questions are replaced whole, answers one by one."""
        return self.update(request, pk, partial=True)

    def destroy(self, request: Request, pk: UUID) -> Response:
        """Archives the assessment: a medical record is never deleted. `archived=all` still finds it."""
        if made_before(self) is None:
            refuse_stale(self, assessment := self.get_object(), assessments.Changed)
            assessments.archive_assessment(by=actor(request), id=assessment.pk)
        return Response(status=204)


class PractitionerViewSet(ListModelMixin, RetrieveModelMixin, GenericViewSet[Practitioner]):
    """Practitioners of the clinic: whom `user` may name. Who left is archived, and keeps the name and the patients."""

    without_patients = True
    view_permission = edit_permission = Permission.PATIENTS_VIEW
    serializer_class = PractitionerSerializer
    filter_backends = (ListParameters,)
    filterset_class, table_class, default_ordering = PractitionerFilter, PractitionerTable, "name"
    field_columns: ClassVar[dict[str, str]] = {}
    list_parameters = ()
    http_method_names = READING

    def get_queryset(self) -> QuerySet[Practitioner]:
        return Practitioner.objects.all()


class EpisodeViewSet(RecordViewSet[Episode]):
    """Episodes of treatment of one patient, the first one first. At most one is open; no day is in two of them."""

    trail_list = "episodes"
    view_permission = edit_permission = Permission.ASSESSMENTS_VIEW
    serializer_class = EpisodeSerializer
    filter_backends = (OfPatient,)
    pagination_class = NumberedPagination
    http_method_names = READING
    has_versions = True

    def get_queryset(self) -> QuerySet[Episode]:
        return Episode.objects.order_by("started_on", "id")
