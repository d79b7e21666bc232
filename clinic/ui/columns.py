"""Columns of our lists: declared as django-tables2 columns, rendered by `cell`.

tables2 spends 450 to 700 microseconds on a row of ten columns, most of it in looking up accessors, attributes and
templates for each cell. The declaration is what it is good at, so that stays; a cell here is one getter and one
escape, about 3 microseconds.
"""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from operator import attrgetter
from typing import Any

import django_tables2 as tables
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.html import escape


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


class TextColumn(tables.Column):
    """Plain text; `accessor` is an attribute path (`user__display_name`), `order_by` what sorting it means."""

    css = ""

    def __init__(self, *, css: str | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.css = css if css is not None else type(self).css

    def getter(self) -> Callable[[models.Model], Any]:
        return attrgetter(str(self.accessor).replace("__", "."))

    def cell(self, value: Any, record: models.Model) -> str:
        """The cell's inner HTML, escaped."""
        return f"<bdi>{escape(value)}</bdi>" if value not in (None, "") else ""

    def plain(self, value: Any, record: models.Model) -> Any:
        """The value in a file: a str, an int, a Decimal, a date, or None for nothing."""
        if value is None or isinstance(value, int | Decimal | date):
            return value
        return str(value) or None


class LinkColumn(TextColumn):
    """The first column: a link to the record, with a mark for what is archived."""

    def __init__(self, *, view: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.view = view

    def cell(self, value: Any, record: Any) -> str:
        state = ' <span class="badge-state">Archived</span>' if record.archived_at else ""
        return f'<a href="{reverse(self.view, args=[record.pk])}">{escape(value)}</a>{state}'


class DateColumn(TextColumn):
    """A date as 23 Nov 2026, with how long ago that is in its title."""

    css = "nowrap"

    def cell(self, value: Any, record: models.Model) -> str:
        if value is None:
            return ""
        title = relative_day((timezone.localdate() - value).days)
        return f'<time datetime="{value.isoformat()}" title="{title}">{date_format(value, "j M Y")}</time>'


class NumberColumn(TextColumn):
    """A number, aligned right, without needless decimals."""

    css = "num"

    def cell(self, value: Any, record: models.Model) -> str:
        if value is None:
            return ""
        return escape(number_format(value.normalize() if hasattr(value, "normalize") else value, use_l10n=True))
