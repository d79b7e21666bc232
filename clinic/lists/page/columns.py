"""Columns of our lists: declared as django-tables2 columns, rendered by functions of one record.

tables2 spends 450 to 700 microseconds on a row of ten columns, most of it in looking up accessors, attributes and
templates for each cell. The declaration is what it is good at, so that stays. A column has `cells`, which makes its
cells' HTML of all records at once, and `plain`, which gives a record's value for files.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from copy import copy
from datetime import date, datetime
from decimal import Decimal
from functools import cache, lru_cache
from operator import attrgetter
from typing import Any

import django_tables2 as tables
from django.db import models
from django.urls import get_script_prefix
from django.utils import timezone
from django.utils.dates import MONTHS_3
from django.utils.formats import number_format
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from clinic.text.numbers import MINUS
from clinic.ui.pages import around_key

special = re.compile(r"[&<>\"']").search
ARCHIVED = ' <span class="badge-state">Archived</span>'


def relative_day(days: int) -> str:
    """`days` ago in words, for a title: "today", "3 days ago", "in 2 weeks", "4 years ago"."""
    if days == 0:
        return "today"
    distance = abs(days)
    for size, unit in ((365, "year"), (30, "month"), (7, "week"), (1, "day")):
        if distance >= size:
            count = distance // size
            words = f"{count} {unit}{'' if count == 1 else 's'}"
            return f"{words} ago" if days > 0 else f"in {words}"
    return ""


def escaped(text: str) -> str:
    """As Django's `escape`, four times as fast for what has nothing to escape."""
    return escape(text) if special(text) else text


@cache
def months(language: str | None) -> list[str]:
    return ["", *(str(MONTHS_3[number]).title() for number in range(1, 13))]


def with_class(attributes: dict[str, Any], css: str) -> dict[str, Any]:
    """A column's attributes with one class more on its head and its cells."""
    found = dict(attributes)
    for tag in ("th", "td"):
        own = attributes.get(tag, attributes.get("cell", {}))
        found[tag] = {**own, "class": f"{css} {own.get('class', '')}".rstrip()}
    return found


class TextColumn(tables.Column):
    """Plain text; `accessor` is an attribute path (`user__display_name`), `order_by` what sorting it means.

    A list has its columns write all of their cells at once, by `cells`: a tenth of what it takes one by one.
    """

    css = ""
    hidden_marks: frozenset[str] = frozenset()  # of those that the column's cells have, by name
    # The headings of a column that is several in a file, {} being its own; `file_values` fills them.
    file_columns: Sequence[str] = ()

    def __init__(self, *, css: str | None = None, **kwargs: Any) -> None:
        if css := type(self).css if css is None else css:
            kwargs["attrs"] = with_class(kwargs.get("attrs", {}), css)
        super().__init__(**kwargs)

    def __deepcopy__(self, memo: Any) -> "TextColumn":
        """A table's own column; what is in it is never changed, and copying that too took half a millisecond."""
        return copy(self)

    def without(self, mark: str) -> "TextColumn":
        """The column for who may not see one of its marks."""
        found = copy(self)
        found.hidden_marks = self.hidden_marks | {mark}
        return found

    def render(self, record: Any) -> SafeString:
        """One cell, where a table is written one by one."""
        return mark_safe(self.cells([record])[0])  # noqa: S308  # columns escape what they are made of

    def value(self, record: Any) -> Any:
        """The value as a file holds it: text, a number, a date, or None."""
        return self.plain(record)

    def file_values(self, record: Any) -> Sequence[Any]:
        """The values of `file_columns`."""
        raise NotImplementedError

    def all_file_values(self, records: Sequence[Any]) -> list[Sequence[Any]]:
        """The same of many records, for a column that reads something for all of them at once."""
        return [self.file_values(record) for record in records]

    def getter(self) -> Callable[[models.Model], Any]:
        """What reads the value; a related record that is loaded is taken as it is, not by Django's slower way to it."""
        first, _, rest = str(self.accessor).partition("__")
        if not rest:
            return attrgetter(first)
        get = attrgetter(rest.replace("__", "."))

        def follow(record: models.Model) -> Any:
            related = record._state.fields_cache.get(first)
            return get(related if related is not None else getattr(record, first))

        return follow

    def plain(self, record: Any) -> Any:
        """The value as a file holds it: text, a number, a date, or None."""
        return self.getter()(record)

    def cell(self, value: Any, record: Any) -> str:
        """The cell's inner HTML, escaped."""
        return f"<bdi>{escaped(str(value))}</bdi>" if value not in (None, "") else ""

    def cells(self, records: Sequence[Any]) -> list[str]:
        """The inner HTML of each record's cell."""
        get, cell = self.getter(), self.cell
        if type(self).cell is not TextColumn.cell:
            return [cell(get(record), record) for record in records]
        texts = ["" if value is None else str(value) for value in map(get, records)]
        return [f"<bdi>{escape(text) if special(text) else text}</bdi>" if text else "" for text in texts]


class LinkColumn(TextColumn):
    """The first column: a link to the record, with a mark where it is archived."""

    def __init__(self, *, view: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.view = view

    def marks(self, record: Any) -> str:
        """What stands behind the link."""
        return ARCHIVED if getattr(record, "archived_at", None) else ""

    def cells(self, records: Sequence[Any]) -> list[str]:
        (before, behind), marks = around_key(self.view, get_script_prefix()), self.marks
        names = [escaped(str(name)) for name in map(self.getter(), records)]
        return [
            f'<a href="{before}{record.pk}{behind}">{name}</a>{marks(record)}'
            for name, record in zip(names, records, strict=True)
        ]


class ChoiceColumn(TextColumn):
    """One of a few values, shown by its label; a file has its code beside the word. What is not recorded is empty."""

    file_columns = ("{}", "{}, code")

    def __init__(self, *, choices: Iterable[tuple[Any, Any]], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.labels = {value: str(label) for value, label in choices if value != ""}

    def plain(self, record: Any) -> Any:
        value = self.getter()(record)
        return self.labels.get(value, value)

    def file_values(self, record: Any) -> Sequence[Any]:
        return (self.plain(record), self.getter()(record))

    def cells(self, records: Sequence[Any]) -> list[str]:
        shown = {value: f"<bdi>{escape(label)}</bdi>" for value, label in self.labels.items()}
        return [shown.get(value, "") for value in map(self.getter(), records)]


def local_day(value: date | None) -> date | None:
    """A moment's day where the clinic is; a day as it is."""
    return timezone.localdate(value) if isinstance(value, datetime) else value


class DateColumn(TextColumn):
    """A date, or the day of a moment, as 23 Nov 2026, with how long ago that is in its title."""

    css = "nowrap"

    def plain(self, record: Any) -> Any:
        return local_day(super().plain(record))

    def cells(self, records: Sequence[Any]) -> list[str]:
        today, language, get = timezone.localdate(), get_language(), self.getter()
        days = [local_day(get(record)) for record in records]
        return ["" if day is None else day_html(day, today, language) for day in days]


@lru_cache(maxsize=4096)
def day_html(day: date, today: date, language: str | None) -> str:
    """A date as 23 Nov 2026, in the reader's language."""
    name = months(language)[day.month]
    return f'<span title="{relative_day((today - day).days)}">{day.day} {name} {day.year}</span>'


class NumberColumn(TextColumn):
    """A number, aligned right, without needless decimals."""

    css = "num"

    def cell(self, value: Any, record: Any) -> str:
        return escaped(number_text(value)) if value is not None else ""


@lru_cache(maxsize=4096)
def _number_text(value: Decimal | int, language: str | None) -> str:
    plain = value.normalize() if isinstance(value, Decimal) else value
    return str(number_format(plain, use_l10n=True)).replace("-", MINUS)


def number_text(value: Decimal | int) -> str:
    """A number as the reader writes it."""
    return _number_text(value, get_language())
