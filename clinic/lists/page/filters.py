"""What every list's FilterSet needs: which parameters it knows, what is active, and what was not understood."""

from collections.abc import Iterable
from copy import deepcopy
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from django import forms
from django.utils.formats import date_format
from django_filters import FilterSet
from django_filters.filters import QuerySetRequestMixin

from clinic.access import Request
from clinic.lists.page.addresses import PAGING
from clinic.lists.reading.index_runs import BadList

ALWAYS = frozenset({"q", "archived"})  # filters that mean something where they are not given


@dataclass(frozen=True)
class Chip:
    """One active filter, with the address of the list without it."""

    label: str
    value: str
    remove_url: str


def parameters_of(name: str, field: Any) -> list[str]:
    """The parameters that a filter reads (a range reads two)."""
    suffixes = getattr(field.widget, "suffixes", None)
    return [field.widget.suffixed(name, suffix) for suffix in suffixes] if suffixes else [name]


@cache
def all_parameters(filterset_class: Any) -> dict[str, list[str]]:
    """Each filter's name with the parameters that it reads; found once for each list."""
    filters = deepcopy(filterset_class.base_filters)  # a field asked of the class's own would keep this clinic's rows
    return {name: parameters_of(name, found.field) for name, found in filters.items()}


def refuse_unknown(given: Iterable[str], filterset: FilterSet, reserved: Iterable[str]) -> None:
    """Raise BadList where a parameter is none of the list's: a filter that is passed over shows too much."""
    known = {name for names in all_parameters(whole_class(type(filterset))).values() for name in names} | set(reserved)
    if unknown := [name for name in given if name not in known]:
        raise BadList(f"This list has no filter called “{unknown[0]}”.")


def whole_class(filterset_class: Any) -> Any:
    """The class that `used_filters` made this one of, or the class itself."""
    return getattr(filterset_class, "whole", filterset_class)


def used_filters(filterset_class: Any, given: Iterable[str]) -> Any:
    """The same filters without those that the address does not name: what is not shown need not be built."""
    named = set(given)
    used = {name for name, parameters in all_parameters(filterset_class).items() if named & set(parameters)}
    return _only(filterset_class, frozenset(used | ALWAYS & set(filterset_class.base_filters)))


@cache
def _only(filterset_class: Any, names: frozenset[str]) -> Any:
    made = type(filterset_class.__name__, (filterset_class,), {"whole": filterset_class})
    filters: dict[str, Any] = filterset_class.base_filters
    made.base_filters = {name: _with_field(filters[name]) for name in filters if name in names}  # type: ignore[attr-defined]
    return made


def _with_field(declared: Any) -> Any:
    """The filter with the field that all requests read their value by, where it depends on none of them.

    What is not shown is only cleaned, which leaves a field as it is; made for each request it took as long as that.
    """
    if isinstance(declared, QuerySetRequestMixin) or any(map(callable, declared.extra.values())):
        return declared
    found = deepcopy(declared)
    found.field  # noqa: B018
    return found


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
    names = all_parameters(whole_class(type(filterset)))
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
