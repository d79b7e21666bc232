"""Forms that parse what people type about instruments: settings, an imported file, a simple questionnaire."""

import re
from collections.abc import Iterable
from typing import Any

from django import forms

from clinic.instruments.definitions import AssessmentType
from clinic.instruments.files.importing import Imported, Refused, import_file
from clinic.instruments.files.spreadsheet import MINUS, complete_data, number_of
from clinic.instruments.models import ANOTHER
from clinic.instruments.parsing import LICENCE_CLASSES, LONGEST_TITLE, definition_of
from clinic.instruments.reading import Faults
from clinic.ui.forms import LineField, helper, one_line

OPTION = re.compile(rf"([-{MINUS}]?\d{{1,4}}(?:[.,]\d{{1,2}})?)\s+(\S.*)", re.ASCII)
TOTAL = rf"([-{MINUS}]?\d{{1,5}}(?:[.,]\d{{1,2}})?)"
BAND = re.compile(rf"{TOTAL}\s*(?:-|–|to)\s*{TOTAL}\s+(\S.*)", re.ASCII)
CLASS_LABELS = {"free": "Free to use", "non-commercial": "Free to use without commercial purpose"}
BECOMES = [
    ("", "By the file's own web address; ask me if only the title is the same"),
    (ANOTHER, "It is another instrument, though it may have the same title"),
]
ANSWERED_BY = [("patient", "The patient"), ("clinician", "Whoever examines the patient")]
# The field of the form that shows a fault of a part of the definition.
FIELD_OF = {"options": "options", "items": "questions", "bands": "bands", "title": "title", "scoring": "bands"}


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


class AboutForm(forms.Form):
    """What a file need not say about an instrument, but whoever adds it must."""

    type = forms.ChoiceField(choices=AssessmentType.choices, initial=AssessmentType.MENTAL_HEALTH)
    answered_by = forms.ChoiceField(choices=ANSWERED_BY, label="Who answers")
    licence_class = forms.ChoiceField(
        choices=[(name, CLASS_LABELS[name]) for name in LICENCE_CLASSES], label="Under which licence"
    )

    becomes = forms.ChoiceField(
        required=False,
        label="Is it there already?",
        help_text="What was assessed stays with the version it was made with.",
    )

    def __init__(self, *args: Any, instruments: Iterable[tuple[str, str]] = (), **kwargs: Any) -> None:
        """`instruments` are the id and title of those that it can become a new version of."""
        super().__init__(*args, **kwargs)
        versions = [(id, f"It is a new version of {title}") for id, title in instruments]
        self.fields["becomes"].choices = [*BECOMES, *versions]  # type: ignore[attr-defined]
        self.helper = helper()

    def about(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("type", "answered_by", "licence_class")}


class ImportForm(AboutForm):
    file = forms.FileField(
        help_text="A FHIR R4 Questionnaire (.json), or a spreadsheet in the simple layout (.csv or .xlsx), of one "
        "megabyte at most.",
        error_messages={"required": "Choose a file.", "empty": "The file is empty."},
    )
    title = LineField(
        max_length=LONGEST_TITLE,
        required=False,
        help_text="What it is called here, such as PHQ-9. Leave empty for the title in the file.",
    )
    field_order = ("file", "title")

    def about(self) -> dict[str, Any]:
        title = self.cleaned_data["title"]
        return super().about() | ({"title": title} if title else {})

    def clean(self) -> dict[str, Any]:
        """Add the `imported` instrument to the cleaned fields. Faults of the file are errors of `file`."""
        cleaned = super().clean() or {}
        if self.errors:
            return cleaned
        file = cleaned["file"]
        try:
            cleaned["imported"] = import_file(file.name, file.read(), **self.about())
        except Refused as refused:
            for message in refused.messages[:20]:
                self.add_error("file", message)
        return cleaned


def lines(label: str, help_text: str, *, required: bool = True, rows: int = 6) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows, "autocomplete": "off"})
    missing = {"required": "Write at least one line."}
    return forms.CharField(
        max_length=20_000, required=required, label=label, help_text=help_text, widget=widget, error_messages=missing
    )


class InstrumentForm(AboutForm):
    """A simple questionnaire: questions with the same options, a sum, and bands."""

    title = LineField(max_length=60, error_messages={"required": "Write what it is called."})
    instruction = LineField(max_length=500, required=False, help_text="What is said before the questions.")
    questions = lines("Questions", "One on each line. End a line with (reversed) where the most points count least.")
    options = lines("Answers", "One on each line, its points first: 0 Not at all.")
    bands = lines(
        "Bands", "One on each line, from the mildest to the most severe: 0-4 Minimal. Leave empty for none.",
        required=False, rows=4,
    )  # fmt: skip
    source = LineField(
        max_length=500,
        help_text="Where it is published, or who made it.",
        error_messages={"required": "Write where it comes from."},
    )
    licence = LineField(
        max_length=500,
        help_text="Who allows its use.",
        error_messages={"required": "Write who allows its use; “made here” will do."},
    )
    field_order = ("title", "instruction", "questions", "options", "bands", "type", "answered_by", "source", "licence")

    def clean(self) -> dict[str, Any]:
        """Add the `imported` instrument to the cleaned fields."""
        cleaned = super().clean() or {}
        if self.errors:
            return cleaned
        texts = {name: cleaned[name] for name in ("title", "instruction", "source", "licence")}
        data = {**texts, "options": {"options": self._options()}, "items": self._items(), "bands": self._bands()}
        if self.errors:
            return cleaned
        completed = complete_data(data, **self.about())
        try:
            definition_of({**completed, "id": "own-checked", "version": "1"})
        except Faults as error:
            for fault in error.faults[:20]:
                self.add_error(FIELD_OF.get(str(fault.path[0]) if fault.path else ""), fault.message)
        cleaned["imported"] = Imported(completed, "form")
        return cleaned

    def _lines(self, name: str) -> list[str]:
        return [line for text in self.cleaned_data[name].splitlines() if (line := one_line(text))]

    def _items(self) -> list[dict[str, Any]]:
        found = []
        for number, line in enumerate(self._lines("questions"), 1):
            text = line.removesuffix("(reversed)").strip()
            found.append({"code": str(number), "text": text, "options": "options", "reversed": text != line})
        return found

    def _options(self) -> list[dict[str, Any]]:
        found = []
        for line in self._lines("options"):
            if (read := OPTION.fullmatch(line)) is None:
                self.add_error("options", f"“{line[:60]}” does not begin with points, such as 0.")
            else:
                found.append({"points": number_of(read[1]), "text": read[2]})
        return found

    def _bands(self) -> list[dict[str, Any]]:
        read = [(line, BAND.fullmatch(line)) for line in self._lines("bands")]
        for line, match in read:
            if match is None:
                self.add_error("bands", f"“{line[:60]}” does not begin with a range, such as 0-4.")
        found = [match for _, match in read if match is not None]
        last = max(len(found) - 1, 1)
        ranges = [{"from": number_of(match[1]), "to": number_of(match[2]), "word": match[3]} for match in found]
        return [{**band, "severity": round(number * 4 / last)} for number, band in enumerate(ranges)]
