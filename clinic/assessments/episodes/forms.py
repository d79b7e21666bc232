"""The forms that parse what people type about episodes of treatment. The actions decide what an episode can be."""

import uuid
from typing import Any

from django import forms
from django.utils import timezone

from clinic.assessments.models import Episode, EpisodeEnd
from clinic.patients.models import Patient, Status
from clinic.ui.forms import DateField, LineField, helper

DAY = "Day, month and year, such as 1 March 2026 or 1/3/2026."


def day_field(label: str, required: bool = True) -> DateField:
    return DateField(
        label=label,
        max_length=40,
        required=required,
        error_messages={"required": "Write the date."},
        widget=forms.TextInput(attrs={"class": "width-m", "autocomplete": "off"}),
        help_text=DAY,
    )


def reason_field(required: bool = True) -> forms.ChoiceField:
    return forms.ChoiceField(
        label="Why it ended",
        choices=[("", "Choose why"), *EpisodeEnd.choices],
        required=required,
        error_messages={"required": "Choose why it ended.", "invalid_choice": "Choose why it ended."},
    )


def words_field() -> LineField:
    return LineField(
        label="In words",
        max_length=500,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text="Needed where the reason is another one.",
    )


class EpisodeStartForm(forms.Form):
    """`id` is the new episode's, so that a form sent twice starts one."""

    id = forms.UUIDField(required=False, widget=forms.HiddenInput)
    started_on = day_field("Treatment started on")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"id": uuid.uuid4(), "started_on": timezone.localdate()})
        super().__init__(*args, **{"auto_id": "start-%s", **kwargs})
        self.helper = helper()


class EpisodeEndForm(forms.Form):
    """`version` is that of the episode as it was read. The end of who died is proposed as their death."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=2**31 - 1)
    ended_on = day_field("Treatment ended on")
    end_reason = reason_field()
    end_words = words_field()

    def __init__(self, *args: Any, version: int = 1, patient: Patient | None = None, **kwargs: Any) -> None:
        died = patient is not None and patient.status == Status.DECEASED
        end = patient.died_on if patient is not None else None
        initial = {"version": version, "ended_on": end or timezone.localdate()}
        kwargs.setdefault("initial", initial | ({"end_reason": EpisodeEnd.DIED} if died else {}))
        super().__init__(*args, **{"auto_id": "end-%s", **kwargs})
        self.helper = helper()


class EpisodeCorrectForm(forms.Form):
    """The whole episode. Without a day and a reason of its end it is open."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=2**31 - 1)
    started_on = day_field("Treatment started on")
    ended_on = day_field("Treatment ended on", required=False)
    end_reason = reason_field(required=False)
    end_words = words_field()
    reason = LineField(
        label="Why is this corrected?",
        max_length=500,
        error_messages={"required": "Say why, in at most 500 characters."},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["ended_on"].help_text = f"{DAY} Leave this and why it ended empty to open the episode again."
        self.helper = helper()


def initial_of(episode: Episode) -> dict[str, Any]:
    """What is stored, as the form for corrections begins with it."""
    names = ("version", "started_on", "ended_on", "end_reason", "end_words")
    return {name: getattr(episode, name) for name in names}
