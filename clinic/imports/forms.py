"""What is said about a file: which file it is, and what its columns are."""

from collections.abc import Iterator, Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField

from clinic.imports.cleaning import Cleaner
from clinic.imports.dates import ORDERS
from clinic.imports.fields import (
    IGNORED,
    JOINED,
    NAME_PARTS,
    USER,
    choice_fields,
    form_fields,
    labels,
    must_say,
    targets,
)
from clinic.imports.models import ImportBatch
from clinic.staff.models import NOBODY_YET, Practitioner
from clinic.ui.forms import helper

SERIALS = {"days": "Days, as spreadsheets count them", "text": "Something else, which is no date"}


class UploadForm(forms.Form):
    """A file of patients."""

    file = forms.FileField(
        label="File",
        help_text="CSV or a spreadsheet (.xlsx), whose first row says what is in each column, or FHIR (.ndjson).",
        error_messages={"required": "Choose a file.", "empty": "The file is empty."},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = helper()


def select(choices: list[tuple[str, str]], label: str, *, required: bool, hint: str = "") -> forms.ChoiceField:
    return forms.ChoiceField(choices=choices, label=label, required=required, help_text=hint)


class ColumnsForm(forms.Form):
    """What the columns of one file are, what stands for what it does not say, and what is asked about its contents."""

    def __init__(self, batch: ImportBatch, data: Any = None) -> None:
        super().__init__(data, initial=_initial(batch))
        self.batch, self.headings = batch, batch.facts["headings"]
        self.questions: list[dict[str, Any]] = batch.found.get("questions", [])
        offered = [("", "Left out"), *targets(), (IGNORED, "Left out for good")]
        for place, heading in enumerate(self.headings):
            self.fields[f"column-{place}"] = select(offered, heading, required=False)
        people = [(str(key), name) for key, name in Practitioner.objects.active().values_list("pk", "display_name")]
        hint = "Of every patient whose row names nobody who works here."
        self.fields[USER] = select(
            [("", NOBODY_YET), *people], "Responsible practitioner",
            required=form_fields()[USER].required, hint=hint,
        )  # fmt: skip
        for name in filter(must_say, choice_fields()):
            label, hint = f"{labels()[name]}, where the file says nothing", "Else such rows are refused."
            self.fields[f"otherwise-{name}"] = select(
                [("", "Ask"), *choice_fields()[name]], label, required=False, hint=hint
            )
        for number, question in enumerate(self.questions):
            self._ask(number, question)

    def _ask(self, number: int, question: Mapping[str, Any]) -> None:
        if question["what"] == "codes":
            choices = [("", "Choose"), *choice_fields()[question["name"]]]
            for place, example in enumerate(question["examples"]):
                label = f"“{example['text']}”" if example["text"] else "Nothing"
                self.fields[f"question-{number}-{place}"] = select(choices, label, required=True)
            return
        choices = list((ORDERS if question["what"] == "orders" else SERIALS).items())
        field = forms.ChoiceField(choices=choices, label=question["heading"], widget=forms.RadioSelect)
        self.fields[f"question-{number}"] = field

    def columns(self) -> Iterator[tuple[BoundField, list[str]]]:
        """Each column's field, and what its first rows have."""
        for place in range(len(self.headings)):
            yield self[f"column-{place}"], [row[place] for row in self.batch.facts["samples"] if row[place]]

    def general(self) -> list[BoundField]:
        return [self[name] for name in self.fields if name == USER or name.startswith("otherwise-")]

    def asked(self) -> Iterator[tuple[dict[str, Any], list[BoundField]]]:
        """Each question with its fields."""
        for number, question in enumerate(self.questions):
            start = f"question-{number}"
            yield question, [self[name] for name in self.fields if name == start or name.startswith(f"{start}-")]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        taken: dict[str, str] = {}
        for place, heading in enumerate(self.headings):
            target = cleaned.get(f"column-{place}", "")
            if target in taken and target not in (*JOINED, IGNORED):
                self.add_error(f"column-{place}", f"“{taken[target]}” is taken for that already.")
            elif target:
                taken[target] = heading
        if not self.errors:
            self._check_required()
        return cleaned

    def _check_required(self) -> None:
        answers = self.answers()
        for name in Cleaner(self.headings, answers, {}, {}).required:
            if name == "full_name":
                message = f"Say which column is the full name, or which are {', '.join(NAME_PARTS.values()).lower()}."
            else:
                message = f"Say which column is “{labels()[name]}”: every patient needs one."
            self.add_error(None, ValidationError(message))

    def answers(self) -> dict[str, Any]:
        """What was said, as the import keeps it."""
        given, before = self.cleaned_data, self.batch.answers
        columns = {heading: given[f"column-{place}"] for place, heading in enumerate(self.headings)}
        otherwise = {
            name: given[f"otherwise-{name}"] for name in filter(must_say, choice_fields()) if given[f"otherwise-{name}"]
        }
        found = {
            "columns": columns,
            USER: given[USER],
            "otherwise": otherwise,
            "orders": dict(before.get("orders", {})),
            "serials": dict(before.get("serials", {})),
            "codes": dict(before.get("codes", {})),
        }
        for number, question in enumerate(self.questions):
            if question["what"] == "codes":
                found["codes"][question["heading"]] = {
                    example["text"]: given[f"question-{number}-{place}"]
                    for place, example in enumerate(question["examples"])
                }
            else:
                found[question["what"]][question["heading"]] = given[f"question-{number}"]
        return found

    def memory(self) -> dict[str, str]:
        """What is remembered of the columns."""
        columns: dict[str, str] = self.answers()["columns"]
        return columns


def _initial(batch: ImportBatch) -> dict[str, Any]:
    """What the columns propose, or what was said before."""
    answers, facts = batch.answers, batch.facts
    columns = answers.get("columns", facts["proposed"])
    initial = {f"column-{place}": columns.get(heading, "") for place, heading in enumerate(facts["headings"])}
    initial |= {f"otherwise-{name}": value for name, value in answers.get("otherwise", {}).items()}
    for number, question in enumerate(batch.found.get("questions", [])):
        for place, example in enumerate(question["examples"]):
            initial[f"question-{number}-{place}"] = example.get("value", "")
    return {USER: answers.get(USER, ""), **initial}
