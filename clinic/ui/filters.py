"""What every list's FilterSet needs: which parameters it knows, what is active, and what was not understood."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.utils.formats import date_format
from django_filters import FilterSet

from clinic.access import Request
from clinic.ui.addresses import PAGING


@dataclass(frozen=True)
class Chip:
    """One active filter, with the address of the list without it."""

    label: str
    value: str
    remove_url: str


def parameter_names(filterset: FilterSet) -> dict[str, list[str]]:
    """Each filter's name and the parameters it reads (a range reads two)."""
    names = {}
    for name, field in filterset.form.fields.items():
        suffixes = getattr(field.widget, "suffixes", None)
        names[name] = [field.widget.suffixed(name, suffix) for suffix in suffixes] if suffixes else [name]
    return names


def unknown_parameters(request: Request, filterset: FilterSet, reserved: Iterable[str]) -> list[str]:
    known = {parameter for names in parameter_names(filterset).values() for parameter in names} | set(reserved)
    return [name for name in request.GET if name not in known]


def errors_of(filterset: FilterSet) -> list[str]:
    """What of the filters was not understood, a sentence each, in the order of the form."""
    form = filterset.form
    return [f"{form.fields[name].label}: {error}" for name, errors in form.errors.items() for error in errors]


def shown(field: forms.Field, value: Any) -> str:
    """A cleaned filter value in words."""
    if isinstance(value, slice):
        return " to ".join(str(part) if part is not None else "…" for part in (value.start, value.stop))
    if isinstance(value, date):
        return date_format(value, "j M Y")
    labels = {str(key): str(label) for key, label in getattr(field, "choices", ())}
    return labels.get(str(getattr(value, "pk", value)), str(value))


def active_chips(request: Request, filterset: FilterSet) -> list[Chip]:
    """A chip for each filter that narrows the list; the search text has its box and no chip."""
    form = filterset.form
    form.is_valid()
    names = parameter_names(filterset)
    chips = []
    for name, value in getattr(form, "cleaned_data", {}).items():
        if name == "q" or value in (None, "", []):
            continue
        parameters = request.GET.copy()
        for parameter in [*names[name], *PAGING]:
            parameters.pop(parameter, None)
        query = f"?{parameters.urlencode()}" if parameters else ""
        chips.append(Chip(str(form.fields[name].label), shown(form.fields[name], value), f"{request.path}{query}"))
    return chips
