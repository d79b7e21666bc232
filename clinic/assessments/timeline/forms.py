"""What a timeline is asked for, as its address says it."""

import re
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.dateparse import parse_date

from clinic.assessments.timeline.places import Asked, Place
from clinic.assessments.timeline.sources import SOURCES, Kind
from clinic.ui.forms import DateField

NAMES = {"since": "from", "upto": "to"}  # in addresses; `from` is no name in Python
AFTER = re.compile(r"(\d{4}-\d\d-\d\d)_(\d{1,17})_(\d{1,2})_([0-9a-f-]{36}|\d{1,18})", re.ASCII)
YEARS = range(1900, 3000)
TEXT = {"class": "form-control", "autocomplete": "off"}
START = datetime(1970, 1, 1, tzinfo=UTC)


class TimelineForm(forms.Form):
    """The filters. Only kinds that whoever asks may see can be chosen; none chosen is all of them."""

    all_optional = True  # none is marked so

    kind = forms.MultipleChoiceField(label="Show", required=False, widget=forms.CheckboxSelectMultiple)
    since = DateField(label="From", required=False, max_length=40, widget=forms.TextInput(TEXT))
    upto = DateField(label="Until", required=False, max_length=40, widget=forms.TextInput(TEXT))
    all = forms.ChoiceField(choices=[("yes", "Yes")], required=False, widget=forms.HiddenInput)
    after = forms.CharField(required=False, max_length=90, widget=forms.HiddenInput)

    def __init__(self, data: QueryDict, *, permissions: Collection[str]) -> None:
        super().__init__(data)
        self.seen = [number for number, source in enumerate(SOURCES) if source.needs in permissions]
        kinds = {SOURCES[number].kind for number in self.seen}
        self.fields["kind"].choices = [(kind.value, kind.label) for kind in Kind if kind in kinds]  # type: ignore[attr-defined]
        self.unknown = sorted(set(data) - {self.add_prefix(name) for name in self.fields})

    def add_prefix(self, field_name: str) -> str:
        return NAMES.get(field_name, field_name)

    def clean_after(self) -> Place | None:
        text = self.cleaned_data["after"]
        place = read_place(text) if text else None
        if text and place is None:
            raise ValidationError("Nothing stands behind this place.")
        return place

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or self.cleaned_data
        if self.unknown:
            raise ValidationError(f"There is no filter named {', '.join(self.unknown)[:80]}.", code="unknown")
        since, upto = values.get("since"), values.get("upto")
        for name, day in (("since", since), ("upto", upto)):
            if day is not None and day.year not in YEARS:
                self.add_error(name, "Write a year between 1900 and 2999.")
        if since is not None and upto is not None and since > upto:
            self.add_error("upto", "This is before where it begins.")
        return values

    def asked(self) -> Asked:
        values = self.cleaned_data
        kinds = values["kind"]
        sources = [number for number in self.seen if not kinds or SOURCES[number].kind in kinds]
        return Asked(sources, values["since"], values["upto"], values["after"])


def written_place(place: Place) -> str:
    """A place as an address has it: its day, its moment in microseconds, its source and its key."""
    return f"{place.day}_{(place.at - START) // timedelta(microseconds=1)}_{place.source}_{place.key}"


def read_place(text: str) -> Place | None:
    """The place that an address names; None for what is none."""
    if (found := AFTER.fullmatch(text)) is None or int(found[3]) >= len(SOURCES):
        return None
    try:
        day, at = parse_date(found[1]), START + timedelta(microseconds=int(found[2]))
        key = found[4] if found[4].isdecimal() else str(UUID(found[4]))
    except (ValueError, OverflowError):
        return None
    is_numbered = SOURCES[int(found[3])].name == "changed"
    if day is None or day.year not in YEARS or key.isdecimal() != is_numbered:
        return None
    return Place(day, at, int(found[3]), key)
