"""The totals of all of a patient's instruments on one time axis: the places of a drawing that a template writes as SVG.

Places from left to right are shares of the width, those from top to bottom pixels. So the drawing fits any width, and
its letters keep their size on a phone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import NamedTuple

from django.urls import reverse
from django.utils.formats import date_format

from clinic.assessments.models import Assessment
from clinic.assessments.trend.charts import shown_bands
from clinic.instruments.catalogue import find_versions
from clinic.instruments.definitions import Band, Definition
from clinic.text.numbers import number_shown

HEIGHT, EDGE = 112, 10  # of an instrument's field, and what stays free above the highest total and below the lowest
WORD = 13  # pixels between the baselines of two words
MARGIN = 3.0  # percent of the width before the first total and after the last one
MOST_TICKS = 4
SHORT = 75  # days; the axis of fewer names days, of more months
MONTHS = (1, 2, 3, 6, 12, 24, 60, 120)


class Strip(NamedTuple):
    """A band: its field, and its word at the right edge."""

    top: float
    height: float
    css: str
    word: str
    word_at: float


class Dot(NamedTuple):
    """A total, linked to its assessment."""

    x: float
    y: float
    text: str
    title: str
    url: str


class Stroke(NamedTuple):
    """From one total to the next."""

    x1: float
    y1: float
    x2: float
    y2: float


class Tick(NamedTuple):
    at: float
    text: str


@dataclass(frozen=True)
class Field:
    """One instrument's totals on its bands. `mixed` if they were scored by rules that draw different bands."""

    definition: Definition
    strips: list[Strip]
    dots: list[Dot]
    strokes: list[Stroke]
    scale: list[Tick]
    rows: list[Assessment]
    mixed: bool

    @property
    def description(self) -> str:
        """The drawing in a sentence, for those who do not see it."""
        first, last = self.rows[0], self.rows[-1]
        count = f"{len(self.rows)} total{'' if len(self.rows) == 1 else 's'}"
        return (
            f"{self.definition.title}: {count}, from {first.score_text} on {date_format(first.date, 'j M Y')} "
            f"to {last.score_text} on {date_format(last.date, 'j M Y')}."
        )


@dataclass(frozen=True)
class TimeAxis:
    fields: list[Field]
    ticks: list[Tick]
    height: int = HEIGHT


def time_axis(rows: Sequence[Assessment]) -> TimeAxis | None:
    """Place scored assessments, oldest first; None where there is nothing to draw."""
    groups: dict[str, list[Assessment]] = {}
    for row in rows:
        groups.setdefault(row.instrument, []).append(row)
    definitions = find_versions({(each[-1].instrument, each[-1].instrument_version) for each in groups.values()})
    drawn = [(definitions[each[-1].instrument, each[-1].instrument_version], each) for each in groups.values()]
    drawn = [(definition, each) for definition, each in drawn if definition.high != definition.low]
    if not drawn:
        return None
    days = [row.date for _, each in drawn for row in each]
    first, last = min(days), max(days)
    newest = sorted(drawn, key=lambda pair: pair[1][-1].date, reverse=True)
    return TimeAxis([_field(definition, each, first, last) for definition, each in newest], _ticks(first, last))


def _share(day: date, first: date, last: date, part: float | None = None) -> float:
    """The place of a day, and of a part of it; a single day that has no parts is in the middle."""
    span = (last - first).days
    share = 0.5 if not span and part is None else ((day - first).days + (part or 0)) / (span + 1)
    return round(MARGIN + share * (100 - 2 * MARGIN), 2)


def _height(definition: Definition, total: float) -> float:
    share = (total - float(definition.low)) / float(definition.high - definition.low)
    return round(EDGE + (1 - share) * (HEIGHT - 2 * EDGE), 1)


def _field(definition: Definition, rows: list[Assessment], first: date, last: date) -> Field:
    sexes = {row.sex for row in rows}
    mixed = len(sexes) > 1 and definition.by_sex
    dots = [_dot(definition, rows, index, first, last) for index in range(len(rows))]
    bands = sorted(shown_bands(definition, "" if len(sexes) > 1 else sexes.pop()), key=lambda band: band.low)
    return Field(
        definition=definition,
        strips=_strips(definition, bands),
        dots=dots,
        strokes=[Stroke(a.x, a.y, b.x, b.y) for a, b in pairwise(dots)],
        scale=[
            Tick(_height(definition, float(each)), number_shown(each)) for each in (definition.low, definition.high)
        ],
        rows=rows,
        mixed=mixed,
    )


def _dot(definition: Definition, rows: list[Assessment], index: int, first: date, last: date) -> Dot:
    """Several of one day stand beside each other, in their order."""
    row = rows[index]
    same = [each.pk for each in rows if each.date == row.date]
    part = same.index(row.pk) / len(same) if len(same) > 1 else None
    said = f"{row.score_text}, {row.band}" if row.band else row.score_text
    return Dot(
        x=_share(row.date, first, last, part),
        y=_height(definition, float(row.score or 0)),
        text=row.score_text,
        title=f"{date_format(row.date, 'j M Y')}: {said}",
        url=reverse("assessments:detail", args=[row.pk]),
    )


def _strips(definition: Definition, bands: Sequence[Band]) -> list[Strip]:
    """A strip for each band. Neighbours touch half way between the end of one and the start of the next."""
    strips, lowest = [], float(HEIGHT + WORD)
    for index, band in enumerate(bands):
        bottom = HEIGHT if index == 0 else _between(definition, bands[index - 1], band)
        top = 0.0 if index == len(bands) - 1 else _between(definition, band, bands[index + 1])
        lowest = round(min((top + bottom) / 2 + 4, lowest - WORD), 1)
        css = "band-none" if band.severity is None else f"band-{band.severity}"
        strips.append(Strip(top, round(bottom - top, 1), css, band.word, lowest))
    return strips


def _between(definition: Definition, lower: Band, upper: Band) -> float:
    return round((_height(definition, float(lower.high)) + _height(definition, float(upper.low))) / 2, 1)


def _ticks(first: date, last: date) -> list[Tick]:
    """What the axis names: the first days of months, or, of a short time, its first and last day."""
    span = (last - first).days
    if span < SHORT:
        days = [first] if not span else [first, last]
        return [Tick(_share(day, first, last), date_format(day, "j M Y")) for day in days]
    months = range(first.year * 12 + first.month, last.year * 12 + last.month)
    starts = [date(month // 12, month % 12 + 1, 1) for month in months]
    for step in MONTHS:
        chosen = [day for day in starts if (day.year * 12 + day.month - 1) % step == 0]
        if 0 < len(chosen) <= MOST_TICKS:
            return [Tick(_share(day, first, last), date_format(day, "M Y")) for day in chosen]
    return [Tick(_share(day, first, last), date_format(day, "Y")) for day in (first, last)]
