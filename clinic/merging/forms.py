"""Parsing which record to merge with, whose value of each field counts, and the birth year that is asked again."""

from dataclasses import dataclass
from typing import Any

from django import forms

from clinic.merging.values.sets import SETS, fits, united
from clinic.patients.entry import EXTENSIONS
from clinic.patients.forms import ONLY_ASKED, PatientForm, RecordNumberField, initial_of
from clinic.patients.models import Patient
from clinic.staff.models import Practitioner
from clinic.tenancy.rows import column_value
from clinic.ui.declared import editable_fields
from clinic.ui.forms import helper, shown

SURVIVOR, OTHER, BOTH = "survivor", "other", "both"
# Fields that are chosen together with one that is shown; the survivor's record number is always kept.
TOGETHER = {"date_of_birth": ("date_of_birth_precision",), "status": ("status_on",)} | {
    name: (more,) for name, more in EXTENSIONS.items()
}
TOO_MUCH = "Both together are more than fits. Choose one, and write what is missing into the record afterwards."
NOT_CHOSEN = {"record_number", *(name for names in TOGETHER.values() for name in names)}
EMPTY: tuple[Any, ...] = (None, "", "unknown", [])
WRONG_YEAR = "This is not the year of birth above. Look again whether these are the records you mean."


@dataclass(frozen=True)
class Choice:
    """One field of both records; `names` are the model's fields that go with it."""

    label: str
    names: tuple[str, ...]
    survivor: str
    other: str
    bound: Any = None

    @property
    def is_set(self) -> bool:
        return bool(self.names) and self.names[0] in SETS

    @property
    def chosen(self) -> str:
        return str(self.bound.value()) if self.bound is not None else SURVIVOR


class OtherForm(forms.Form):
    """The record to merge with, by its number."""

    number = RecordNumberField(
        max_length=40,
        label="Record number of the other record",
        error_messages={"required": "Write the record number of the other record."},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = helper()


class MergeForm(forms.Form):
    """`keep-<field>` says whose value counts, or both's of a set, where the two differ.

    The versions are those that were shown.
    """

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=2**31 - 1)
    other_version = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=2**31 - 1)
    birth_year = forms.IntegerField(
        label="Year of birth, typed again",
        help_text="Of the person whose record this becomes: four digits.",
        error_messages={"required": "Write the year of birth.", "invalid": "Write the year with four digits."},
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "class": "width-s"}),
    )

    def __init__(self, *args: Any, survivor: Patient, other: Patient, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"version": survivor.version, "other_version": other.version})
        super().__init__(*args, **kwargs)
        self.survivor, self.other = survivor, other
        self.names: dict[str, tuple[str, ...]] = {}
        for name in editable_fields(Patient):
            names = (name, *TOGETHER.get(name, ()))
            if name not in NOT_CHOSEN and self._differ(names):
                self.names[f"keep-{name}"] = names
                self.fields[f"keep-{name}"] = self._choice(name)

    def _differ(self, names: tuple[str, ...]) -> bool:
        return any(column_value(self.survivor, name) != column_value(self.other, name) for name in names)

    def _choice(self, name: str) -> forms.ChoiceField:
        """The survivor's value, but where it has none; of a set both's."""
        more = [(BOTH, "Both")] if name in SETS else []
        fills = column_value(self.survivor, name) in EMPTY and column_value(self.other, name) not in EMPTY
        return forms.ChoiceField(
            choices=[(SURVIVOR, "The first record's"), (OTHER, "The second record's"), *more],
            label=str(Patient._meta.get_field(name).verbose_name).capitalize(),  # type: ignore[union-attr]
            initial=BOTH if more else OTHER if fills else SURVIVOR,
            error_messages={"required": "Choose whose value counts."},
        )

    @property
    def is_stale(self) -> bool:
        """Whether one of the records is another now than the one that was shown."""
        shown = str(self["version"].value()), str(self["other_version"].value())
        return shown != (str(self.survivor.version), str(self.other.version))

    def shown_again(self) -> "MergeForm":
        """The form with what was chosen, for the records as they are now; where they differ only now, as proposed."""
        fresh = MergeForm(survivor=self.survivor, other=self.other)
        proposed = {name: str(fresh[name].value()) for name in fresh.names}
        versions = {"version": str(self.survivor.version), "other_version": str(self.other.version)}
        return MergeForm({**proposed, **dict(self.data.items()), **versions}, survivor=self.survivor, other=self.other)

    def choices(self) -> list[Choice]:
        """Every field that one of the two has something in, in the order of the patient's form."""
        form, mine, theirs = PatientForm(), initial_of(self.survivor), initial_of(self.other)
        found = []
        for bound in form.visible_fields():
            if bound.name in (*NOT_CHOSEN, *ONLY_ASKED):
                continue
            key = f"keep-{bound.name}"
            first, second = _text(bound, self.survivor, mine), _text(bound, self.other, theirs)
            field = self[key] if key in self.fields else None
            if field is None and not first:
                continue
            found.append(Choice(str(bound.label), self.names.get(key, ()), first, second, field))
        return found

    def taken(self) -> list[str]:
        """The model's fields whose value the survivor takes from the other."""
        chosen = [names for key, names in self.names.items() if self.cleaned_data.get(key) == OTHER]
        return [name for names in chosen for name in names]

    def both(self) -> list[str]:
        """The sets of which the survivor gets the other's parts besides its own."""
        return [key.removeprefix("keep-") for key in self.names if self.cleaned_data.get(key) == BOTH]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for name in self.both():
            together = united(name, column_value(self.survivor, name), column_value(self.other, name))
            if not fits(name, together):
                self.add_error(f"keep-{name}", TOO_MUCH)
        born = (self.other if "date_of_birth" in self.taken() else self.survivor).date_of_birth
        if cleaned.get("birth_year") not in (None, born and born.year):
            self.add_error("birth_year", WRONG_YEAR)
        return cleaned


def _text(bound: Any, patient: Patient, initial: dict[str, Any]) -> str:
    """A field in words; the date of birth with how well it is known, a status with its day, a practitioner who left by
    name too.
    """
    if bound.name == "date_of_birth":
        return patient.birth_date_text
    if bound.name == "user":
        return patient.practitioner_name
    if bound.name == "status":
        return patient.particulars.status or patient.get_status_display()
    return shown(bound.field, initial.get(bound.name))


class UnmergeForm(forms.Form):
    """The version of whoever has the record now; with `ask_user` whose patient the other becomes."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=2**31 - 1)
    user = forms.ModelChoiceField(
        Practitioner.objects.none(), required=False, widget=forms.HiddenInput, label="Responsible practitioner"
    )

    def __init__(self, *args: Any, ask_user: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["user"].queryset = Practitioner.objects.active()  # type: ignore[attr-defined]
        if ask_user:
            self.fields["user"].widget = forms.Select()
            self.fields["user"].widget.choices = self.fields["user"].choices  # type: ignore[attr-defined]
        self.helper = helper()
