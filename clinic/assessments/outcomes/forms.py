"""What outcomes are asked for, as the address says it: each field has a value without being named."""

from contextlib import suppress
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils import timezone
from django_filters.fields import ModelChoiceField

from clinic.accounts.factors.confirmation import EXPORT
from clinic.assessments.outcomes.asking import WINDOWS, Asked
from clinic.instruments.catalogue import newest_of, offered
from clinic.patients.models import Gender
from clinic.staff.models import NOBODY, NOBODY_YET, Practitioner, Tag
from clinic.text.dates import parse_date, short
from clinic.ui.forms import DateField

FIRST, OLDEST = "phq-9", 130
NAMES = {"since": "from", "upto": "to"}  # in addresses; `from` is no name in Python
FIRST_FIELDS = ("instrument", "since", "upto", "window")
BESIDES = {"format", "show", "page", "part", "view", "by", "key", EXPORT}


class OutcomesForm(forms.Form):
    """The filters of a clinic's outcomes. Each needs what the page needs: to see assessments."""

    all_optional = True  # none is marked so

    instrument = forms.ChoiceField(required=False)
    since = DateField(label="First total from", required=False)
    upto = DateField(label="First total until", required=False)
    window = forms.ChoiceField(label="Measured again", required=False, choices=[(n, w[0]) for n, w in WINDOWS.items()])
    gender = forms.ChoiceField(required=False, choices=[("", "All"), *Gender.choices])
    practitioner = ModelChoiceField(
        Practitioner.objects.none(), required=False, empty_label="All", null_label=NOBODY_YET, null_value=NOBODY
    )
    tag = forms.ModelChoiceField(Tag.objects.none(), required=False, empty_label="All")
    age_min = forms.IntegerField(label="Age from", required=False, min_value=0, max_value=OLDEST)
    age_max = forms.IntegerField(label="Age to", required=False, min_value=0, max_value=OLDEST)
    language = forms.RegexField("^[a-z-]*$", label="Language of the form", required=False, max_length=10)

    def __init__(self, data: QueryDict) -> None:
        super().__init__(_with_days_in_words({**self._defaults(), **data.dict()}))
        self.query = data
        self.unknown = sorted(set(data) - BESIDES - {self.add_prefix(name) for name in self.fields})
        measured = [(each.id, each.title) for each in offered() if each.change.case_from is not None]
        self.fields["instrument"].choices = measured  # type: ignore[attr-defined]
        self.fields["practitioner"].queryset = Practitioner.objects.order_by("display_name")  # type: ignore[attr-defined]
        self.fields["tag"].queryset = Tag.objects.all()  # type: ignore[attr-defined]

    @staticmethod
    def _defaults() -> dict[str, str]:
        """The last twelve months, so that the page opens on something."""
        today = timezone.localdate()
        return {"instrument": FIRST, "from": str(today - timedelta(days=365)), "to": str(today), "window": "last"}

    @property
    def is_narrowed(self) -> bool:
        """Whether a filter is used besides the instrument and the time."""
        return any(self.data.get(self.add_prefix(each.name)) or each.errors for each in self.rest())

    def first(self) -> list[forms.BoundField]:
        return [self[name] for name in FIRST_FIELDS]

    def rest(self) -> list[forms.BoundField]:
        return [field for field in self if field.name not in FIRST_FIELDS]

    def add_prefix(self, field_name: str) -> str:
        return NAMES.get(field_name, field_name)

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or self.cleaned_data
        if self.unknown:
            raise ValidationError(f"There is no filter named {', '.join(self.unknown)[:80]}.", code="unknown")
        for name in ("instrument", "since", "upto", "window"):
            if name not in self.errors and not values.get(name):
                self.add_error(name, "Say which.")
        _check_order(self, "since", "upto")
        _check_order(self, "age_min", "age_max")
        return values

    def asked(self) -> Asked:
        values = self.cleaned_data
        someone, tag = values["practitioner"], values["tag"]
        return Asked(
            instrument=values["instrument"],
            since=values["since"],
            upto=values["upto"],
            window=values["window"],
            practitioner=getattr(someone, "pk", someone),
            gender=values["gender"],
            tag=tag.pk if tag is not None else None,
            language=values["language"],
            youngest=values["age_min"],
            oldest=values["age_max"],
        )

    def address(self) -> str:
        """The valid filters as an address says them, with the days that were meant if it said none."""
        values = {self.add_prefix(name): getattr(value, "pk", value) for name, value in self.cleaned_data.items()}
        return urlencode({name: value for name, value in values.items() if value not in (None, "")})

    def change(self) -> Any:
        """What the literature says of the instrument that is asked about."""
        return newest_of(self.cleaned_data["instrument"]).change


def _with_days_in_words(data: dict[str, Any]) -> dict[str, Any]:
    """The days as pages write them, however the address does; what is no day stays as it was typed."""
    for name in NAMES.values():
        with suppress(ValidationError):
            data[name] = short(parse_date(data[name])) if data[name] else ""
    return data


def _check_order(form: OutcomesForm, first: str, last: str) -> None:
    low: date | int | None = form.cleaned_data.get(first)
    high: date | int | None = form.cleaned_data.get(last)
    if low is not None and high is not None and low > high:  # type: ignore[operator]
        form.add_error(last, "This is before where it begins.")
