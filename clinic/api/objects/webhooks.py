"""Webhooks and what was sent to them, as JSON."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from clinic.api.objects.episodes import ReasonField
from clinic.api.objects.fields import FlagField, UuidField, VersionField
from clinic.api.objects.patients import ID_HELP
from clinic.api.objects.strict import StrictSerializer
from clinic.api.objects.texts import LineField, UrlField
from clinic.webhooks.addresses import BadAddress, read_target
from clinic.webhooks.models import LONGEST_NAME, LONGEST_URL, DeliveryState, Event, OffWhy, Webhook

ONCE_HELP = "In the answer that made it and in no other: then null. What is sent is signed by it."
VERSION_HELP = "The version that you read; refused with 409 where there is another by now."


class WebhookSerializer(StrictSerializer):
    """An address that is told what happens in the clinic."""

    typename = "Webhook"

    id = UuidField(required=False, help_text=ID_HELP)
    name = LineField(max_length=LONGEST_NAME, help_text="What receives it.")
    url = UrlField(max_length=LONGEST_URL, help_text="Where the receiver listens: https, and outside the network.")
    events = serializers.ListField(
        child=serializers.ChoiceField(choices=Event.choices),
        allow_empty=False,
        min_length=1,
        max_length=len(Event),
        help_text="What it is told.",
    )
    active = FlagField(
        source="is_active",
        required=False,
        help_text="False switches it off, and what waits is never sent; true has it told of what happens from then on.",
    )
    off_reason = ReasonField(source="off_why", choices=OffWhy.choices, read_only=True, allow_null=True)
    failing_since = serializers.DateTimeField(
        read_only=True, allow_null=True, help_text="Since when nothing was accepted."
    )
    secret = serializers.SerializerMethodField()
    secret_since = serializers.DateTimeField(read_only=True)
    earlier_until = serializers.SerializerMethodField()
    created_at = serializers.DateTimeField(read_only=True)
    version = VersionField(required=False, min_value=1, max_value=2**31 - 1, help_text=VERSION_HELP)

    @extend_schema_field(serializers.CharField(allow_null=True, help_text=ONCE_HELP))
    def get_secret(self, webhook: Webhook) -> Any:
        return self.context.get("secret") or None

    @extend_schema_field(
        serializers.DateTimeField(allow_null=True, help_text="Until when the secret before signs, too; else null.")
    )
    def get_earlier_until(self, webhook: Webhook) -> Any:
        until = webhook.earlier_until if webhook.has_earlier else None
        return serializers.DateTimeField().to_representation(until) if until is not None else None

    def validate_url(self, url: str) -> str:
        try:
            read_target(url)
        except BadAddress as error:
            raise serializers.ValidationError(str(error)) from error
        return url

    def validate_events(self, events: list[str]) -> list[str]:
        return list(dict.fromkeys(events))


class RotationSerializer(StrictSerializer):
    """What becomes of the secret that there is."""

    typename = "Rotation"

    end_earlier = FlagField(
        default=False, help_text="Whether it signs no more from now on; else it signs beside the new one for a week."
    )


class DeliverySerializer(StrictSerializer):
    """One event for one webhook, and what became of it."""

    typename = "Delivery"

    id = serializers.UUIDField(read_only=True)
    webhook = serializers.UUIDField(source="webhook_id", read_only=True)
    message = serializers.SerializerMethodField()
    event = serializers.ChoiceField(choices=Event.choices, read_only=True)
    kind = serializers.CharField(source="data.kind", read_only=True)
    record = serializers.UUIDField(source="data.id", read_only=True, help_text="The record that it is about.")
    at = serializers.DateTimeField(read_only=True, help_text="When it happened.")
    state = serializers.ChoiceField(choices=DeliveryState.choices, read_only=True)
    tries = serializers.IntegerField(read_only=True)
    tried_at = serializers.DateTimeField(read_only=True, allow_null=True)
    next_at = serializers.DateTimeField(read_only=True, allow_null=True)
    answer = serializers.IntegerField(read_only=True, allow_null=True, help_text="The status of the last answer.")
    why = serializers.CharField(read_only=True, help_text="What went wrong last, in words.")

    @extend_schema_field(serializers.CharField(help_text="The `webhook-id` that it has with every try."))
    def get_message(self, delivery: Any) -> str:
        return f"msg_{delivery.pk.hex}"
