"""The forms of custom instruments: what every one has, an imported file, a simple questionnaire."""

from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable
from typing import Any

from django import forms

from clinic.instruments.definitions import AssessmentType
from clinic.instruments.files.importing import Imported, Refused, import_file
from clinic.instruments.files.spreadsheet import complete_data, number_of
from clinic.instruments.models import ANOTHER
from clinic.instruments.pages import lines
from clinic.instruments.pages.forms import CLASS_LABELS
from clinic.instruments.parsing import LICENCE_CLASSES, LONGEST_TITLE, definition_of
from clinic.instruments.reading import Faults, as_plain
from clinic.ui.forms import LineField, helper, one_line

ANSWERED_BY = [("patient", "The patient"), ("clinician", "Whoever examines the patient")]
TEXTS = ("title", "instruction", "source", "licence")
ABOUT = ("type", "answered_by", "licence_class")
AGES = ("youngest", "oldest")
# The field of the form that shows a fault of a part of the definition.
FIELD_OF = {
    "options": "options", "items": "questions", "bands": "bands", "title": "title", "scoring": "bands",
    "cutoffs": "positive_from", "alerts": "alerts", "asked": "oldest",
}  # fmt: skip
Lines = list[dict[str, Any]]


def line_field(label: str, help_text: str, *, required: bool = True, rows: int = 6) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows, "autocomplete": "off"})
    missing = {"required": "Write at least one line."}
    return forms.CharField(
        max_length=20_000, required=required, label=label, help_text=help_text, widget=widget, error_messages=missing
    )


def age_field(label: str) -> forms.IntegerField:
    widget = forms.NumberInput(attrs={"autocomplete": "off"})
    return forms.IntegerField(min_value=0, max_value=130, required=False, label=label, widget=widget)


class CustomForm(forms.Form):
    """What a file need not say about an instrument: what kind it is, what its totals mean, and whom it is for."""

    by_itself = "By the file's own web address; ask me if only the title is the same"
    bands = line_field(
        "Bands", "One on each line, from the mildest to the most severe: 0-4 Minimal. A line may end with its "
        f"severity, ({'), ('.join(lines.SEVERITIES)}); without, they are spread evenly. Leave empty for none.",
        required=False, rows=4,
    )  # fmt: skip
    positive_from = forms.CharField(
        max_length=10, required=False, label="Positive from",
        help_text="The total from which a screen is positive. Leave empty for none.",
    )  # fmt: skip
    alerts = line_field(
        "Alerts", "One on each line, the number of the question first: 9 from 1 severe: Ask about thoughts of suicide.",
        required=False, rows=3,
    )  # fmt: skip
    youngest, oldest = age_field("Asked from this age"), age_field("Asked up to this age")
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
        another = (ANOTHER, "It is another instrument, though it may have the same title")
        self.fields["becomes"].choices = [("", self.by_itself), another, *versions]  # type: ignore[attr-defined]
        self.helper = helper()

    def given(self) -> dict[str, Any]:
        """The parts of a definition that are typed here; errors are noted."""
        parts = {
            "bands": lines.with_severities(
                self.read("bands", lines.band_of, "does not begin with a range, such as 0-4.")
            ),
            "cutoffs": self._cutoffs(),
            "alerts": self.read("alerts", lines.alert_of, "is not as it must be: 9 from 1 severe: what to do."),
            "asked": {name: age for name in AGES if (age := self.cleaned_data[name]) is not None},
        }
        return {name: part for name, part in parts.items() if part} | {name: self.cleaned_data[name] for name in ABOUT}

    def lines_of(self, name: str) -> list[str]:
        return [line for text in self.cleaned_data[name].splitlines() if (line := one_line(text))]

    def read(self, name: str, read: Callable[[str], dict[str, Any] | None], problem: str) -> Lines:
        found = []
        for line in self.lines_of(name):
            if (part := read(line)) is None:
                self.add_error(name, f"“{line[:60]}” {problem}")
            else:
                found.append(part)
        return found

    def _cutoffs(self) -> Lines:
        if not (text := self.cleaned_data["positive_from"].strip()):
            return []
        if (number := number_of(text)) is None:
            self.add_error("positive_from", "Write a number, such as 10.")
        return [{"positive_from": number}]


class ImportForm(CustomForm):
    """A file, or the one that was sent a moment ago: a browser does not send a chosen file twice."""

    file = forms.FileField(
        help_text="A FHIR R4 Questionnaire (.json), or a spreadsheet in the simple layout (.csv or .xlsx), of one "
        "megabyte at most.",
        error_messages={"empty": "The file is empty.", "required": "Choose a file."},
    )
    title = LineField(
        max_length=LONGEST_TITLE,
        required=False,
        help_text="What it is called here, such as Sleep, short. Leave empty for the title in the file.",
    )
    sent_name = forms.CharField(required=False, widget=forms.HiddenInput)
    sent_file = forms.CharField(required=False, widget=forms.HiddenInput)
    field_order = ("file", "title")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].required = not (self.data or self.initial).get("sent_file")
        if name := self.initial.get("sent_name"):
            self._say_kept(name)

    def clean(self) -> dict[str, Any]:
        """Add the `imported` instrument to the cleaned fields. Faults of the file are errors of `file`."""
        cleaned = super().clean() or {}
        given = self.given() if not self.errors else {}
        if "file" in self.errors:
            return cleaned
        if title := cleaned.get("title"):
            given["title"] = title
        try:
            name, content = self._file()
            if not self.errors:
                cleaned["imported"] = import_file(name, content, **given)
            self._keep(name, content)
        except Refused as refused:
            for message in refused.messages[:20]:
                self.add_error("file", message)
        return cleaned

    def _file(self) -> tuple[str, bytes]:
        file, sent = self.cleaned_data["file"], self.cleaned_data.get("sent_file", "")
        if file:
            return file.name, file.read()
        try:
            content = b64decode(sent, validate=True)
        except ValueError:
            content = b""
        if not content:
            raise Refused("Choose a file.")
        return self.cleaned_data["sent_name"], content

    def _keep(self, name: str, content: bytes) -> None:
        """Send the file along with the page, so that nobody has to choose it again."""
        self.data = {**dict(self.data.items()), "sent_name": name, "sent_file": b64encode(content).decode()}
        self._say_kept(name)

    def _say_kept(self, name: str) -> None:
        self["file"].help_text = f"“{name}” is kept. Choose another file to replace it."


class InstrumentForm(CustomForm):
    """A simple questionnaire: questions with the same options, and a sum."""

    by_itself = "It is new; ask me if another has the same title"
    title = LineField(max_length=60, error_messages={"required": "Write what it is called."})
    instruction = LineField(max_length=500, required=False, help_text="What is said before the questions.")
    questions = line_field(
        "Questions", "One on each line. End a line with (reversed) where the most points count least."
    )
    options = line_field("Answers", "One on each line, its points first: 0 Not at all.")
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
    after = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)
    field_order = ("title", "instruction", "questions", "options", "bands", "positive_from", "alerts", *AGES,
                   "type", "answered_by", "source", "licence")  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """Add the `imported` instrument to the cleaned fields."""
        cleaned = super().clean() or {}
        data = self._data() if not self.errors else {}
        if self.errors:
            return cleaned
        try:
            definition_of({**data, "id": "own-checked", "version": "1"})
        except Faults as error:
            for fault in error.faults[:20]:
                self.add_error(FIELD_OF.get(str(fault.path[0]) if fault.path else ""), fault.message)
        cleaned["imported"] = Imported(data, "form")
        return cleaned

    def _data(self) -> dict[str, Any]:
        options = self.read("options", lines.option_of, "does not begin with points, such as 0.")
        questions = [lines.question_of(line, number) for number, line in enumerate(self.lines_of("questions"), 1)]
        data = {"options": {"options": options}, "items": questions, "bands": []}
        return complete_data({name: self.cleaned_data[name] for name in TEXTS} | data, **self.given())


def typed_of(stored: dict[str, Any]) -> dict[str, Any] | None:
    """What somebody would type into InstrumentForm for a stored definition; None for one that it cannot make."""
    try:
        typed = _typed(stored)
    except (KeyError, TypeError, StopIteration):
        return None
    form = InstrumentForm(typed)
    if not form.is_valid():
        return None
    made = as_plain({**form.cleaned_data["imported"].data, "id": stored["id"], "version": stored["version"]})
    return typed if made == stored else None


def _typed(stored: dict[str, Any]) -> dict[str, Any]:
    cutoffs = stored.get("cutoffs", [])
    return {
        **{name: stored[name] for name in (*TEXTS, *ABOUT)},
        **stored.get("asked", {}),
        "questions": "\n".join(map(lines.question_line, stored["items"])),
        "options": "\n".join(map(lines.option_line, stored["options"]["options"])),
        "bands": "\n".join(map(lines.band_line, stored["bands"])),
        "alerts": "\n".join(map(lines.alert_line, stored.get("alerts", []))),
        "positive_from": str(cutoffs[0]["positive_from"]) if cutoffs else "",
    }
