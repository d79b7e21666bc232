"""Practitioners as JSON, and the endpoints that there are."""

from rest_framework import serializers

from clinic.api.objects.strict import StrictSerializer


class PractitionerSerializer(StrictSerializer):
    """Somebody who can be responsible for patients; their `id` is what `user` names."""

    typename = "Practitioner"

    id = serializers.UUIDField(read_only=True)
    name = serializers.CharField(source="display_name", read_only=True)
    active = serializers.BooleanField(
        source="is_active",
        read_only=True,
        help_text="Whether they can be chosen; who left keeps patients until others take over.",
    )


class EndpointSerializer(StrictSerializer):
    """One address to begin at."""

    typename = "Endpoint"

    name = serializers.CharField(read_only=True)
    url = serializers.URLField(read_only=True)
    description = serializers.CharField(read_only=True)
