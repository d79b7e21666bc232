"""Totals on the bands of their instrument: the places of a drawing that a template writes as SVG.

Places from left to right are shares of the width, those from top to bottom pixels. So the drawing fits any width, and
its letters keep their size on a phone. The page always shows the same numbers as a table beside it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from django.utils.formats import date_format

from clinic.assessments.trend.days import Days, Tick
from clinic.assessments.trend.marks import EpisodeMark
from clinic.assessments.trend.steps import Reading
from clinic.instruments.definitions import Band, Definition
from clinic.text.numbers import number_shown

EDGE = 10  # pixels that stay free above the highest total and below the lowest
WORD = 13  # pixels between the baselines of two words
LONGEST_BESIDE = 18  # letters; where a band has a longer word, all words stand above the drawing
EPISODE_WORD = 14.0  # percent of the width of a phone that "start" takes


class Point(NamedTuple):
    """A total that is drawn: what it is called, where its assessment is, and what it means."""

    reading: Reading
    means: str = "total"
    marks: Sequence[str] = ()

    @property
    def title(self) -> str:
        said = ", ".join([number_shown(self.reading.total), *filter(None, [self.reading.band]), *self.marks])
        return f"{date_format(self.reading.day, 'j M Y')}: {said}"


class Strip(NamedTuple):
    """A band: its field, and its word beside it or above the drawing."""

    top: float
    height: float
    css: str
    word: str
    word_at: float
    totals: str


class Dot(NamedTuple):
    """A total, linked to its assessment."""

    x: float
    y: float
    text: str
    title: str
    url: str
    means: str


class Stroke(NamedTuple):
    """From one total to the next."""

    x1: float
    y1: float
    x2: float
    y2: float


class EpisodeLine(NamedTuple):
    """The start or the end of an episode. `word` is empty where it would run into an earlier one."""

    at: float
    word: str
    title: str

    @property
    def side(self) -> str:
        """Where the title begins that is shown to who points at the line, so that it stays within the drawing."""
        return "start" if self.at < 33 else "end" if self.at > 67 else "middle"


@dataclass(frozen=True)
class Chart:
    """One instrument's totals on its bands. `mixed` if they were scored by rules that draw different bands."""

    height: int
    description: str
    days: Days
    strips: list[Strip]
    totals: list[Tick]
    episodes: list[EpisodeLine]
    strokes: list[Stroke]
    dots: list[Dot]
    mixed: bool

    @property
    def words_apart(self) -> bool:
        return any(len(strip.word) > LONGEST_BESIDE for strip in self.strips)


class Scale:
    """The place of a total in a drawing of so many pixels."""

    def __init__(self, definition: Definition, height: int) -> None:
        self.low, self.high, self.height = float(definition.low), float(definition.high), height

    def y(self, total: float) -> float:
        share = (total - self.low) / (self.high - self.low)
        return round(EDGE + (1 - share) * (self.height - 2 * EDGE), 1)


def chart_of(
    definition: Definition,
    points: Sequence[Point],
    sexes: set[str],
    *,
    days: Days,
    height: int,
    marks: Sequence[EpisodeMark] = (),
) -> Chart | None:
    """Place totals, oldest first, that were scored by the rules for `sexes`; None if there is nothing to draw."""
    if not points or definition.high == definition.low:
        return None
    bands = sorted(shown_bands(definition, "" if len(sexes) > 1 else min(sexes)), key=lambda band: band.low)
    height = max(height, WORD * (len(bands) + 1))
    scale = Scale(definition, height)
    dots = [_dot(points, index, scale, days) for index in range(len(points))]
    return Chart(
        height=height,
        description=described(definition, [point.reading for point in points], marks),
        days=days,
        strips=_strips(bands, scale),
        totals=_totals(definition, bands, scale),
        episodes=_episodes(marks, days),
        strokes=[Stroke(a.x, a.y, b.x, b.y) for a, b in pairwise(dots)],
        dots=dots,
        mixed=len(sexes) > 1 and definition.by_sex,
    )


def described(definition: Definition, readings: Sequence[Reading], marks: Sequence[EpisodeMark] = ()) -> str:
    """Describe the chart in a sentence for those who do not see it. The table beside it has every number."""
    first, last = readings[0], readings[-1]
    count = f"{len(readings)} total{'' if len(readings) == 1 else 's'}"
    said = (
        f"{definition.title}: {count}, from {number_shown(first.total)} on {date_format(first.day, 'j M Y')} "
        f"to {number_shown(last.total)} on {date_format(last.day, 'j M Y')}."
    )
    return " ".join([said, *(f"{mark}." for mark in marks)])


def shown_bands(definition: Definition, sex: str) -> list[Band]:
    """The bands that a strip can show: those for everybody or for that sex, but not those of a single item."""
    return [band for band in definition.bands if band.peak is None and band.sex in ("", sex)]


def _dot(points: Sequence[Point], index: int, scale: Scale, days: Days) -> Dot:
    """Several of one day stand beside each other, in their order."""
    point = points[index]
    reading = point.reading
    same = [at for at, each in enumerate(points) if each.reading.day == reading.day]
    part = same.index(index) / len(same) if len(same) > 1 else None
    x, y = days.share(reading.day, part), scale.y(float(reading.total))
    return Dot(x, y, number_shown(reading.total), point.title, reading.url, point.means)


def _strips(bands: Sequence[Band], scale: Scale) -> list[Strip]:
    """A strip for each band, from below. Neighbours touch half way between the end of one and the start of the next."""
    edges = [float(scale.height), *(_between(lower, upper, scale) for lower, upper in pairwise(bands)), 0.0]
    spans = list(pairwise(edges))
    return [
        Strip(
            top=top,
            height=round(bottom - top, 1),
            css="band-none" if band.severity is None else f"band-{band.severity}",
            word=band.word,
            word_at=at,
            totals=" to ".join(dict.fromkeys([number_shown(band.low), number_shown(band.high)])),
        )
        for band, (bottom, top), at in zip(bands, spans, _baselines(spans, scale), strict=False)
    ]


def _between(lower: Band, upper: Band, scale: Scale) -> float:
    return round((scale.y(float(lower.high)) + scale.y(float(upper.low))) / 2, 1)


def _baselines(spans: Sequence[tuple[float, float]], scale: Scale) -> list[float]:
    """Where the words of strips stand, from below: in the middle of their strips, and apart from each other."""
    found: list[float] = []
    for bottom, top in spans:
        found.append(min((bottom + top) / 2 + 4, (found[-1] if found else scale.height + EDGE) - WORD))
    lowest = float(WORD - 2)
    for index in reversed(range(len(found))):
        found[index] = max(found[index], lowest)
        lowest = found[index] + WORD
    return [round(at, 1) for at in found]


def _totals(definition: Definition, bands: Sequence[Band], scale: Scale) -> list[Tick]:
    """What stands beside the strips: the least and the highest total, and where a band starts if it has room."""
    chosen = [definition.low, definition.high]
    for band in bands:
        if all(abs(scale.y(float(band.low)) - scale.y(float(each))) >= WORD for each in chosen):
            chosen.append(band.low)
    return [Tick(scale.y(float(each)), number_shown(each)) for each in sorted(chosen)]


def _episodes(marks: Sequence[EpisodeMark], days: Days) -> list[EpisodeLine]:
    """A line for each start and end, with its word on the side of the episode."""
    lines: list[EpisodeLine] = []
    taken = 0.0
    for mark in marks:
        at, word = days.share(mark.day), "end" if mark.is_end else "start"
        left = at - EPISODE_WORD if mark.is_end else at
        if lines and left < taken:
            word = ""
        else:
            taken = left + EPISODE_WORD
        lines.append(EpisodeLine(at, word, str(mark)))
    return lines
