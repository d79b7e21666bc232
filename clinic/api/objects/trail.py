"""Events of the trail as JSON: who did what to whose record. Old and new values are not told, only whose they are."""

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from clinic.access import Permission
from clinic.api.objects.strict import StrictSerializer
from clinic.audit.models import AuditEvent
from clinic.trail.words import details_text, what_text


class EventSerializer(StrictSerializer):
    """One event of the clinic's trail, which nobody can change or remove."""

    typename = "Event"
    needs: ClassVar[dict[str, Permission]] = dict.fromkeys(("patient_name", "details"), Permission.PATIENTS_VIEW)

    id = serializers.IntegerField(read_only=True)
    number = serializers.IntegerField(
        read_only=True, allow_null=True, help_text="Its place in the sealed trail; null for a minute or two."
    )
    at = serializers.DateTimeField(read_only=True)
    by = serializers.CharField(
        source="actor_id", read_only=True, help_text="A user's id, or `client:` and a number for a program."
    )
    by_name = serializers.CharField(source="actor_name", read_only=True, help_text="What they were called then.")
    action = serializers.CharField(
        read_only=True, help_text="Such as `patient.viewed`, `patients.searched`, `assessment.changed`."
    )
    reading = serializers.BooleanField(source="is_reading", read_only=True, help_text="Whether something was read.")
    record_type = serializers.CharField(read_only=True)
    record = serializers.UUIDField(source="record_id", read_only=True, allow_null=True)
    patient = serializers.UUIDField(
        source="patient_id", read_only=True, allow_null=True, help_text="Whose record it is, or belongs to."
    )
    patient_name = serializers.SerializerMethodField()
    what = serializers.SerializerMethodField()
    details = serializers.SerializerMethodField()
    changed = serializers.SerializerMethodField()
    request_id = serializers.CharField(
        read_only=True, help_text="Of the request: the `X-Request-Id` that came with it, or one of ours."
    )
    trace_id = serializers.CharField(read_only=True, help_text="Of the `traceparent` that came with it; else empty.")
    address = serializers.CharField(read_only=True, help_text="Where the request came from; empty for a command.")

    @extend_schema_field(
        serializers.CharField(allow_null=True, help_text="Null for who may not see patients, and where there is none.")
    )
    def get_patient_name(self, event: AuditEvent) -> Any:
        return self.context.get("patient_names", {}).get(event.patient_id)

    @extend_schema_field(serializers.CharField(help_text="In words for people."))
    def get_what(self, event: AuditEvent) -> str:
        return what_text(event)

    @extend_schema_field(
        serializers.CharField(
            allow_null=True,
            help_text="More words: what was searched for, how many rows there were. Null for who may not see patients.",
        )
    )
    def get_details(self, event: AuditEvent) -> str:
        return details_text(event)

    @extend_schema_field(
        serializers.ListField(child=serializers.CharField(), help_text="The names of what was changed, without values.")
    )
    def get_changed(self, event: AuditEvent) -> list[str]:
        return [] if event.is_reading else list(event.changes)
