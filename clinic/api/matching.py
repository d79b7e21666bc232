"""Who is here already: the matcher for programs, and the warning beside somebody registered who may be."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from clinic.access import Permission
from clinic.api.filters import refuse_parameters
from clinic.api.objects.patients import PatientSerializer
from clinic.api.objects.strict import StrictSerializer
from clinic.api.parser import json_object
from clinic.audit.reading import note_list, note_record
from clinic.patients.matching.candidates import Similar, similar_to
from clinic.patients.models import DuplicatePair, Patient, person_of, with_latest_results
from clinic.text.full_names import filed_family_name

MOST = 20
GRADES = ("certain", "probable", "possible")


class MatchSerializer(StrictSerializer):
    """A patient who may be the one that was sent, and why."""

    typename = "Match"

    patient = PatientSerializer(read_only=True)
    score = serializers.FloatField(
        read_only=True, min_value=0, max_value=1, help_text="The share of such pairs that are one person."
    )
    grade = serializers.ChoiceField(choices=GRADES, read_only=True)
    reasons = serializers.ListField(
        child=serializers.CharField(), read_only=True, help_text="What agrees and what does not, in words for people."
    )


class MatchViewSet(GenericViewSet[Any]):
    """Who of the clinic may be a person."""

    view_permission = edit_permission = Permission.PATIENTS_VIEW
    serializer_class = MatchSerializer
    filter_backends = ()
    http_method_names = ["post"]

    @extend_schema(
        operation_id="patients_match",
        tags=["Patients"],
        request=PatientSerializer(partial=True),
        auth=[{"session": []}, {"oauth2": ["read"]}],  # type: ignore[list-item]  # as OpenAPI has it
    )
    def match(self, request: Request) -> Response:
        """Finds who is here already, archived too, by any fields of a patient, the likest first; writes nothing."""
        refuse_parameters(request)
        sent = PatientSerializer(data=json_object(request), partial=True, context=self.get_serializer_context())
        sent.is_valid(raise_exception=True)
        similar = similar_to(person_of(_patient(sent.validated_data)), most=MOST)
        found = [each for each in similar if each.seen and not each.in_bin]
        note_list(request._request, "patients", rows=len(found))  # type: ignore[arg-type]  # what our middleware passed
        for each in found:
            note_record(request._request, each.patient)  # type: ignore[arg-type]
        return Response(self.get_serializer(_rows(found), many=True).data)


def _patient(fields: dict[str, Any]) -> Patient:
    """A patient of the fields that were sent; never saved."""
    named = {name: value for name, value in fields.items() if name not in ("id", "version")}
    named.setdefault("family_name", filed_family_name(named.get("full_name", "")))
    return Patient(**named)


def _rows(found: list[Similar]) -> list[dict[str, Any]]:
    rows = with_latest_results(Patient.objects.select_related("user")).in_bulk([each.patient.pk for each in found])
    return [
        {
            "patient": rows[each.patient.pk], "score": each.match.score, "grade": each.match.grade,
            "reasons": list(each.match.reasons),
        }
        for each in found
    ]  # fmt: skip


def warnings_of(patients: Sequence[Patient]) -> dict[UUID, list[dict[str, Any]]]:
    """What a caller should know of each of those who were just registered: who of the seen patients they may be.

    Of a pair the first is who came later.
    """
    found: dict[UUID, list[dict[str, Any]]] = {patient.pk: [] for patient in patients}
    pairs = DuplicatePair.objects.open().filter(first__in=found).exclude(grade="possible")
    for pair in pairs.order_by("-bits", "id"):
        found[pair.first_id].append({
            "__typename": "Warning", "code": "possible_duplicate", "patient": str(pair.second_id),
            "score": pair.score, "grade": pair.grade, "reasons": pair.reasons,
        })  # fmt: skip
    return found
