"""What is said about a file of assessments: which file it is, and what its columns are."""

from collections.abc import Iterator, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField

from clinic.imports.assessments import fields
from clinic.imports.assessments.headings import memory_key
from clinic.imports.assessments.instruments import known_instruments
from clinic.imports.dates import ORDERS
from clinic.imports.fields import IGNORED, USER
from clinic.imports.forms import SERIALS, select
from clinic.imports.forms import UploadForm as FileForm
from clinic.imports.models import ImportBatch
from clinic.staff.models import Practitioner

HINT = (
    "CSV or a spreadsheet (.xlsx) with one row a questionnaire, or one row an answer; or FHIR’s QuestionnaireResponses "
    "(.ndjson). Each row says whose it is by the record number, or by an identifier such as “NHS number|943 476 5919”."
)
OTHERWISE = "Of every questionnaire whose row names nobody who works here."
WITHOUT = {
    fields.PATIENT: "Say which column has the patients’ record numbers or identifiers. Names alone find nobody.",
    fields.DATE: "Say which column has the day on which each was given.",
}
NO_ANSWERS = "Say which columns have the answers: without them nothing can be scored, and nothing is brought in."
NO_VALUES = "Say which column has the answer of each row."


class UploadForm(FileForm):
    """A file of assessments."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].help_text = HINT


class ColumnsForm(forms.Form):
    """What the columns of one file are, whose its questionnaires are, and what is asked about its dates."""

    def __init__(self, batch: ImportBatch, data: Any = None) -> None:
        self.batch, self.headings = batch, batch.facts["headings"]
        super().__init__(data, initial=self._initial())
        known = known_instruments().newest
        self.used = [known[id] for id in batch.facts["instruments"] if id in known]
        self.questions: list[dict[str, Any]] = batch.found.get("questions", [])
        offered = [("", "Left out"), *fields.targets(self.used), (IGNORED, "Left out for good")]
        for place, heading in enumerate(self.headings):
            self.fields[f"column-{place}"] = select(offered, heading, required=False)
        people = [(str(key), name) for key, name in Practitioner.objects.active().values_list("pk", "display_name")]
        choices = [("", "The patient’s own"), *people]
        self.fields[USER] = select(choices, "Practitioner", required=False, hint=OTHERWISE)
        for number, question in enumerate(self.questions):
            choices = list((ORDERS if question["what"] == "orders" else SERIALS).items())
            self.fields[f"question-{number}"] = forms.ChoiceField(
                choices=choices, label=question["heading"], widget=forms.RadioSelect
            )

    def _initial(self) -> dict[str, Any]:
        """What the columns propose, or what was said before."""
        answers, facts = self.batch.answers, self.batch.facts
        columns = answers.get("columns", facts["proposed"])
        initial = {f"column-{place}": columns.get(heading, "") for place, heading in enumerate(self.headings)}
        return {USER: answers.get(USER, ""), **initial}

    def columns(self) -> Iterator[tuple[BoundField, list[str]]]:
        """Each column's field, and what its first rows have."""
        for place in range(len(self.headings)):
            yield self[f"column-{place}"], [row[place] for row in self.batch.facts["samples"] if row[place]]

    def general(self) -> list[BoundField]:
        return [self[USER]]

    def asked(self) -> Iterator[tuple[dict[str, Any], list[BoundField]]]:
        """Each question with its field."""
        for number, question in enumerate(self.questions):
            yield question, [self[f"question-{number}"]]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        taken: dict[str, str] = {}
        for place, heading in enumerate(self.headings):
            target = cleaned.get(f"column-{place}", "")
            if target in taken and target != IGNORED:
                self.add_error(f"column-{place}", f"“{taken[target]}” is taken for that already.")
            elif target:
                taken[target] = heading
        if not self.errors:
            for message in missing(list(taken)):
                self.add_error(None, ValidationError(message))
        return cleaned

    def answers(self) -> dict[str, Any]:
        """What was said, as the import keeps it."""
        given, before = self.cleaned_data, self.batch.answers
        found: dict[str, Any] = {
            "columns": {heading: given[f"column-{place}"] for place, heading in enumerate(self.headings)},
            USER: given[USER],
            "orders": dict(before.get("orders", {})),
            "serials": dict(before.get("serials", {})),
        }
        for number, question in enumerate(self.questions):
            found[question["what"]][question["heading"]] = given[f"question-{number}"]
        return found

    def memory(self) -> dict[str, str]:
        """What is remembered of the columns: of items by their questionnaire."""
        columns: dict[str, str] = self.answers()["columns"]
        return {
            memory_key(heading, self.used, item=fields.is_item(target)): target for heading, target in columns.items()
        }


def missing(targets: Sequence[str]) -> list[str]:
    """What columns do not say that every questionnaire needs, in sentences."""
    found = [message for name, message in WITHOUT.items() if name not in targets]
    if fields.ITEM in targets:
        found += [] if fields.VALUE in targets else [NO_VALUES]
    elif not any(map(fields.is_item, targets)):
        found.append(NO_ANSWERS)
    return found
