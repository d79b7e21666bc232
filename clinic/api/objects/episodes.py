"""Episodes of treatment as JSON."""

from typing import Any

from rest_framework import serializers

from clinic.api.objects.strict import StrictSerializer
from clinic.assessments.models.episodes import EpisodeEnd


class ReasonField(serializers.ChoiceField):
    """Why an episode ended; what is stored empty is null."""

    def to_representation(self, value: Any) -> Any:
        return super().to_representation(value) or None


class EpisodeSerializer(StrictSerializer):
    """One treatment of a patient, within which change is measured; both of its days belong to it."""

    typename = "Episode"
    own_words = ("end_words",)

    id = serializers.UUIDField(read_only=True)
    patient = serializers.UUIDField(source="patient_id", read_only=True)
    started_on = serializers.DateField(read_only=True)
    ended_on = serializers.DateField(read_only=True, allow_null=True, help_text="Null while it is open.")
    end_reason = ReasonField(
        choices=EpisodeEnd.choices,
        read_only=True,
        allow_null=True,
        help_text="Why it ended; null while it is open. What `other` is stands in `end_words`.",
    )
    end_words = serializers.CharField(
        read_only=True,
        allow_null=True,
        help_text="What was added to the reason; may be empty. Null for who may see no patients.",
    )
    started_by = serializers.CharField(source="created_by_name", read_only=True)
    ended_by = serializers.CharField(source="ended_by_name", read_only=True, help_text="Empty while it is open.")
    created_at = serializers.DateTimeField(read_only=True)
    version = serializers.IntegerField(read_only=True, help_text="Goes up with each change.")
