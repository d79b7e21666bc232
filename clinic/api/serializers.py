"""Patients and assessments as JSON, in both directions."""

import datetime
from collections.abc import Callable, Mapping
from operator import attrgetter
from typing import Any, ClassVar

from django.utils.functional import cached_property
from rest_framework import serializers

from clinic.api.fields import (
    DayField,
    LineField,
    PhoneField,
    RecordField,
    ScoreField,
    TextField,
    TypenameField,
    UuidField,
    VersionField,
)
from clinic.assessments.dates import check_assessment_date
from clinic.assessments.forms import MOST_QUESTIONS
from clinic.assessments.models import AssessmentType
from clinic.patients.dates import check_birth_date
from clinic.patients.models import BirthPrecision, Gender, Patient
from clinic.staff.models import Practitioner

ID_HELP = "On create: an id of your own, so that sending it again makes no second one. Otherwise ignored."
VERSION_HELP = "On update: the version that you read; refused with 409 when it is stale. On create ignored."
USER_HELP = "The responsible practitioner. Left out on create: the person signed in. API clients must give it."
NO_PRACTITIONER = "This clinic has no active practitioner with this id."


class StrictSerializer(serializers.Serializer[Any]):
    """Refuses fields that it does not have, by name; read-only ones may be sent back and are ignored."""

    typename: ClassVar[str]

    def get_fields(self) -> dict[str, Any]:
        return {"__typename": TypenameField(self.typename), **super().get_fields()}

    @cached_property
    def _plan(self) -> list[tuple[str, Callable[[Any], Any], Callable[[Any], Any]]]:
        """Each field's name, how its value is got and how it is written: asked once, not for each record."""
        fields = [field for field in self._readable_fields if field.field_name != "__typename"]
        plain = serializers.Field.get_attribute
        return [
            (
                str(field.field_name),
                attrgetter(str(field.source)) if type(field).get_attribute is plain else field.get_attribute,
                field.to_representation,
            )
            for field in fields
        ]

    def to_representation(self, instance: Any) -> dict[str, Any]:
        """As DRF's own, whose look-ups cost more than what they find."""
        shown: dict[str, Any] = {"__typename": self.typename}
        for name, get, write in self._plan:
            value = get(instance)
            shown[name] = write(value) if value is not None else None
        return shown

    def to_internal_value(self, data: Any) -> Any:
        unknown = [name for name in data if name not in self.fields] if isinstance(data, Mapping) else []
        problems: dict[str, Any] = {name: ["There is no such field."] for name in unknown}
        try:
            values = super().to_internal_value(data)
        except serializers.ValidationError as error:
            if not unknown:
                raise
            problems.update(dict(error.detail))  # type: ignore[arg-type]
        if problems:
            raise serializers.ValidationError(problems)
        return values


class SignedInPractitioner:
    """The default of `user` on create: whoever is signed in, where they are a practitioner of this clinic."""

    requires_context = True

    def __call__(self, field: RecordField) -> Practitioner:
        if field.parent.instance is not None:
            raise serializers.SkipField
        user = field.context["request"]._request.user
        mine = field.rows().filter(pk=user.pk)
        found: Practitioner | None = mine.first() if user.is_authenticated else None
        if found is None:
            field.fail("required")
        return found


def practitioner_field() -> RecordField:
    return RecordField(
        Practitioner.objects.active, NO_PRACTITIONER, default=SignedInPractitioner(), help_text=USER_HELP
    )


class PatientSerializer(StrictSerializer):
    """A person in the care of a practitioner of the clinic."""

    typename = "Patient"

    id = UuidField(required=False, help_text=ID_HELP)
    user = practitioner_field()
    practitioner = serializers.CharField(
        source="user.display_name", read_only=True, help_text="What the responsible practitioner is called."
    )
    full_name = LineField(
        max_length=200, help_text="Unique for its practitioner; case and white space make no new name."
    )
    family_name = LineField(
        max_length=200,
        required=False,
        allow_blank=True,
        help_text="How the record is filed. Left out on create: the last word of the full name.",
    )
    gender = serializers.ChoiceField(choices=Gender.choices)
    date_of_birth = DayField(help_text="Not in the future and not more than 130 years back.")
    date_of_birth_precision = serializers.ChoiceField(
        choices=BirthPrecision.choices,
        required=False,
        help_text="How well the date is known; of `year` only the year is kept, as its first of January.",
    )
    phone_number = PhoneField(
        max_length=40, required=False, allow_blank=True, help_text="Answered as E.164; empty where there is none."
    )
    second_phone_number = PhoneField(max_length=40, required=False, allow_blank=True)
    address = TextField(max_length=1000, required=False, allow_blank=True)
    record_number = LineField(
        max_length=40,
        required=False,
        allow_blank=True,
        help_text="Unique in the clinic. Left out or empty on create: the clinic's next number.",
    )
    archived_at = serializers.DateTimeField(read_only=True, allow_null=True)
    created_at = serializers.DateTimeField(read_only=True)
    updated_at = serializers.DateTimeField(read_only=True)
    version = VersionField(required=False, min_value=1, max_value=2**31 - 1, help_text=VERSION_HELP)

    def validate_date_of_birth(self, born: datetime.date) -> datetime.date:
        return check_birth_date(born)

    def validate_record_number(self, number: str) -> str:
        if self.instance is not None and not number:
            raise serializers.ValidationError("A registered patient keeps a record number.")
        return number

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        stored: Patient | None = self.instance
        born = attrs.get("date_of_birth") or (stored and stored.date_of_birth)
        precision = attrs.get("date_of_birth_precision") or (stored and stored.date_of_birth_precision)
        if born and precision == BirthPrecision.YEAR:
            attrs["date_of_birth"] = born.replace(month=1, day=1)
        return attrs


class QuestionSerializer(StrictSerializer):
    """One question that was asked, and what was answered."""

    typename = "Question"

    question = LineField(max_length=500)
    answer = TextField(max_length=4000, required=False, allow_blank=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "question" not in attrs:
            raise serializers.ValidationError({"question": ["This field is required."]})
        return {"question": attrs["question"], "answer": attrs.get("answer", "")}

    def to_representation(self, instance: Mapping[str, str]) -> dict[str, str]:
        return {"__typename": self.typename, "question": instance["question"], "answer": instance["answer"]}


class AssessmentSerializer(StrictSerializer):
    """One sitting of one patient."""

    typename = "Assessment"

    id = UuidField(required=False, help_text=ID_HELP)
    patient = RecordField(Patient.objects.all, "This clinic has no patient with this id.")
    user = practitioner_field()
    name = LineField(
        max_length=200,
        required=False,
        allow_blank=True,
        help_text="Unique for its patient. Left out or empty on create: named after its type and date.",
    )
    type = serializers.ChoiceField(choices=AssessmentType.choices)
    date = DayField(help_text="Between 1900 and today.")
    questions = QuestionSerializer(many=True, required=False, max_length=MOST_QUESTIONS)  # type: ignore[call-arg]
    score = ScoreField(
        max_digits=8, decimal_places=2, required=False, allow_null=True, coerce_to_string=False,
        help_text="The final score, with at most two decimal places.",
    )  # fmt: skip
    archived_at = serializers.DateTimeField(read_only=True, allow_null=True)
    created_at = serializers.DateTimeField(read_only=True)
    updated_at = serializers.DateTimeField(read_only=True)
    version = VersionField(required=False, min_value=1, max_value=2**31 - 1, help_text=VERSION_HELP)

    def validate_date(self, day: datetime.date) -> datetime.date:
        return check_assessment_date(day)

    def validate_name(self, name: str) -> str:
        if self.instance is not None and not name:
            raise serializers.ValidationError("A recorded assessment keeps a name.")
        return name
