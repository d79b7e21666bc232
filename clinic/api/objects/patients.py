"""Patients and assessments as JSON, in both directions."""

import datetime
from functools import cached_property
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from clinic.access import Permission
from clinic.api.objects.fields import DayField, NumberField, RecordField, TagsField, UuidField, VersionField, field_for
from clinic.api.objects.strict import StrictSerializer
from clinic.api.objects.texts import (
    ExtensionField,
    LineField,
    NameField,
    PhoneField,
    RecordNumberField,
    SystemField,
    ValueField,
)
from clinic.patients.dates import check_birth_date
from clinic.patients.entry import read_birth, read_together
from clinic.patients.models import BirthPrecision, Gender, Patient
from clinic.staff.models import Practitioner
from clinic.text.faults import Fault
from clinic.text.identifiers import NATIONAL, kept, parsed, read_identifier
from clinic.ui.declared import fill_in

ID_HELP = "On create: an id of your own, so that sending it again makes no second one. Otherwise ignored."
VERSION_HELP = "On update: the version that you read; refused with 409 when it is stale. On create ignored."
USER_HELP = (
    "The responsible practitioner, by the id in `/practitioners/`. Left out on create: the person signed in. "
    "API clients must give it."
)
OR_NOBODY = f"{USER_HELP} Null: nobody yet."
RESULTS_HELP = (
    "The latest result of each instrument, the worst severity first, then the newest. "
    "Null for who may not see assessments."
)
EXTENSION_HELP = "Digits. One behind the number, as in `020 7946 0018 ext 12`, is answered here."
NO_PRACTITIONER = "This clinic has no active practitioner with this id."


class SignedInPractitioner:
    """The default of `user` on create: whoever is signed in, where they are a practitioner of this clinic."""

    requires_context = True

    def __call__(self, field: RecordField) -> Practitioner:
        if field.parent.instance is not None:
            raise serializers.SkipField
        user = field.context["request"]._request.user
        found: Practitioner | None = field.chosen(user.pk) if user.is_authenticated else None
        if found is None:
            raise serializers.ValidationError(field.error_messages["required"], code=Fault.ASKER)
        return found


def practitioner_field() -> RecordField:
    return RecordField(
        Practitioner.objects.active,
        NO_PRACTITIONER,
        default=SignedInPractitioner(),
        allow_null=True,
        help_text=OR_NOBODY,
    )


class LatestResultSerializer(StrictSerializer):
    """A patient's latest result of one instrument."""

    typename = "LatestResult"

    instrument = serializers.CharField(help_text="The instrument's id.")
    score = NumberField()
    band = serializers.CharField(help_text="The instrument's own word; empty where it has none for this score.")
    severity = serializers.IntegerField(
        allow_null=True, help_text="From 0, minimal, to 4, severe, on one scale for all; null where a result is normal."
    )
    change = NumberField(allow_null=True, help_text="From the score before; null for the first.")
    date = serializers.DateField(source="assessed_on")


class IdentifierSerializer(StrictSerializer):
    """A number that somebody else gave the patient."""

    typename = "Identifier"

    system = SystemField(
        max_length=60, help_text="Whose number it is. Numbers of these are checked: " + ", ".join(NATIONAL) + "."
    )
    value = ValueField(max_length=60, help_text="The number; of a national one digits without signs.")


class IdentifiersField(serializers.ListField):
    """Identifiers as objects; the record keeps them as lines of text."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(child=IdentifierSerializer(), **kwargs)

    def to_internal_value(self, data: Any) -> Any:
        try:
            return kept(
                [
                    read_identifier(each.get("system", ""), each.get("value", ""))
                    for each in super().to_internal_value(data)
                ]
            )
        except ValidationError as error:
            raise serializers.ValidationError(error.messages) from error

    def to_representation(self, value: Any) -> Any:
        return super().to_representation([each._asdict() for each in parsed(value)])


class PatientSerializer(StrictSerializer):
    """A person in the care of a practitioner of the clinic."""

    typename = "Patient"
    needs: ClassVar[dict[str, Permission]] = {"latest_results": Permission.ASSESSMENTS_VIEW}

    id = UuidField(required=False, help_text=ID_HELP)
    user = practitioner_field()
    practitioner = serializers.CharField(
        source="user.display_name",
        read_only=True,
        allow_null=True,
        help_text="What the responsible practitioner is called; null while nobody is.",
    )
    full_name = NameField(
        max_length=200,
        help_text="Unique for its practitioner; case and white space make no new name. "
        "In `Okonkwo, Adaeze` the family name comes first.",
    )
    family_name = NameField(
        max_length=200,
        required=False,
        allow_blank=True,
        help_text="How the record is filed. Left out on create: the last word of the full name.",
    )
    preferred_name = NameField(
        max_length=100,
        required=False,
        allow_blank=True,
        help_text=Patient._meta.get_field("preferred_name").help_text,
    )
    other_names = NameField(
        max_length=200,
        required=False,
        allow_blank=True,
        help_text=Patient._meta.get_field("other_names").help_text,
    )
    gender = serializers.ChoiceField(choices=Gender.choices)
    date_of_birth = DayField(
        allow_null=True, help_text="Not in the future and not more than 130 years back; null where it is not known."
    )
    date_of_birth_precision = serializers.ChoiceField(
        choices=BirthPrecision.choices,
        required=False,
        help_text="How well the date is known; of a month or a year its first day is kept.",
    )
    phone_number = PhoneField(
        max_length=40, required=False, allow_blank=True, help_text="Answered as E.164; empty where there is none."
    )
    phone_extension = ExtensionField(max_length=11, required=False, allow_blank=True, help_text=EXTENSION_HELP)
    second_phone_number = PhoneField(max_length=40, required=False, allow_blank=True)
    second_phone_extension = ExtensionField(max_length=11, required=False, allow_blank=True, help_text=EXTENSION_HELP)
    email = LineField(max_length=254, required=False, allow_blank=True, validators=[validate_email])
    record_number = RecordNumberField(
        max_length=40,
        required=False,
        allow_blank=True,
        help_text="Unique in the clinic. Left out or empty on create: the clinic's next number.",
    )
    identifiers = IdentifiersField(required=False, help_text="Numbers that others gave them.")
    tags = TagsField(required=False, help_text="The words of the clinic's own tags, such as `Interpreter`.")
    latest_results = serializers.SerializerMethodField()
    archived_at = serializers.DateTimeField(read_only=True, allow_null=True)
    created_at = serializers.DateTimeField(read_only=True)
    updated_at = serializers.DateTimeField(read_only=True)
    version = VersionField(required=False, min_value=1, max_value=2**31 - 1, help_text=VERSION_HELP)

    @classmethod
    def completed(cls, fields: dict[str, Any]) -> dict[str, Any]:
        return fill_in(fields, Patient, field_for)

    @extend_schema_field(LatestResultSerializer(many=True, allow_null=True, help_text=RESULTS_HELP))
    def get_latest_results(self, patient: Patient) -> Any:
        if "latest_results" in self.hidden_fields:
            return None
        return [self._of_result.to_representation(each) for each in patient.results]

    @cached_property
    def _of_result(self) -> LatestResultSerializer:
        """One for all results: a serializer copies its fields."""
        return LatestResultSerializer()

    def validate_date_of_birth(self, born: datetime.date | None) -> datetime.date | None:
        return None if born is None else check_birth_date(born)

    def validate_record_number(self, number: str) -> str:
        if self.instance is not None and not number:
            raise serializers.ValidationError("A registered patient keeps a record number.", code=Fault.TOGETHER)
        return number

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        stored: Patient | None = self.instance
        try:
            return read_together(attrs | read_birth(attrs, stored), stored)
        except ValidationError as error:
            raise serializers.ValidationError(serializers.as_serializer_error(error)) from error
