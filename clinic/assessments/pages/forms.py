"""Forms that parse what people type about an assessment."""

import uuid
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms import BaseFormSet, formset_factory
from django.utils import timezone

from clinic.assessments.models import OF_INSTRUMENT, Assessment, AssessmentType
from clinic.assessments.of_patients import find_patient
from clinic.assessments.record.dates import check_assessment_date
from clinic.patients.models import Patient
from clinic.staff.models import Practitioner
from clinic.text.dates import written
from clinic.text.numbers import plain
from clinic.ui.declared import editable_fields, fill_in
from clinic.ui.forms import DateField, LineField, TextField, field_for, helper, initial_values

MOST_QUESTIONS = 200
# The address names the patient, and the rows of questions are a formset.
ELSEWHERE = OF_INSTRUMENT | {"patient", "questions"}


class AssessmentForm(forms.Form):
    """`id` is the new record's, so that a form sent twice records one; `version` is the one that an edit started from.

    `keeps` is the assessment's practitioner, who may have left the clinic.
    """

    id = forms.UUIDField(required=False, widget=forms.HiddenInput)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput, min_value=1, max_value=2**31 - 1)
    type = forms.ChoiceField(
        choices=[("", "Choose a type"), *AssessmentType.choices], error_messages={"required": "Choose a type."}
    )
    date = DateField(
        max_length=40,
        error_messages={"required": "Write the date."},
        widget=forms.TextInput(attrs={"class": "width-m", "autocomplete": "off"}),
        help_text="Day, month and year, such as 1 March 2026 or 1/3/2026.",
    )
    name = LineField(
        max_length=200, required=False, help_text="Leave empty to name it after its type and date, for example "
        "Physical · 1 Mar 2026.", widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip
    user = forms.ModelChoiceField(
        Practitioner.objects.none(),
        label="Practitioner",
        empty_label="Choose a practitioner",
        error_messages={"required": "Choose who saw the patient."},
    )
    score = forms.DecimalField(
        max_digits=8, decimal_places=2, required=False, localize=False, label="Final score",
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off", "class": "width-s"}),
    )  # fmt: skip

    def __init__(self, *args: Any, keeps: uuid.UUID | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields = fill_in(self.fields, Assessment, field_for, but=ELSEWHERE)
        self.fields["user"].queryset = Practitioner.objects.active_or(keeps)  # type: ignore[attr-defined]
        self.helper = helper()

    def clean_date(self) -> Any:
        return check_assessment_date(self.cleaned_data["date"])

    def values(self) -> dict[str, Any]:
        """The cleaned fields under the names that the actions take."""
        values = {name: value for name, value in self.cleaned_data.items() if name not in ("id", "version")}
        if not values["name"] and self.cleaned_data["version"] is not None:
            values.pop("name")
        return values


class QuestionForm(forms.Form):
    question = LineField(max_length=500, required=False, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    answer = TextField(max_length=4000, required=False, widget=forms.Textarea(attrs={"rows": 2, "autocomplete": "off"}))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("answer") and not cleaned.get("question"):
            self.add_error("question", ValidationError("Write the question that this answers.", code="required"))
        return cleaned


class QuestionRows(BaseFormSet):  # type: ignore[type-arg]  # not generic at run time
    def clean(self) -> None:
        if self.is_bound and (self.management_form.cleaned_data["TOTAL_FORMS"] or 0) < 0:
            raise ValidationError("The rows could not be read. Nothing was saved.", code="rows")


QuestionFormSet = formset_factory(
    QuestionForm,
    QuestionRows,
    extra=1,
    max_num=MOST_QUESTIONS,
    absolute_max=MOST_QUESTIONS,
    validate_max=True,
)


def questions_of(rows: "BaseFormSet[QuestionForm]") -> list[dict[str, str]]:
    """The rows that have a question, in their order."""
    return [
        {"question": row.cleaned_data["question"], "answer": row.cleaned_data["answer"]}
        for row in rows
        if row.cleaned_data.get("question")
    ]


def new_initial(practitioner_id: str | None) -> dict[str, Any]:
    return {"id": uuid.uuid4(), "user": practitioner_id, "date": written(timezone.localdate())}


def initial_of(assessment: Assessment) -> dict[str, Any]:
    """The initial values of the form for `assessment`. A conflict page shows the stored record by them too."""
    shown = [name for name in editable_fields(Assessment) if name not in ELSEWHERE]
    return {
        **initial_values(assessment, ["id", "version", *shown]),
        "date": written(assessment.date),
        "score": "" if assessment.score is None else plain(assessment.score),
    }


def patient_of(value: str) -> Patient | None:
    """The patient with the id in an address; None for anything else."""
    try:
        return find_patient(uuid.UUID(value))
    except ValueError:
        return None
