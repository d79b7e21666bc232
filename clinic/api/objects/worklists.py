"""Alerts, schedules and links of patients as JSON, and what is sent to change them."""

from datetime import date
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from clinic.api.objects.assessments import NO_INSTRUMENT
from clinic.api.objects.episodes import ReasonField
from clinic.api.objects.fields import DayField, RecordField, UuidField, VersionField
from clinic.api.objects.instruments import RiskAlertSerializer
from clinic.api.objects.patients import ID_HELP, NO_PRACTITIONER
from clinic.api.objects.strict import StrictSerializer
from clinic.api.objects.texts import LineField, TextField
from clinic.assessments.models.requests import AnswerRequest, RequestState
from clinic.assessments.models.schedules import LONGEST, SIZES, Unit
from clinic.assessments.selfreport.actions import asks_birth_date
from clinic.instruments import catalogue
from clinic.instruments.definitions import Definition
from clinic.patients.models import Patient
from clinic.staff.models import Practitioner
from clinic.text.faults import Fault

NO_PATIENT = "This clinic has no patient with this id."
LONGEST_LINK = 90  # days
POINTS_HELP = "How bad the response was, by the rule that raised it; a worse one raises it again."


class AlertSerializer(StrictSerializer):
    """A response that needs action; open until somebody acknowledges it with a note of what was done."""

    typename = "Alert"

    patient = serializers.UUIDField(source="patient_id", read_only=True)
    assessment = serializers.UUIDField(source="assessment_id", read_only=True)
    points = serializers.FloatField(read_only=True, help_text=POINTS_HELP)

    @classmethod
    def completed(cls, fields: dict[str, Any]) -> dict[str, Any]:
        return {**RiskAlertSerializer().get_fields(), **fields}


class AcknowledgementSerializer(StrictSerializer):
    """What was done about an alert."""

    typename = "Acknowledgement"

    note = TextField(max_length=2000, help_text="What was done about it.")
    points = serializers.DecimalField(
        max_digits=8,
        decimal_places=2,
        required=False,
        coerce_to_string=False,
        help_text="Those of the alert that was read: refused with 409 where a worse answer came meanwhile.",
    )


class ScheduleSerializer(StrictSerializer):
    """How often a patient answers an instrument, and when next."""

    typename = "Schedule"

    id = serializers.UUIDField(read_only=True)
    patient = serializers.UUIDField(source="patient_id", read_only=True)
    instrument = serializers.CharField(read_only=True, help_text="The instrument's id.")
    title = serializers.CharField(read_only=True)
    every = serializers.IntegerField(source="every.count", read_only=True)
    every_unit = serializers.ChoiceField(source="every.unit", choices=Unit.choices, read_only=True)
    then_every = serializers.IntegerField(
        source="then_every.count", read_only=True, allow_null=True, help_text="The pace after remission, if another."
    )
    then_unit = ReasonField(source="then_every.unit", choices=Unit.choices, read_only=True, allow_null=True)
    starts_on = serializers.DateField(read_only=True)
    next_due_on = serializers.DateField(read_only=True)
    last_done_on = serializers.DateField(read_only=True, allow_null=True)
    unscored_on = serializers.DateField(
        read_only=True, allow_null=True, help_text="A later assessment without a score, which leaves it due."
    )
    ended_on = serializers.DateField(read_only=True, allow_null=True)
    created_at = serializers.DateTimeField(read_only=True)


def offered(attrs: dict[str, Any]) -> dict[str, Any]:
    """The fields with the `definition` in place of the `instrument`; raises ValidationError."""
    instrument = attrs.pop("instrument")
    definition: Definition | None = catalogue.find(instrument)
    if definition is None:
        raise serializers.ValidationError({"instrument": [NO_INSTRUMENT]}, code=Fault.UNKNOWN)
    patient = attrs["patient"]
    if message := definition.refusal(sex=patient.clinical_sex, age=patient.age):
        raise serializers.ValidationError({"instrument": [message]}, code=Fault.TOGETHER)
    return {**attrs, "definition": definition}


def _together(field: str, message: str) -> serializers.ValidationError:
    return serializers.ValidationError({field: [message]}, code=Fault.TOGETHER)


class NewScheduleSerializer(StrictSerializer):
    """How often a patient is to answer an instrument from now on."""

    typename = "NewSchedule"

    patient = RecordField(Patient.objects.all, NO_PATIENT)
    instrument = LineField(max_length=60, help_text="The instrument's id.")
    every = VersionField(min_value=1, max_value=LONGEST)
    every_unit = serializers.ChoiceField(choices=Unit.choices)
    then_every = VersionField(
        min_value=1,
        max_value=LONGEST,
        required=False,
        allow_null=True,
        help_text="The pace after remission, of an instrument that says what that is.",
    )
    then_unit = serializers.ChoiceField(choices=Unit.choices, required=False)
    starts_on = DayField(
        required=False, help_text="When the first is due, at most ten years from today; left out: today."
    )

    def validate_starts_on(self, day: date) -> date:
        if abs((day - timezone.localdate()).days) > LONGEST:
            raise serializers.ValidationError("At most ten years from today.", code=Fault.DAY)
        return day

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """The fields that `set_schedule` takes."""
        found = offered({name: attrs[name] for name in ("patient", "instrument")})
        paces = _days(attrs, "every"), _days(attrs, "then_every")
        if paces[1] and found["definition"].change.remission_below is None:
            raise _together("then_every", "It has no published remission. Leave this out.")
        return {
            **found,
            "every_days": paces[0],
            "then_every_days": paces[1],
            "every_unit": attrs["every_unit"],
            "then_unit": attrs["then_unit"] if paces[1] else "",
            "starts_on": attrs.get("starts_on"),
        }


def _days(attrs: dict[str, Any], name: str) -> int | None:
    """The days of a pace; raises ValidationError for one without a unit, or of more than ten years."""
    number, unit = attrs.get(name), attrs.get(f"{name.partition('_')[0]}_unit")
    if not number and not unit:
        return None
    if not number or not unit:
        raise _together(*(("then_unit", "Say which unit.") if number else (name, "Say how many of the unit.")))
    days = int(number) * SIZES[Unit(unit)]
    if days > LONGEST:
        raise _together(name, "At most ten years lie between two assessments.")
    return days


class RequestSerializer(StrictSerializer):
    """A patient is asked to answer an instrument by a link of their own."""

    typename = "Request"

    id = serializers.UUIDField(read_only=True)
    patient = serializers.UUIDField(source="patient_id", read_only=True)
    user = serializers.UUIDField(source="user_id", read_only=True)
    instrument = serializers.CharField(read_only=True, help_text="The instrument's id.")
    instrument_version = serializers.CharField(read_only=True)
    title = serializers.CharField(read_only=True)
    language = serializers.CharField(read_only=True)
    state = serializers.ChoiceField(source="status", choices=RequestState.choices, read_only=True)
    assessment = serializers.UUIDField(
        source="assessment_id", read_only=True, allow_null=True, help_text="Where the answers are."
    )
    asks_for = serializers.SerializerMethodField()
    link = serializers.SerializerMethodField()
    code = serializers.SerializerMethodField()
    expires_at = serializers.DateTimeField(read_only=True)
    opened_at = serializers.DateTimeField(read_only=True, allow_null=True)
    ended_at = serializers.DateTimeField(read_only=True, allow_null=True)
    created_at = serializers.DateTimeField(read_only=True)
    created_by = serializers.CharField(source="created_by_name", read_only=True)

    @extend_schema_field(
        serializers.ChoiceField(
            choices=("date_of_birth", "code"), help_text="What the patient writes before the link shows anything."
        )
    )
    def get_asks_for(self, request: AnswerRequest) -> str:
        return "date_of_birth" if asks_birth_date(request.patient) else "code"

    @extend_schema_field(
        serializers.URLField(allow_null=True, help_text="In the answer that made it and in no other: then null.")
    )
    def get_link(self, request: AnswerRequest) -> Any:
        return self.context.get("link")

    @extend_schema_field(serializers.CharField(allow_null=True, help_text="Beside the link, where it asks for a code."))
    def get_code(self, request: AnswerRequest) -> Any:
        return self.context.get("code")


class NewRequestSerializer(StrictSerializer):
    """What a patient is asked, and for how long."""

    typename = "NewRequest"

    id = UuidField(required=False, help_text=ID_HELP)
    patient = RecordField(Patient.objects.all, NO_PATIENT)
    user = RecordField(
        Practitioner.objects.active,
        NO_PRACTITIONER,
        required=False,
        help_text="Whose the assessment will be. Left out: whoever is signed in, or the patient's practitioner.",
    )
    instrument = LineField(max_length=60, help_text="The id of one that patients answer.")
    days = VersionField(min_value=1, max_value=LONGEST_LINK, help_text="How long the link works.")
    language = LineField(max_length=10, required=False, help_text="One that the instrument has; left out: English.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """The fields that `create_request` takes, but `user` where nobody says."""
        found = offered(attrs)
        known, language = found["definition"].languages, found.get("language") or found["definition"].languages[0]
        if language not in known:
            raise _together("language", f"It is there in: {', '.join(known)}.")
        return {**found, "language": language}


class RenewalSerializer(StrictSerializer):
    """The id of the link that replaces another."""

    typename = "Renewal"

    id = UuidField(required=False, help_text="Of the new one, so that sending it again makes no other.")
