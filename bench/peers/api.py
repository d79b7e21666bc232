"""Patients by REST framework: a view set with its own filters and pages; a list in the body makes many."""

from typing import Any

from django_filters.rest_framework import DjangoFilterBackend
from rest_framework.filters import OrderingFilter, SearchFilter
from rest_framework.serializers import ModelSerializer
from rest_framework.viewsets import ModelViewSet

from bench.peers.models import SEARCHED, Patient


class PatientSerializer(ModelSerializer[Patient]):
    class Meta:
        model = Patient
        fields = (
            "id",
            "full_name",
            "gender",
            "date_of_birth",
            "phone_number",
            "record_number",
            "practitioner",
            "last_score",
            "last_assessed_on",
        )


class PatientViewSet(ModelViewSet[Patient]):
    queryset = Patient.objects.all()
    serializer_class = PatientSerializer
    filter_backends = (DjangoFilterBackend, SearchFilter, OrderingFilter)
    filterset_fields = ("gender",)
    search_fields = SEARCHED

    def get_serializer(self, *args: Any, **kwargs: Any) -> Any:
        return super().get_serializer(*args, **{"many": isinstance(kwargs.get("data"), list), **kwargs})
