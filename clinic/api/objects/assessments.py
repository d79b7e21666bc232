"""Assessments as JSON, in both directions: free ones, and those by an instrument."""

import datetime
from collections.abc import Mapping
from functools import cached_property
from typing import Any, ClassVar

from rest_framework import serializers

from clinic.access import Permission
from clinic.api.objects.fields import (
    AnswersField,
    DayField,
    FlagField,
    InstrumentField,
    RangeField,
    RecordField,
    ScoreField,
    UuidField,
    VersionField,
    field_for,
)
from clinic.api.objects.instruments import RiskAlertSerializer, SubscaleSerializer
from clinic.api.objects.patients import (
    ID_HELP,
    NO_PRACTITIONER,
    USER_HELP,
    VERSION_HELP,
    PatientSerializer,
    SignedInPractitioner,
)
from clinic.api.objects.strict import StrictSerializer
from clinic.api.objects.texts import LineField, TextField
from clinic.api.reading.chosen import included
from clinic.assessments.models import OF_INSTRUMENT, Assessment, AssessmentStatus, AssessmentType
from clinic.assessments.pages.forms import MOST_QUESTIONS
from clinic.assessments.record import refusals
from clinic.assessments.record.dates import check_assessment_date
from clinic.assessments.record.results import without_words
from clinic.instruments import catalogue
from clinic.instruments.definitions import Definition
from clinic.patients.models import Patient
from clinic.staff.models import Practitioner
from clinic.text.faults import Fault
from clinic.ui.declared import fill_in

FREE_ONLY = ("questions",)
OF_INSTRUMENT_ONLY = ("answers", "complete", "reason", "language")
NO_INSTRUMENT = "This clinic offers no instrument of this name."


class QuestionSerializer(StrictSerializer):
    """One question that was asked, and what was answered."""

    typename = "Question"

    question = LineField(max_length=500)
    answer = TextField(max_length=4000, required=False, allow_blank=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "question" not in attrs:
            raise serializers.ValidationError({"question": ["This field is required."]})
        return {"question": attrs["question"], "answer": attrs.get("answer", "")}


class TypeOfInstrument:
    """The default of `type`: the instrument says it. Without an instrument a type is required."""

    requires_context = True

    def __call__(self, field: serializers.ChoiceField) -> Any:
        stored, sent = field.parent.instance, field.parent.initial_data
        if (stored is not None and stored.instrument) or (isinstance(sent, Mapping) and sent.get("instrument")):
            raise serializers.SkipField
        field.fail("required")


class PractitionerOfPatient(SignedInPractitioner):
    """The default of `user`: whoever is signed in; where a program sends the assessment, the patient's practitioner."""

    def __call__(self, field: RecordField) -> Practitioner:
        try:
            return super().__call__(field)
        except serializers.ValidationError:
            if field.parent.initial_data.get("instrument"):
                raise serializers.SkipField from None
            raise


class IncludedSerializer(StrictSerializer):
    """What `include` brought in."""

    typename = "Included"

    patient = PatientSerializer(read_only=True)


class AssessmentSerializer(StrictSerializer):
    """One assessment of one patient, free or by an instrument, which decides what may be answered, and the score."""

    typename = "Assessment"
    needs: ClassVar[dict[str, Permission]] = {
        "questions": Permission.ANSWERS_VIEW, "answers": Permission.ANSWERS_VIEW, "alerts": Permission.ALERTS_VIEW,
    }  # fmt: skip
    own_words = ("name", "questions")

    id = UuidField(required=False, help_text=ID_HELP)
    patient = RecordField(Patient.objects.all, "This clinic has no patient with this id.")
    user = RecordField(
        Practitioner.objects.active,
        NO_PRACTITIONER,
        default=PractitionerOfPatient(),
        help_text=f"{USER_HELP} With an instrument, theirs is the patient's practitioner if it is left out.",
    )
    name = LineField(
        max_length=200,
        required=False,
        allow_blank=True,
        help_text="Unique for its patient. Left out or empty on create: named after its type or instrument, and date. "
        "Null for who may see no patients.",
    )
    type = serializers.ChoiceField(
        choices=AssessmentType.choices,
        default=TypeOfInstrument(),  # type: ignore[arg-type]  # is called with the field
        help_text="Left out: that of the instrument.",
    )
    date = DayField(help_text="Between 1900 and today.")
    questions = QuestionSerializer(
        many=True,
        required=False,
        max_length=MOST_QUESTIONS,
        help_text="Of a free assessment. Null for who may see no answers, or no patients.",
    )
    instrument = InstrumentField(
        max_length=60,
        required=False,
        allow_null=True,
        help_text="The id of the instrument that is followed, in its newest version; null for a free assessment.",
    )
    instrument_version = InstrumentField(read_only=True, allow_null=True)
    language = LineField(required=False, max_length=10, allow_blank=True, help_text="In which it was answered.")
    status = serializers.ChoiceField(choices=AssessmentStatus.choices, read_only=True)
    answers = AnswersField(
        required=False,
        help_text="Of an instrument, by item code: points of the chosen option, or its code where several options have "
        "these points, or what was measured; by the item's `kind` also text, a date (YYYY-MM-DD), true or false, or a "
        "list of options. Null or left out for none. PATCH changes those that are sent. Texts are left out for who may "
        "see no patients.",
    )
    complete = FlagField(
        write_only=True,
        required=False,
        help_text="Whether the assessment is done. With items unanswered it is completed without a score.",
    )
    reason = LineField(
        write_only=True,
        required=False,
        allow_blank=True,
        max_length=500,
        help_text="Why a completed assessment is changed, which amends it and keeps the original. On create ignored.",
    )
    score = ScoreField(
        max_digits=8, decimal_places=2, required=False, allow_null=True, coerce_to_string=False,
        help_text="The final score, with at most two decimal places. With an instrument it is computed; one that is "
        "sent is compared, and refused where it differs.",
    )  # fmt: skip
    score_range = RangeField(allow_null=True, help_text="Where the total must lie, whatever the rest is answered.")
    band = InstrumentField(
        read_only=True,
        allow_null=True,
        help_text="The severity band that is certain; without bands what the cut-off says.",
    )
    severity = serializers.IntegerField(
        read_only=True, allow_null=True, help_text="Of the band, from 0 to 4; null where it is no illness."
    )
    cutoff = serializers.CharField(
        read_only=True, allow_null=True, help_text="`positive`, `negative`, `uncertain`, or null while it is open."
    )
    pattern = serializers.BooleanField(read_only=True, allow_null=True)
    subscales = SubscaleSerializer(many=True, read_only=True)
    answered = serializers.IntegerField(read_only=True, help_text="How many of the items that count.")
    asked = serializers.IntegerField(read_only=True, help_text="How many items count.")
    summary = serializers.CharField(read_only=True, help_text="How much was answered and what follows, in words.")
    sex = InstrumentField(
        read_only=True, allow_null=True, help_text="By whose rule it was scored: the record's of that moment."
    )
    age = serializers.IntegerField(
        read_only=True, allow_null=True, help_text="In years on the date, by the record when it was scored."
    )
    alerts = RiskAlertSerializer(
        many=True, read_only=True, allow_null=True, help_text="Null for who may not see alerts."
    )
    completed_at = serializers.DateTimeField(read_only=True, allow_null=True)
    archived_at = serializers.DateTimeField(read_only=True, allow_null=True)
    created_at = serializers.DateTimeField(read_only=True)
    updated_at = serializers.DateTimeField(read_only=True)
    version = VersionField(required=False, min_value=1, max_value=2**31 - 1, help_text=VERSION_HELP)

    @classmethod
    def completed(cls, fields: dict[str, Any]) -> dict[str, Any]:
        return fill_in(fields, Assessment, field_for, but=OF_INSTRUMENT)

    @cached_property
    def _included(self) -> IncludedSerializer | None:
        """What is brought into each, where anything is asked for."""
        request = self.context.get("request")
        if request is None or not included(request, self.context.get("view")):
            return None
        found = IncludedSerializer(source="*", read_only=True)
        found.bind("included", self)
        return found

    @property
    def readable_names(self) -> list[str]:
        return [*super().readable_names, *(["included"] if self._included else [])]

    def to_representation(self, instance: Any) -> dict[str, Any]:
        shown = super().to_representation(instance)
        if shown.get("answers") and not self._names_patients:
            shown["answers"] = without_words(shown["answers"], self._version_of(instance))
        return shown if self._included is None else {**shown, "included": self._included.to_representation(instance)}

    @cached_property
    def _names_patients(self) -> bool:
        request = self.context.get("request")
        return request is not None and Permission.PATIENTS_VIEW in request._request.permissions

    @cached_property
    def _versions(self) -> dict[tuple[str, str], Definition]:
        return {}

    def _version_of(self, assessment: Assessment) -> Definition | None:
        """The definition that an assessment follows, read once for all rows."""
        key = (assessment.instrument, assessment.instrument_version)
        if key not in self._versions:
            self._versions.update(catalogue.find_versions([key]))
        return self._versions.get(key)

    def validate_date(self, day: datetime.date) -> datetime.date:
        return check_assessment_date(day)

    def validate_name(self, name: str) -> str:
        if self.instance is not None and not name:
            raise serializers.ValidationError("A recorded assessment keeps a name.", code=Fault.TOGETHER)
        return name

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """The clean fields; those of a new assessment with the `definition` in place of the `instrument`."""
        stored: Assessment | None = self.instance
        instrument = attrs.pop("instrument", None) or ""
        if stored is not None:
            if instrument and instrument != stored.instrument:
                raise _together({"instrument": ["An assessment keeps its instrument."]})
            if stored.made and attrs.get("complete") is False:
                raise _together({"complete": ["It is completed, and stays so."]})
            return _only(attrs, follows=bool(stored.instrument))
        attrs = _only(attrs, follows=bool(instrument))
        attrs.pop("reason", None)
        return {**attrs, **self._of_instrument(instrument, attrs)} if instrument else attrs

    def _of_instrument(self, instrument: str, attrs: Mapping[str, Any]) -> dict[str, Any]:
        """What the instrument adds to a new assessment."""
        definition = self._offered.get(instrument)
        if definition is None:
            raise serializers.ValidationError({"instrument": [NO_INSTRUMENT]}, code=Fault.UNKNOWN)
        language = attrs.get("language") or definition.languages[0]
        if language not in definition.languages:
            known = ", ".join(definition.languages)
            raise _together({"language": [f"{definition.title} is there in: {known}."]})
        user = attrs.get("user") or attrs["patient"].user
        if user is None:
            raise _together({"user": [refusals.NOBODY_RESPONSIBLE]})
        return {"definition": definition, "user": user, "language": language}

    @cached_property
    def _offered(self) -> dict[str, Definition]:
        """The clinic's instruments by id, read once for all rows."""
        return {definition.id: definition for definition in catalogue.offered()}


def _together(problems: dict[str, list[str]]) -> serializers.ValidationError:
    return serializers.ValidationError(problems, code=Fault.TOGETHER)


def _only(attrs: dict[str, Any], *, follows: bool) -> dict[str, Any]:
    """The fields that an assessment of this kind has; raises ValidationError where another is not empty."""
    others, message = (
        (FREE_ONLY, "An assessment that follows an instrument has answers in their place.")
        if follows
        else (OF_INSTRUMENT_ONLY, "Only an assessment that follows an instrument has this.")
    )
    if problems := {name: [message] for name in others if attrs.get(name)}:
        raise _together(problems)
    return {name: value for name, value in attrs.items() if name not in others}
