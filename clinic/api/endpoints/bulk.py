"""Many patients or assessments by one request: each row is registered or changed as by a request of its own."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid5

from django.db import transaction
from django.db.models import Model, QuerySet
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from clinic.access import Permission
from clinic.api.errors import INVALID, exception_handler, refuse
from clinic.api.filters import refuse_parameters
from clinic.api.matching import warnings_of
from clinic.api.objects.assessments import AssessmentSerializer
from clinic.api.objects.patients import PatientSerializer
from clinic.api.parser import json_object
from clinic.api.views import actor, change_assessment, start_or_record
from clinic.api.writing.many import BulkSerializer
from clinic.api.writing.read_only import read_only_of, refuse_others
from clinic.assessments.models import Assessment
from clinic.patients import actions as patients
from clinic.patients.models import Patient, with_latest_results

OF_A_KEY = UUID("9a1c2b3e-6f0d-4a77-8a53-2f4f0a6f2f10")  # what ids are made with that a row leaves out


class BulkViewSet[M: Model](GenericViewSet[M]):
    """A row whose `id` a record has changes the fields that it has; any other row makes a record."""

    filter_backends = ()
    http_method_names = ["post"]

    def make(self, request: Request, **fields: Any) -> M:
        raise NotImplementedError

    def change(self, request: Request, record: M, **fields: Any) -> M:
        raise NotImplementedError

    def warnings(self, record: M) -> Sequence[dict[str, Any]]:
        return ()

    def bulk(self, request: Request) -> Response:
        """Saves up to 1,000 rows and answers with a result for each, in their order, what was refused among them.

        With `all_or_nothing` a row that is refused keeps all from being saved. A row that is sent again with its `id`
        changes nothing; with an `Idempotency-Key` rows without one are known again, too.
        """
        refuse_parameters(request)
        sent = BulkSerializer(data=json_object(request))
        sent.is_valid(raise_exception=True)
        rows = [self._with_id(request, number, row) for number, row in enumerate(sent.validated_data["rows"])]
        known = self._known(rows)
        results = [self._result(request, number, row, known) for number, row in enumerate(rows)]
        refused = [result for result in results if "error" in result]
        if sent.validated_data["all_or_nothing"] and refused:
            return refuse(400, "invalid", INVALID, _faults(refused))
        return Response(results)

    def _with_id(self, request: Request, number: int, row: dict[str, Any]) -> dict[str, Any]:
        """The row with an id of its own, where the request's key has to find it again."""
        key = request.headers.get("Idempotency-Key")
        if not key or "id" in row:
            return row
        return {**row, "id": str(uuid5(OF_A_KEY, f"{actor(request).id} {request.path} {key} {number}"))}

    def _known(self, rows: Sequence[dict[str, Any]]) -> dict[str, M]:
        ids = [str(row["id"]) for row in rows if _is_id(row.get("id"))]
        return {str(record.pk): record for record in self.get_queryset().filter(pk__in=ids)}

    def _result(self, request: Request, number: int, row: dict[str, Any], known: dict[str, M]) -> dict[str, Any]:
        """What became of a row; of one that was refused nothing is kept."""
        shown = {"__typename": "BulkRow", "row": number, "status": 200, "id": None, "version": None}
        try:
            with transaction.atomic():
                record, made = self._saved(request, row, known.get(str(row.get("id")).lower()))
        except Exception as error:
            refusal = exception_handler(error, {"view": self, "request": request})
            if refusal is None:
                raise
            wrong = {"__typename": "Error", **refusal.data.error, "message": refusal.data.message}
            return shown | {"status": refusal.status_code, "error": wrong, "warnings": []}
        known[str(record.pk)] = record
        saved = {"status": 201 if made else 200, "id": str(record.pk), "version": record.version}  # type: ignore[attr-defined]
        return shown | saved | {"warnings": list(self.warnings(record)) if made else []}

    def _saved(self, request: Request, row: dict[str, Any], record: M | None) -> tuple[M, bool]:
        serializer: Any = self.get_serializer(record, data=row, partial=record is not None)
        serializer.is_valid(raise_exception=True)
        fields, sent = dict(serializer.validated_data), read_only_of(serializer.fields, row)
        before = self.get_serializer(record).data if record is not None and sent else {}
        if record is None:
            fields.pop("version", None)
            found = self.make(request, **fields)
        else:
            fields.pop("id", None)
            found = self.change(request, record, **{"version": None, **fields})
        if sent:
            refuse_others(sent, before, self.get_serializer(found).data)
        return found, record is None


def _is_id(value: Any) -> bool:
    try:
        return bool(UUID(value))
    except (ValueError, TypeError, AttributeError):
        return False


def _faults(refused: Sequence[dict[str, Any]]) -> dict[str, list[str]]:
    """What is wrong with each row, by row and field."""
    found: dict[str, list[str]] = {}
    for result in refused:
        at, error = f"rows.{result['row']}", result["error"]
        found |= {f"{at}.{name}": said for name, said in error["fields"].items()} or {at: [error["message"]]}
    return found


class PatientBulkViewSet(BulkViewSet[Patient]):
    """Registers and changes up to 1,000 patients."""

    view_permission, edit_permission = Permission.PATIENTS_VIEW, Permission.PATIENTS_EDIT
    serializer_class = PatientSerializer

    def get_queryset(self) -> QuerySet[Patient]:
        return with_latest_results(Patient.objects.select_related("user"))

    def make(self, request: Request, **fields: Any) -> Patient:
        return patients.create_patient(by=actor(request), **fields)

    def change(self, request: Request, record: Patient, **fields: Any) -> Patient:
        return patients.update_patient(by=actor(request), id=record.pk, **fields)

    def warnings(self, record: Patient) -> Sequence[dict[str, Any]]:
        return warnings_of(record)


class AssessmentBulkViewSet(BulkViewSet[Assessment]):
    """Records and changes up to 1,000 assessments."""

    view_permission, edit_permission = Permission.ASSESSMENTS_VIEW, Permission.ASSESSMENTS_EDIT
    serializer_class = AssessmentSerializer

    def get_queryset(self) -> QuerySet[Assessment]:
        return Assessment.objects.select_related("patient")

    def make(self, request: Request, **fields: Any) -> Assessment:
        return start_or_record(by=actor(request), **fields)

    def change(self, request: Request, record: Assessment, **fields: Any) -> Assessment:
        return change_assessment(record, by=actor(request), replace=False, **fields)
