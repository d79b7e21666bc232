"""The form of the clinic's settings of instruments."""

from typing import Any

from django import forms

from clinic.instruments.parsing import LICENCE_CLASSES
from clinic.ui.forms import LineField, helper

CLASS_LABELS = {"free": "Free to use", "non-commercial": "Free to use without commercial purpose"}


class ClinicSettingsForm(forms.Form):
    licence_classes = forms.MultipleChoiceField(
        choices=[(name, CLASS_LABELS[name]) for name in LICENCE_CLASSES if name != "free"],
        widget=forms.CheckboxSelectMultiple,
        required=False,
        label="Licences that this clinic may use",
        help_text="Instruments that are free for everybody are always offered. Tick this only if the clinic earns "
        "nothing with them.",
    )
    offered = forms.MultipleChoiceField(
        widget=forms.CheckboxSelectMultiple,
        required=False,
        label="Instruments to offer",
        help_text="What is taken away here stays with the assessments that were made with it.",
    )
    urgent_text = LineField(
        max_length=500,
        required=False,
        label="What patients read at once when an answer raises an alert",
        help_text="Whom to call, with the number. Leave empty for the sentence that comes with this program.",
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off"}),
    )

    def __init__(self, *args: Any, instruments: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["offered"].choices = instruments  # type: ignore[attr-defined]
        self.helper = helper()

    @property
    def hidden(self) -> list[str]:
        """The instruments whose box is not ticked."""
        return [id for id, _ in self.fields["offered"].choices if id not in self.cleaned_data["offered"]]  # type: ignore[attr-defined]
