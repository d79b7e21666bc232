"""What is sent to cancel an assessment, and what an assessment was before it was amended."""

from decimal import Decimal
from typing import Any

from django.db.models import DecimalField
from rest_framework import serializers

from clinic.access import Permission
from clinic.api.objects.fields import VersionField
from clinic.api.objects.strict import StrictSerializer
from clinic.api.objects.texts import LineField
from clinic.assessments.models import Assessment
from clinic.assessments.record.results import as_json

DECIMALS = [field.name for field in Assessment._meta.fields if isinstance(field, DecimalField)]


class CancellationSerializer(StrictSerializer):
    """Why an assessment will not be completed."""

    typename = "Cancellation"

    reason = LineField(max_length=500)
    version = VersionField(min_value=1, max_value=2**31 - 1, help_text="The version that you read.")


class FieldsField(serializers.DictField):
    """Fields as the trail has them, where a decimal is a text: here it is the number that it is in an assessment."""

    def to_representation(self, value: Any) -> Any:
        return value | {name: as_json(Decimal(value[name])) for name in DECIMALS if value.get(name) is not None}


class RevisionSerializer(StrictSerializer):
    """A completed assessment as it was before it was amended or opened again."""

    typename = "Revision"

    at = serializers.DateTimeField(read_only=True)
    by = serializers.CharField(source="by_name", read_only=True)
    reason = serializers.CharField(read_only=True)
    before = FieldsField(read_only=True, help_text="Its fields as they were, answers among them.")


class MeSerializer(StrictSerializer):
    """Who asks, for which clinic, and what they may."""

    typename = "Me"

    id = serializers.CharField(read_only=True, help_text="As the trail has it.")
    name = serializers.CharField(read_only=True)
    kind = serializers.ChoiceField(choices=("person", "program"), read_only=True)
    clinic = serializers.UUIDField(read_only=True)
    clinic_name = serializers.CharField(read_only=True)
    time_zone = serializers.CharField(read_only=True)
    role = serializers.CharField(read_only=True, help_text="Of a person; empty for a program.")
    scopes = serializers.ListField(
        child=serializers.CharField(), read_only=True, help_text="Of a program's token; empty for a person."
    )
    permissions = serializers.ListField(
        child=serializers.ChoiceField(choices=[(each.value, each.name) for each in Permission]), read_only=True
    )
