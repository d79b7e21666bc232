"""The pages' filters, search and sorting, by the API's names."""

import re
from collections.abc import Container
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django import forms
from django.core import exceptions as django_exceptions
from django.db import models
from django.db.models import QuerySet
from django.utils.dateparse import parse_datetime
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.fields import get_error_detail
from rest_framework.filters import BaseFilterBackend
from rest_framework.request import Request

from clinic.api.reading.chosen import FIELDS, INCLUDE, ways_of_reading
from clinic.assessments.filters import InstrumentChoiceField, PatientField
from clinic.lists.page.filters import used_filters
from clinic.lists.page.narrowing import listing_of
from clinic.lists.page.permitted import permitted_filters, permitted_table
from clinic.lists.page.sorting import chained, ordering, sortable
from clinic.lists.reading.index_runs import BadList
from clinic.lists.reading.listing import Listing
from clinic.text.faults import Fault
from clinic.ui.forms import DateField

if TYPE_CHECKING:
    from rest_framework.views import APIView

MOMENTS = ("created_at", "updated_at")
DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)", re.ASCII)
SAVING_TAKES = timedelta(minutes=10)
SINCE: dict[str, Any] = {
    "name": "updated_since",
    "in": "query",
    "schema": {"type": "string", "format": "date-time"},
    "description": "Records created, changed or archived since, the earliest change first. Give the largest "
    "`updated_at` that you have. It begins ten minutes before, so that nothing that was just being saved is left out: "
    "a record whose `version` you have may come again.",
}
SOME_TEXT = {"type": "string", "minLength": 1, "pattern": r"\S"}
ANY_ID = "[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
# What the API calls a filter, where that is not what the pages call it.
API_NAMES = {"q": "search"}
FORM_NAMES = {"search": "q"}


LISTED = ("ordering", FIELDS, INCLUDE)  # may be given once with commas, or many times


def refuse_parameters(request: Request, known: Container[str] = ()) -> None:
    """Raise a ValidationError that names each query parameter which is not `known` or is given twice.

    Whatever is read may be read in part.
    """
    problems = {}
    reading = ways_of_reading(request, request.parser_context["view"])
    for name, values in request.query_params.lists():
        if name not in known and name not in reading:
            problems[name] = ["There is no such parameter here."]
        elif len(values) > 1 and name not in LISTED:
            problems[name] = ["This is given more than once."]
        elif name != "search" and not all(value.strip() for value in values):
            problems[name] = ["Leave this out, or give it a value."]
    if problems:
        raise ValidationError(problems)


def order_by(view: Any, table_class: Any, text: str) -> list[str]:
    """The `order_by` of an `ordering` such as `-date,name`; raises ValidationError for any other name.

    Names are those of `table_class`, and of the view's `field_columns` where a field has another name than its column.
    """
    try:
        return chained([_terms(view, table_class, name) for name in text.split(",")])
    except BadList as problem:
        raise ValidationError({"ordering": [str(problem)]}) from problem


def _terms(view: Any, table_class: Any, name: str) -> list[str]:
    if "updated_since" in view.list_parameters and name.removeprefix("-") in MOMENTS:
        return [name, "-pk" if name.startswith("-") else "pk"]
    return ordering(table_class, _column(view, name))


def _column(view: Any, name: str) -> str:
    sign, field = ("-", name[1:]) if name.startswith("-") else ("", name)
    columns: dict[str, str] = view.field_columns
    return sign + columns.get(field, field)


def _listing(filterset: Any, terms: list[str], *, sorted_by_choice: bool) -> Listing:
    """The list that a valid filterset selects; raises ValidationError where its filters do not go with the order."""
    try:
        return listing_of(filterset, terms, sorted_by_choice=sorted_by_choice)
    except BadList as problem:
        raise ValidationError({"ordering": [str(problem)]}, code=Fault.TOGETHER) from problem


def _since(text: str) -> datetime:
    """The first moment of `updated_since`, less the time that what was being saved then may have taken to be there."""
    try:
        found = parse_datetime(text) if MOMENT.fullmatch(text) else None
        if found is not None:
            return found.astimezone(UTC) - SAVING_TAKES  # PostgreSQL knows no offset of 16 hours and more
    except (ValueError, OverflowError):
        pass
    raise ValidationError({"updated_since": ["Give a moment with its offset, such as 2026-03-01T09:30:00Z."]})


def refuse_other_days(filters: Any, given: dict[str, str]) -> None:
    """Raises ValidationError for each day that is not written as programs write it: 3/12/1961 is two days."""
    days = [name for name in given if name in filters and issubclass(filters[name].field_class, DateField)]
    if wrong := [name for name in days if not DAY.fullmatch(given[name])]:
        raise ValidationError({name: ["Give a day as YYYY-MM-DD."] for name in wrong})


def _refused(form: forms.Form) -> ValidationError:
    """What a form refuses, by the API's names: what is none of the clinic's rows is no fault of the address."""
    found = {}
    for name, errors in form.errors.as_data().items():
        rows = isinstance(form.fields.get(name), forms.ModelChoiceField | InstrumentChoiceField)
        found[API_NAMES.get(name, name)] = [
            ErrorDetail(each.messages[0], Fault.UNKNOWN if rows and each.code == "invalid_choice" else each.code)
            for each in errors
        ]
    return ValidationError(found)


class ListParameters(BaseFilterBackend):
    """Narrows and sorts by the view's `filterset_class` and `table_class`.

    With `updated_since` archived records are listed too, and those that were changed first come first.

    A list is left as the view's `listing`, for its pages. One record is looked up among the same rows, so that an
    archived one is found with `archived=all` only.
    """

    def filter_queryset(self, request: Request, queryset: QuerySet[Any], view: "APIView") -> QuerySet[Any]:
        mine: Any = view
        http: Any = request._request
        permissions = http.permissions
        filterset_class = permitted_filters(mine.filterset_class, permissions)
        fields = filterset_class.base_filters
        listed = mine.action == "list"
        names = {API_NAMES.get(name, name) for name in fields} if listed else {"archived"} & set(fields)
        paging = ("ordering", *mine.paginator.parameters, *mine.list_parameters) if listed else ()
        refuse_parameters(request, {*names, *paging})
        if not listed and not names:
            return queryset
        asked = {name: values for name, values in request.query_params.lists() if name not in (FIELDS, INCLUDE)}
        given = {FORM_NAMES.get(name, name): ",".join(values) for name, values in asked.items()}
        if listed and "updated_since" in given:
            queryset = queryset.filter(updated_at__gte=_since(str(given.pop("updated_since"))))
            given = {"archived": "all", "ordering": "updated_at", **given}
        used = used_filters(filterset_class, given)
        refuse_other_days(fields, given)
        filterset = used(given, queryset=queryset, request=request._request)
        if not filterset.is_valid():
            raise _refused(filterset.form)
        if listed:
            table_class = permitted_table(mine.table_class, permissions)
            terms = order_by(mine, table_class, given.get("ordering", mine.default_ordering))
            mine.listing = _listing(filterset, terms, sorted_by_choice="ordering" in given)
        found: QuerySet[Any] = mine.listing.queryset if listed else filterset.qs
        return found

    def get_schema_operation_parameters(self, view: "APIView") -> list[dict[str, Any]]:
        mine: Any = view
        filters = deepcopy(mine.filterset_class.base_filters)  # a field asked of the class's own would stay as it is
        if mine.action != "list":
            narrows = mine.detail and "archived" in filters
            return [_parameter("archived", filters["archived"].field)] if narrows else []
        described = [_parameter(name, found.field) for name, found in filters.items()]
        described += [SINCE] if "updated_since" in mine.list_parameters else []
        return [*described, _ordering_parameter(mine)]


class OfPatient(BaseFilterBackend):
    """Lists what belongs to one patient, whom `patient` names; a single record is found without it."""

    def filter_queryset(self, request: Request, queryset: QuerySet[Any], view: "APIView") -> QuerySet[Any]:
        mine: Any = view
        if mine.action != "list":
            refuse_parameters(request)
            return queryset
        refuse_parameters(request, ("patient", "page", "page_size"))
        field = PatientField(error_messages={"required": "Say whose: give the id of a patient."})
        try:
            return queryset.filter(patient=field.clean(request.query_params.get("patient", "")))
        except django_exceptions.ValidationError as error:
            raise ValidationError({"patient": get_error_detail(error)}) from error

    def get_schema_operation_parameters(self, view: "APIView") -> list[dict[str, Any]]:
        mine: Any = view
        whose = _parameter("patient", PatientField(help_text="Whose they are, by the patient's id."))
        return [{**whose, "required": True}] if mine.action == "list" else []


def _parameter(name: str, field: forms.Field) -> dict[str, Any]:
    label = str(field.label or name.replace("_", " ").capitalize())
    description = f"{label}. {field.help_text}" if field.help_text else label
    if null_label := _null_label(field):
        description += f" Its id, or “{field.null_value}”: {null_label}."  # type: ignore[attr-defined]
    if name == "archived":
        description = "Archived records are left out, unless all or only they are asked for."
    return {
        "name": API_NAMES.get(name, name),
        "in": "query",
        "schema": _text(field) if name == "q" else _schema(field),
        "description": description,
    }


def _null_label(field: Any) -> str:
    """What a filter calls the rows that have none of its records, where it can be asked for them."""
    return str(getattr(field, "null_label", None) or "")


def _schema(field: Any) -> dict[str, Any]:
    """What of JSON Schema a filter's form field stands for."""
    if isinstance(field, forms.ModelChoiceField | forms.UUIDField):
        rows: Any = getattr(field, "queryset", None)
        if rows is not None and isinstance(rows.model._meta.pk, models.CharField):
            return SOME_TEXT
        if _null_label(field):
            return {"type": "string", "pattern": f"^({ANY_ID}|{field.null_value})$"}  # type: ignore[union-attr]
        return {"type": "string", "format": "uuid"}
    if isinstance(field, InstrumentChoiceField):
        return SOME_TEXT
    if isinstance(field, forms.ChoiceField):
        choices: Any = field.choices
        return {"type": "string", "enum": [value for value, _ in choices if value]}
    if isinstance(field, forms.DecimalField):
        return _number(field)
    if isinstance(field, DateField):
        return {"type": "string", "format": "date"}
    return _text(field) | getattr(field, "described", SOME_TEXT)


def _number(field: Any) -> dict[str, Any]:
    last = Decimal(1).scaleb(-field.decimal_places)
    most = float(10 ** (field.max_digits - field.decimal_places) - last)
    return {"type": "number", "minimum": -most, "maximum": most}


def _text(field: Any) -> dict[str, Any]:
    return {"type": "string", "maxLength": field.max_length}


def _ordering_parameter(view: Any) -> dict[str, Any]:
    moments = MOMENTS if "updated_since" in view.list_parameters else ()
    names = list(dict.fromkeys([*sortable(view.table_class), *view.field_columns, *moments]))
    return {
        "name": "ordering",
        "in": "query",
        "style": "form",
        "explode": False,
        "schema": {
            "type": "array",
            "items": {"type": "string", "enum": [sign + name for name in names for sign in ("", "-")]},
            "minItems": 1,
            "default": [view.default_ordering],
        },
        "description": "What to sort by, the first name first; a minus sign turns its order round.",
    }
