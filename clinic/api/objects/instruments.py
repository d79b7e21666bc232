"""Instruments, and what a sitting of one comes to, as JSON."""

from collections.abc import Collection
from typing import Any

from rest_framework import serializers

from clinic.api.objects.fields import NumberField, RangeField
from clinic.api.objects.strict import RowsSerializer, StrictSerializer
from clinic.assessments.models import Alert, Assessment
from clinic.instruments.definitions import SEXES

# Where sittings of a page hold their alerts.
READ_ALERTS = "read_alerts"
ALERTS = "SELECT * FROM assessments_riskalert WHERE assessment_id = ANY (%s) ORDER BY raised_at, id"


class InstrumentOptionSerializer(StrictSerializer):
    """One answer that can be chosen; the points are what is sent."""

    typename = "InstrumentOption"

    points = NumberField()
    text = serializers.CharField(read_only=True)
    loinc = serializers.CharField(read_only=True, help_text="Empty where there is no verified code.")


class MeasureSerializer(StrictSerializer):
    """A number that is measured; the number is what is sent."""

    typename = "Measure"

    unit = serializers.CharField(read_only=True)
    ucum = serializers.CharField(read_only=True)
    minimum = NumberField()
    maximum = NumberField()
    decimals = serializers.IntegerField(read_only=True, help_text="How many decimal places are taken.")


class InstrumentItemSerializer(StrictSerializer):
    """One question: with `options`, or with a `measure`."""

    typename = "InstrumentItem"

    code = serializers.CharField(read_only=True, help_text="The published number, or what stands for it.")
    text = serializers.CharField(read_only=True)
    hint = serializers.CharField(read_only=True)
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
    """Totals from `low` to `high`; severity from 0 to 4."""

    typename = "Band"

    low = NumberField()
    high = NumberField()
    word = serializers.CharField(read_only=True)
    severity = serializers.IntegerField(read_only=True)
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
    """What raises a risk alert: an item of `at_least` points, a band, or any item of `any_item` points."""

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


class SubscaleSerializer(StrictSerializer):
    """A part of a score; `met` where it is a criterion: whether enough items have enough points."""

    typename = "Subscale"

    code = serializers.CharField(read_only=True)
    title = serializers.CharField(read_only=True)
    score = NumberField(allow_null=True)
    score_range = RangeField()
    count = serializers.IntegerField(read_only=True)
    met = serializers.BooleanField(read_only=True, allow_null=True)


class AlertRows(RowsSerializer):
    """Alerts of a sitting: those that were read for a whole page, or asked for where it is not of one."""

    def get_attribute(self, instance: Any) -> Any:
        read = instance.__dict__.get(READ_ALERTS)
        return instance.alerts if read is None else read


def read_alerts(sittings: Collection[Assessment]) -> None:
    """Reads the alerts of a page of sittings, by one statement.

    `prefetch_related` compiles a query each time and makes a queryset for each sitting, which took three times the
    processor time, and more where it keeps them as querysets.
    """
    found: dict[Any, list[Alert]] = {sitting.pk: [] for sitting in sittings}
    if found:
        for alert in Alert.objects.raw(ALERTS, [list(found)]):
            found[alert.assessment_id].append(alert)
    for sitting in sittings:
        sitting.__dict__[READ_ALERTS] = found[sitting.pk]


class RiskAlertSerializer(StrictSerializer):
    """Something in a sitting that needs action; open until somebody acknowledges it with a note."""

    typename = "RiskAlert"

    class Meta:
        list_serializer_class = AlertRows

    id = serializers.UUIDField(read_only=True)
    rule = serializers.CharField(read_only=True)
    text = serializers.CharField(read_only=True)
    severity = serializers.IntegerField(read_only=True)
    raised_at = serializers.DateTimeField(read_only=True)
    raised_by = serializers.CharField(source="raised_by_name", read_only=True)
    acknowledged_at = serializers.DateTimeField(read_only=True, allow_null=True)
    acknowledged_by = serializers.CharField(source="acknowledged_by_name", read_only=True)
    note = serializers.CharField(read_only=True)
