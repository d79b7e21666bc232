"""Parsing what an owner types as the clinic's settings."""

import re
from collections.abc import Iterable
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from clinic.staff.clinic_settings.actions import PhoneLine, Settings, instructions_of
from clinic.tenancy.models import CHOSEN, IDLE_RANGE, Colour, Icon
from clinic.tenancy.zones import zone_names
from clinic.text.countries import COUNTRIES
from clinic.ui.forms import TextField, helper, one_line

# Names of other kinds stand for no place, or are kept for old programs.
REGIONS = ("Africa", "America", "Antarctica", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")
MOST_NUMBERS = 10
LINE = re.compile(
    r"(?P<label>\S.{0,79}?) ?: ?(?P<number>[+(]?[0-9][0-9 ()./#*+-]{1,29}(?:(?:x|ext\.?) ?[0-9]{1,6})?)", re.IGNORECASE
)

Choice = tuple[str, str]


def zone_choices(kept: str = "") -> list[tuple[str, list[Choice]]]:
    """The zones of places by region, with the day and time that it is there now; `kept` too if it is of no place."""
    named = sorted(name for name in zone_names() if name.partition("/")[0] in REGIONS)
    groups = [(region, list(map(_choice, names))) for region, names in groupby(named, lambda n: n.partition("/")[0])]
    others = dict.fromkeys(["UTC", *([kept] if kept in zone_names() and kept not in named else [])])
    return [*groups, ("No place", list(map(_choice, others)))]


def _choice(name: str) -> Choice:
    """For example ("Pacific/Auckland", "Auckland (Sun 03:42)")."""
    place = (name.partition("/")[2] or name).replace("_", " ")
    return name, f"{place} ({timezone.localtime(timezone=ZoneInfo(name)):%a %H:%M})"


class SettingsForm(forms.Form):
    """`version` is the one that the edit started from."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=2**31 - 1)
    time_zone = forms.ChoiceField(
        help_text="Today, what is overdue, and every time on pages and prints follow it. Beside each place is the time "
        "that it is there now.",
        error_messages={"required": "Choose a time zone.", "invalid_choice": "Choose a time zone of the list."},
    )
    country = forms.ChoiceField(
        required=False,
        choices=[("", "Not said"), *COUNTRIES.items()],
        help_text="Telephone numbers are read as there; some instruments have a wording of their own for a country.",
        error_messages={"invalid_choice": "Choose a country of the list."},
    )
    colour = forms.ChoiceField(
        required=False,
        choices=[("", "The record's own"), *Colour.choices],
        help_text="Over each page and in the tab of the browser, so that who works in several clinics sees where they "
        "are.",
        error_messages={"invalid_choice": "Choose a colour of the list."},
    )
    icon = forms.ChoiceField(
        required=False,
        choices=Icon.choices,
        help_text="Beside the clinic's name.",
        error_messages={"invalid_choice": "Choose an icon of the list."},
    )
    idle_minutes = forms.IntegerField(
        min_value=IDLE_RANGE[0],
        max_value=IDLE_RANGE[1],
        label="Sign out after",
        help_text="Minutes in which somebody does nothing, {} to {}. A minute before, the page asks whether they are "
        "still there.".format(*IDLE_RANGE),
        error_messages={"required": "Write a number of minutes.", "invalid": "Write a number of minutes."},
    )
    restricts_patients = forms.BooleanField(
        required=False,
        label="Clinicians and front desk see only patients of their own",
        help_text="Those whose practitioner they are, or in whose care team they are named. Owners and auditors see "
        "everybody, and so do programs. Who needs somebody else's record in an emergency opens it with a reason.",
    )
    second_factor_required = forms.BooleanField(
        required=False,
        label="Everybody needs a second factor",
        help_text="An authenticator app or a passkey, beside the password. Who has none sees nothing of the clinic "
        "until it is set up. The page of people says who has one.",
    )
    alert_text = TextField(
        max_length=2000,
        required=False,
        label="What to do when an answer raises an alert",
        help_text="Your own text, of 2,000 letters at most. It is for people of the clinic, not for patients.",
        widget=forms.Textarea(attrs={"rows": 8, "autocomplete": "off"}),
    )
    alert_numbers = TextField(
        max_length=2000,
        required=False,
        label="Telephone numbers for an alert",
        help_text=f"One on each line, {MOST_NUMBERS} at most: whose it is, a colon, the number. "
        "For example Crisis team: 0800 123 456.",
        widget=forms.Textarea(attrs={"rows": 4, "autocomplete": "off"}),
    )

    review_from = forms.ChoiceField(
        required=False,
        choices=[
            (0, "Every result"),
            (1, "Mild and above"),
            (2, "Moderate and above"),
            (3, "Moderately severe and above"),
        ],
        label="Results that wait for a review",
        help_text="Of what patients and programs send. A milder result counts as reviewed when it comes in, if it is "
        "complete, raised no alert and is in no higher band than the one before.",
        error_messages={"invalid_choice": "Choose which results wait."},
    )

    def __init__(self, *args: Any, kept_zone: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["time_zone"].choices = zone_choices(kept_zone)  # type: ignore[attr-defined]
        self.helper = helper()

    def clean_alert_numbers(self) -> list[PhoneLine]:
        return phone_lines(self.cleaned_data["alert_numbers"])

    def clean_icon(self) -> str:
        return self.cleaned_data["icon"] or Icon.BUILDING

    def clean_review_from(self) -> int:
        return int(self.cleaned_data["review_from"] or 0)

    def values(self) -> dict[str, Any]:
        """The clean fields as the action takes them."""
        own = {name: value for name, value in self.cleaned_data.items() if name not in CHOSEN}
        return {**own, "chosen": {name: self.cleaned_data[name] for name in CHOSEN}}


def phone_lines(text: str) -> list[PhoneLine]:
    """The labels and numbers of a text. Raises ValidationError for every line that is not both, and for too many."""
    lines = [line for each in text.splitlines() if (line := one_line(each))]
    if len(lines) > MOST_NUMBERS:
        raise ValidationError(f"These are {len(lines)} lines. Keep the {MOST_NUMBERS} most important ones.")
    read = [LINE.fullmatch(line) for line in lines]
    if bad := [line for line, match in zip(lines, read, strict=True) if match is None]:
        said = "is not a name, a colon and a number, such as Crisis team: 0800 123 456."
        raise ValidationError([f"“{line[:60]}” {said}" for line in bad])
    return [PhoneLine(match["label"], match["number"]) for match in read if match is not None]


def written_lines(lines: Iterable[PhoneLine]) -> str:
    """What `phone_lines` reads."""
    return "\n".join(f"{line.label}: {line.number}" for line in lines)


def initial_of(settings: Settings) -> dict[str, Any]:
    """How the settings fill the form; also how a conflict shows what is stored."""
    instructions = instructions_of(settings.own)
    return {
        "version": settings.own.version,
        **{name: getattr(settings.clinic, name) for name in CHOSEN},
        "alert_text": instructions.text,
        "alert_numbers": written_lines(instructions.numbers),
        "review_from": settings.own.review_from,
    }
