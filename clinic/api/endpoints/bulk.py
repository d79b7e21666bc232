"""Many patients or assessments by one request: each row is registered or changed as by a request of its own."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, ClassVar
from uuid import UUID, uuid5

from django.core.exceptions import ObjectDoesNotExist
from django.db import transaction
from django.db.models import Model, QuerySet
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from clinic.access import Permission
from clinic.api.errors import INVALID, IdTaken, exception_handler, refuse, some_codes
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
from clinic.patients.many.creating import NotTogether, create_patients
from clinic.patients.models import Patient, with_latest_results
from clinic.postgres.outages import is_taken_key
from clinic.text.faults import Fault

OF_A_KEY = UUID("9a1c2b3e-6f0d-4a77-8a53-2f4f0a6f2f10")  # what ids are made with that a row leaves out


class BulkViewSet[M: Model](GenericViewSet[M]):
    """A row whose `id` a record has changes the fields that it has; any other row makes a record."""

    filter_backends = ()
    http_method_names = ["post"]
    together: ClassVar[int] = 1  # so many rows make records by one `make_many`

    def make(self, request: Request, **fields: Any) -> M:
        raise NotImplementedError

    def make_many(self, request: Request, rows: Sequence[dict[str, Any]]) -> Sequence[M]:
        """A record of each of the rows' clean fields, as by `make` one after another; raises NotTogether."""
        raise NotImplementedError

    def change(self, request: Request, record: M, **fields: Any) -> M:
        raise NotImplementedError

    def warnings(self, records: Sequence[M]) -> Mapping[Any, Sequence[dict[str, Any]]]:
        """What is to be said of records that were made, by their keys."""
        return {}

    def bulk(self, request: Request) -> Response:
        """Saves up to 1,000 rows and answers with a result for each, in their order, what was refused among them.

        With `all_or_nothing` a row that is refused keeps all from being saved. A row that is sent again with its `id`
        changes nothing; with an `Idempotency-Key` rows without one are known again, too.
        """
        refuse_parameters(request)
        sent = BulkSerializer(data=json_object(request))
        sent.is_valid(raise_exception=True)
        rows = [self._with_id(request, number, row) for number, row in enumerate(sent.validated_data["rows"])]
        results = self._results(request, rows)
        refused = [result for result in results if "error" in result]
        if sent.validated_data["all_or_nothing"] and refused:
            return refuse(400, "invalid", INVALID, _faults(refused), **some_codes(_codes(refused)))
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

    def _results(self, request: Request, rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        """What became of each row, in their order.

        Those that make records go together; where one of these is refused fewer do, until it goes alone and says why.
        """
        known, most = self._known(rows), self.together
        results: list[dict[str, Any]] = []
        while len(results) < len(rows):
            begin = len(results)
            some = self._next(rows[begin : begin + most], known)
            try:
                found = self._alone if len(some) == 1 else self._together
                results += found(request, begin, some, known)
            except NotTogether:
                most = len(some) // 2
                continue
            if "error" not in results[-1]:
                most = min(most * 2, self.together)
        return results

    def _next(self, rows: Sequence[dict[str, Any]], known: Mapping[str, M]) -> Sequence[dict[str, Any]]:
        """The first rows that go together: each makes a record, of an id of its own, and sends nothing to compare."""
        ids: set[str] = set()
        for place, row in enumerate(rows):
            id = _key(row)
            if id in known or id in ids or read_only_of(self.get_serializer_class(), row):
                return rows[: place or 1]
            ids |= {id} if "id" in row else set()
        return rows

    @cached_property
    def new(self) -> Any:
        """The serializer of all rows that make records."""
        return self.get_serializer()

    def _clean(self, row: dict[str, Any]) -> dict[str, Any]:
        self.new.initial_data = row  # which defaults look into
        try:
            fields: dict[str, Any] = dict(self.new.run_validation(row))
        except ValidationError as error:
            raise (ValidationError(_of_no_record(error.detail)) if "id" in row else error) from error
        fields.pop("version", None)
        return fields

    def _together(
        self, request: Request, begin: int, rows: Sequence[dict[str, Any]], known: dict[str, M]
    ) -> list[dict[str, Any]]:
        """What became of rows that make records; raises NotTogether where one that is right cannot be saved."""
        clean, found = {}, {}
        for number, row in enumerate(rows, begin):
            try:
                clean[number] = self._clean(row)
            except ValidationError as error:
                found[number] = self._refused(request, number, error)
        made = self.make_many(request, list(clean.values()))
        warnings = self.warnings(made)
        for number, record in zip(clean, made, strict=True):
            known[str(record.pk)] = record
            found[number] = _saved(number, record, 201, warnings.get(record.pk, ()))
        return [found[number] for number in sorted(found)]

    def _alone(
        self, request: Request, number: int, rows: Sequence[dict[str, Any]], known: dict[str, M]
    ) -> list[dict[str, Any]]:
        """What became of a single row; of one that was refused nothing is kept."""
        [row] = rows
        record = known.get(_key(row))
        is_new = record is None
        try:
            with transaction.atomic():
                record = self._made(request, row) if record is None else self._changed(request, row, record)
        except Exception as error:
            hidden = IdTaken(UUID(row["id"])) if is_taken_key(error) else None
            return [self._refused(request, number, hidden or error)]
        known[str(record.pk)] = record
        warnings = self.warnings([record]).get(record.pk, ()) if is_new else ()
        return [_saved(number, record, 201 if is_new else 200, warnings)]

    def _made(self, request: Request, row: dict[str, Any]) -> M:
        found = self.make(request, **self._clean(row))
        if sent := read_only_of(self.get_serializer_class(), row):
            refuse_others(sent, {}, self.get_serializer(found).data)
        return found

    def _changed(self, request: Request, row: dict[str, Any], record: M) -> M:
        serializer: Any = self.get_serializer(record, data=row, partial=True)
        serializer.is_valid(raise_exception=True)
        fields, sent = dict(serializer.validated_data), read_only_of(self.get_serializer_class(), row)
        before = self.get_serializer(record).data if sent else {}
        fields.pop("id", None)
        try:
            found = self.change(request, record, **{"version": None, **fields})
        except ObjectDoesNotExist as error:  # a row before this one gave it to somebody else
            raise IdTaken(record.pk) from error
        if sent:
            refuse_others(sent, before, self.get_serializer(found).data)
        return found

    def _refused(self, request: Request, number: int, error: Exception) -> dict[str, Any]:
        """The result of a row that `error` kept from being saved; raises it where it is a fault of ours."""
        refusal = exception_handler(error, {"view": self, "request": request})
        if refusal is None:
            raise error
        wrong = {"__typename": "Error", **refusal.data.error, "message": refusal.data.message}
        return _result(number, refusal.status_code, error=wrong)


def _result(number: int, status: int, **more: Any) -> dict[str, Any]:
    shown = {"__typename": "BulkRow", "row": number, "status": status, "id": None, "version": None, "warnings": []}
    return {**shown, **more}


def _saved(number: int, record: Any, status: int, warnings: Sequence[dict[str, Any]]) -> dict[str, Any]:
    return _result(number, status, id=str(record.pk), version=record.version, warnings=list(warnings))


def _of_no_record(detail: Any) -> dict[str, Any]:
    """What is wrong with a row that makes a record because its `id` has none: what a change may leave out, it needs."""
    return {
        name: [ErrorDetail(each, Fault.UNKNOWN) if each.code == "required" else each for each in found]
        if isinstance(found, list)
        else found
        for name, found in detail.items()
    }


def _key(row: dict[str, Any]) -> str:
    return str(row.get("id")).lower()


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


def _codes(refused: Sequence[dict[str, Any]]) -> dict[str, list[str]]:
    """What the document cannot say of each row, by row and field."""
    return {
        f"rows.{result['row']}.{name}": codes
        for result in refused
        for name, codes in result["error"].get("codes", {}).items()
    }


class PatientBulkViewSet(BulkViewSet[Patient]):
    """Registers and changes up to 1,000 patients."""

    view_permission, edit_permission = Permission.PATIENTS_VIEW, Permission.PATIENTS_EDIT
    serializer_class = PatientSerializer
    together = 100

    def get_queryset(self) -> QuerySet[Patient]:
        return with_latest_results(Patient.objects.select_related("user"))

    def make(self, request: Request, **fields: Any) -> Patient:
        return patients.create_patient(by=actor(request), **fields)

    def make_many(self, request: Request, rows: Sequence[dict[str, Any]]) -> Sequence[Patient]:
        return create_patients(by=actor(request), rows=rows)

    def change(self, request: Request, record: Patient, **fields: Any) -> Patient:
        return patients.update_patient(by=actor(request), id=record.pk, **fields)

    def warnings(self, records: Sequence[Patient]) -> Mapping[Any, Sequence[dict[str, Any]]]:
        return warnings_of(records)


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
