"""Instruments, and what an assessment of one comes to, as JSON."""

from rest_framework import serializers

from clinic.api.objects.fields import AnswerField, NumberField, RangeField
from clinic.api.objects.strict import StrictSerializer
from clinic.assessments.models.alerts import Channel
from clinic.instruments.items.parts import KINDS, OPERATORS, SEXES


class InstrumentOptionSerializer(StrictSerializer):
    """One answer that can be chosen. The points are what is sent, or the code where another has equal points."""

    typename = "InstrumentOption"

    points = NumberField()
    text = serializers.CharField(read_only=True)
    code = serializers.CharField(read_only=True, help_text="Empty where the points tell the options apart.")
    loinc = serializers.CharField(read_only=True, help_text="Empty where there is no verified code.")


class MeasureSerializer(StrictSerializer):
    """A number that is measured; the number is what is sent."""

    typename = "Measure"

    unit = serializers.CharField(read_only=True)
    ucum = serializers.CharField(read_only=True)
    minimum = NumberField()
    maximum = NumberField()
    decimals = serializers.IntegerField(read_only=True, help_text="How many decimal places are taken.")


class ConditionSerializer(StrictSerializer):
    """What an earlier item is compared with, by an operator of FHIR's `enableWhen`."""

    typename = "Condition"

    item = serializers.CharField(read_only=True)
    operator = serializers.ChoiceField(choices=OPERATORS, read_only=True)
    answer = AnswerField(help_text="Points or a code of an option, or true or false.")


class AskedIfSerializer(StrictSerializer):
    """When an item is asked: any or all of the conditions are met."""

    typename = "AskedIf"

    behaviour = serializers.ChoiceField(choices=("all", "any"), read_only=True)
    conditions = ConditionSerializer(many=True, read_only=True)
    counts_as = NumberField(allow_null=True, help_text="Points of an item that is not asked; null where none count.")


class InstrumentItemSerializer(StrictSerializer):
    """One question of a kind: `one` and `several` have `options`, `number` has a `measure`, the others neither."""

    typename = "InstrumentItem"

    code = serializers.CharField(read_only=True, help_text="The published number, or what stands for it.")
    text = serializers.CharField(read_only=True)
    hint = serializers.CharField(read_only=True)
    kind = serializers.ChoiceField(choices=KINDS, read_only=True)
    asked_if = AskedIfSerializer(read_only=True, allow_null=True)
    options = InstrumentOptionSerializer(many=True, read_only=True)
    measure = MeasureSerializer(read_only=True, allow_null=True)
    scored = serializers.BooleanField(read_only=True)
    sexes = serializers.ListField(
        child=serializers.ChoiceField(choices=SEXES), read_only=True, help_text="Of whom it is asked."
    )
    source = serializers.CharField(  # type: ignore[assignment]  # a field here, no attribute of the base
        read_only=True, help_text="`age` where the patient's record answers, and no answer is taken."
    )
    loinc = serializers.CharField(read_only=True)


class BandSerializer(StrictSerializer):
    """Totals from `low` to `high`; severity from 0 to 4, or null where the band is no illness."""

    typename = "Band"

    low = NumberField()
    high = NumberField()
    word = serializers.CharField(read_only=True)
    severity = serializers.IntegerField(read_only=True, allow_null=True)
    sex = serializers.CharField(read_only=True, help_text="Empty where it is the same for everybody.")
    any_item = NumberField(
        source="peak", allow_null=True, help_text="It replaces another band where one item has that many points."
    )


class CutoffSerializer(StrictSerializer):
    """From which total a screen is positive."""

    typename = "Cutoff"

    positive_from = NumberField()
    uncertain_from = NumberField(allow_null=True)
    sex = serializers.CharField(read_only=True)


class AlertRuleSerializer(StrictSerializer):
    """What raises an alert: an item of `at_least` points, a band, or any item of `any_item` points."""

    typename = "AlertRule"

    code = serializers.CharField(read_only=True)
    text = serializers.CharField(read_only=True)
    severity = serializers.IntegerField(read_only=True)
    item = serializers.CharField(read_only=True)
    at_least = NumberField()
    band = serializers.CharField(read_only=True)
    any_item = NumberField(source="peak", allow_null=True)


class InstrumentSerializer(StrictSerializer):
    """A questionnaire or score that the clinic offers, of its newest version."""

    typename = "Instrument"

    id = serializers.CharField(read_only=True)
    version = serializers.CharField(read_only=True)
    title = serializers.CharField(read_only=True)
    name = serializers.CharField(read_only=True)
    type = serializers.CharField(read_only=True)
    answered_by = serializers.CharField(read_only=True, help_text="`patient` or `clinician`.")
    instruction = serializers.CharField(read_only=True)
    items = InstrumentItemSerializer(many=True, read_only=True)
    score_range = RangeField(allow_null=True)
    bands = BandSerializer(many=True, read_only=True)
    cutoffs = CutoffSerializer(many=True, read_only=True)
    alerts = AlertRuleSerializer(many=True, read_only=True)
    youngest = serializers.IntegerField(read_only=True, allow_null=True, help_text="In years; others are refused.")
    oldest = serializers.IntegerField(read_only=True, allow_null=True)
    caution = serializers.CharField(read_only=True)
    note = serializers.CharField(read_only=True)
    source = serializers.CharField(read_only=True)  # type: ignore[assignment]  # as above
    licence = serializers.CharField(read_only=True)
    licence_class = serializers.CharField(read_only=True)
    panel_loinc = serializers.CharField(read_only=True)
    total_loinc = serializers.CharField(read_only=True)
    languages = serializers.ListField(child=serializers.CharField(), read_only=True)
    variant_of = serializers.CharField(
        read_only=True,
        help_text="The id of the instrument of which this is the wording for `countries`; empty for any other.",
    )
    countries = serializers.ListField(
        child=serializers.CharField(), read_only=True, help_text="Codes of two letters of ISO 3166-1, such as GB."
    )
    follow_up = serializers.CharField(
        read_only=True, help_text="The id of the instrument that is asked after a positive screen; may be empty."
    )


class SubscaleSerializer(StrictSerializer):
    """A part of a score; `met` where it is a criterion: whether enough items have enough points."""

    typename = "Subscale"

    code = serializers.CharField(read_only=True)
    title = serializers.CharField(read_only=True)
    score = NumberField(allow_null=True)
    score_range = RangeField()
    count = serializers.IntegerField(read_only=True)
    met = serializers.BooleanField(read_only=True, allow_null=True)


class RiskAlertSerializer(StrictSerializer):
    """Something in an assessment that needs action; open until somebody acknowledges it with a note."""

    typename = "RiskAlert"

    id = serializers.UUIDField(read_only=True)
    rule = serializers.CharField(read_only=True)
    text = serializers.CharField(read_only=True)
    severity = serializers.IntegerField(read_only=True)
    raised_at = serializers.DateTimeField(read_only=True)
    raised_by = serializers.CharField(source="raised_by_name", read_only=True)
    channel = serializers.ChoiceField(
        choices=Channel.choices,
        read_only=True,
        help_text="How the response came in: `staff` wrote it down, the patient gave it on a shared `device` or by a "
        "`link`, or a `program` sent it.",
    )
    answered_by = serializers.CharField(
        read_only=True, help_text="By whom the response was given or written down, in words."
    )
    acknowledged_at = serializers.DateTimeField(read_only=True, allow_null=True)
    acknowledged_by = serializers.CharField(source="acknowledged_by_name", read_only=True)
    note = serializers.CharField(read_only=True)
