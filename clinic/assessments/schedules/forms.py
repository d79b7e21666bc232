"""The form that parses what people type about a schedule."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from clinic.assessments.models.schedules import LONGEST, SIZES, Unit
from clinic.ui.forms import helper

PLACES = {"class": "width-s", "inputmode": "numeric", "autocomplete": "off"}


def pace_fields(required: bool, label: str) -> tuple[forms.IntegerField, forms.ChoiceField]:
    number = forms.IntegerField(
        label=label,
        min_value=1,
        max_value=LONGEST,
        required=required,
        widget=forms.TextInput(attrs=PLACES),
        error_messages={"required": "Write how often.", "invalid": "Write a whole number."},
    )
    return number, forms.ChoiceField(
        label="Days, weeks, months or years", choices=[(unit, unit) for unit in Unit.values]
    )


class ScheduleForm(forms.Form):
    """How often an instrument is answered. The second pace may be empty."""

    instrument = forms.ChoiceField(error_messages={"required": "Choose an instrument."})
    every, every_unit = pace_fields(True, "Every")
    then, then_unit = pace_fields(False, "After remission every")

    def __init__(self, *args: Any, instruments: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["instrument"].choices = [("", "Choose an instrument"), *instruments]  # type: ignore[attr-defined]
        self.helper = helper()

    def days(self, name: str) -> int | None:
        number: int | None = self.cleaned_data.get(name)
        return number * SIZES[self.unit(name)] if number else None

    def unit(self, name: str) -> Unit:
        return Unit(self.cleaned_data[f"{name}_unit"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for name in ("every", "then"):
            if cleaned.get(name) and cleaned.get(f"{name}_unit") and (self.days(name) or 0) > LONGEST:
                self.add_error(name, ValidationError("At most ten years lie between two assessments.", code="long"))
        return cleaned
