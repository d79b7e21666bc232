"""What happened to records, as JSON: ids, so that whoever may not read a record learns nothing of it."""

from typing import Any

from rest_framework import serializers

from clinic.access import Permission
from clinic.api.objects.strict import StrictSerializer
from clinic.assessments.models import Alert, Schedule

# What the trail calls a record: its name in JSON, and what it takes to hear of it.
RECORDS = {
    "patient": ("Patient", Permission.PATIENTS_VIEW),
    "practitioner": ("Practitioner", Permission.PATIENTS_VIEW),
    "assessment": ("Assessment", Permission.ASSESSMENTS_VIEW),
    "episode": ("Episode", Permission.ASSESSMENTS_VIEW),
    Schedule.trail_name: ("Schedule", Permission.ASSESSMENTS_VIEW),
    "answerrequest": ("Request", Permission.ASSESSMENTS_VIEW),
    Alert.trail_name: ("Alert", Permission.ALERTS_VIEW),
    "clinic": ("Clinic", Permission.PATIENTS_VIEW),
}
KIND_HELP = (
    "What kind of record it is. Of `Clinic` only `restored` is told: the clinic was put back from a backup, and "
    "whoever keeps a copy reads everything again."
)


KINDS = [name for name, _ in RECORDS.values()]


class KindField(serializers.ChoiceField):
    """What the trail calls a kind of record, by its name in JSON."""

    def to_representation(self, value: Any) -> str:
        return RECORDS[value][0]


class ActionField(serializers.CharField):
    """What was done, without to what."""

    def to_representation(self, value: Any) -> str:
        return str(value.rpartition(".")[2])


class ChangeSerializer(StrictSerializer):
    """One thing that happened to a record, in the clinic's order; read the record to know how it is now."""

    typename = "Change"

    kind = KindField(source="record_type", choices=KINDS, read_only=True, help_text=KIND_HELP)
    id = serializers.UUIDField(source="record_id", read_only=True, help_text="Of the record.")
    patient = serializers.UUIDField(
        source="patient_id", read_only=True, allow_null=True, help_text="Whose record it is, or belongs to."
    )
    action = ActionField(
        read_only=True,
        help_text="Such as `created`, `changed`, `archived`, `restored`, `merged`, `raised`, `acknowledged`.",
    )
    at = serializers.DateTimeField(read_only=True)
