"""Patients by REST framework: a read-only view set with its own filters and pages."""

from django_filters.rest_framework import DjangoFilterBackend
from rest_framework.filters import OrderingFilter, SearchFilter
from rest_framework.serializers import ModelSerializer
from rest_framework.viewsets import ReadOnlyModelViewSet

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


class PatientViewSet(ReadOnlyModelViewSet[Patient]):
    queryset = Patient.objects.all()
    serializer_class = PatientSerializer
    filter_backends = (DjangoFilterBackend, SearchFilter, OrderingFilter)
    filterset_fields = ("gender",)
    search_fields = SEARCHED
