"""The form that parses what a practitioner says about a link."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.conf.locale import LANG_INFO

from clinic.instruments.definitions import ENGLISH, Definition
from clinic.instruments.variants import Offer
from clinic.ui.forms import helper

DAYS = ((1, "1 day"), (3, "3 days"), (7, "7 days"), (14, "14 days"), (30, "30 days"), (90, "90 days"))


def language_name(code: str) -> str:
    """The name of a language in that language."""
    return str(LANG_INFO.get(code, {}).get("name_local", code))


def patients_languages(definition: Definition) -> list[tuple[str, str]]:
    """The languages that a patient can choose from, as code and name; empty if there is only one."""
    offered = definition.languages if definition.answered_by == "patient" else ()
    return [(code, language_name(code)) for code in offered] if len(offered) > 1 else []


class RequestForm(forms.Form):
    """`id` is the new request's, so that a form sent twice creates one request."""

    id = forms.UUIDField(required=False, widget=forms.HiddenInput)
    instrument = forms.ChoiceField(
        label="What to ask",
        error_messages={"required": "Choose what to ask.", "invalid_choice": "Choose what to ask."},
    )
    days = forms.TypedChoiceField(
        choices=DAYS, coerce=int, initial=7, label="The link works for",
        error_messages={"invalid_choice": "Choose for how long."},
    )  # fmt: skip
    language = forms.ChoiceField(
        required=False,
        label="Language of the questions",
        help_text="Where something is not translated, it is asked in English.",
    )

    def __init__(self, offered: Sequence[Offer], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(offer.definition.id, f"{offer.label} – {offer.definition.name}") for offer in offered]
        self.fields["instrument"].choices = [("", "Choose an instrument"), *choices]  # type: ignore[attr-defined]
        codes = dict.fromkeys([ENGLISH, *(code for offer in offered for code in offer.definition.languages)])
        if len(codes) == 1:
            del self.fields["language"]
        else:
            self.fields["language"].choices = [(code, language_name(code)) for code in codes]  # type: ignore[attr-defined]
        self.helper = helper()

    def language_of(self, definition: Definition) -> str:
        """The chosen language if the instrument has it, else English."""
        chosen = str(self.cleaned_data.get("language") or ENGLISH)
        return chosen if chosen in definition.languages else ENGLISH
