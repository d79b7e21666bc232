"""Totals over time as SVG. It needs no script; classes give its colours, so that light, dark and print have their own.

The page always shows the same numbers as a table beside it.
"""

from collections.abc import Sequence
from datetime import date, timedelta

from django.utils.formats import date_format
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString

from clinic.assessments.trend.marks import EpisodeMark
from clinic.assessments.trend.steps import Step
from clinic.instruments.definitions import Band, Definition
from clinic.instruments.items.parts import Number
from clinic.text.numbers import number_shown

LEFT, TOP, BOTTOM = 40, 28, 36
PLOT_WIDTH, PLOT_HEIGHT = 570, 236
HEIGHT = TOP + PLOT_HEIGHT + BOTTOM
LETTER_PIXELS = 8  # of a word beside the bands, where letters are largest
NARROWEST_WORDS = 150
FEWEST_PIXELS = 12  # between the baselines of two words
MOST_DATES = 6
WORD_PIXELS = {"start": 50, "end": 44}  # on a phone, where letters are largest
# The corners of a star, from its centre.
STAR = (
    (0, -8), (2, -2.6), (7.6, -2.5), (3.2, 1), (4.7, 6.5), (0, 3.4), (-4.7, 6.5), (-3.2, 1), (-7.6, -2.5), (-2, -2.6),
)  # fmt: skip


class Scale:
    """The place of a day and of a total in the drawing."""

    def __init__(self, definition: Definition, days: Sequence[date]) -> None:
        self.low, self.high = definition.low, definition.high
        self.first, self.last = min(days), max(days)
        self.span = (self.last - self.first).days

    def x(self, day: date) -> float:
        """A single day is drawn in the middle."""
        share = (day - self.first).days / self.span if self.span else 0.5
        return round(LEFT + 12 + share * (PLOT_WIDTH - 24), 1)

    def y(self, total: Number) -> float:
        share = float(total - self.low) / float(self.high - self.low)
        return round(TOP + (1 - share) * PLOT_HEIGHT, 1)


def trend_chart(
    definition: Definition, steps: Sequence[Step], sex: str, marks: Sequence[EpisodeMark] = ()
) -> SafeString:
    """Draw the totals of `steps` on the instrument's bands for that sex; empty if there is nothing to draw."""
    if not steps or definition.high == definition.low:
        return SafeString("")
    days = [*(step.reading.day for step in steps), *(mark.day for mark in marks)]
    scale = Scale(definition, days)
    parts = [*_strips(definition, scale, sex), *_axes(definition, scale, days, sex), *_episodes(scale, marks)]
    parts.append(_line(scale, steps))
    parts += [_dot(scale, step) for step in steps]
    return format_html(
        '<svg class="trend-chart" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>',
        LEFT + PLOT_WIDTH + _room_for_words(definition, sex),
        HEIGHT,
        description(definition, steps, marks),
        SafeString("".join(parts)),
    )


def description(definition: Definition, steps: Sequence[Step], marks: Sequence[EpisodeMark] = ()) -> str:
    """Describe the chart in a sentence for those who do not see it. The table beside it has every number."""
    first, last = steps[0].reading, steps[-1].reading
    count = f"{len(steps)} total{'' if len(steps) == 1 else 's'}"
    said = (
        f"{definition.title}: {count}, from {number_shown(first.total)} on {date_format(first.day, 'j M Y')} "
        f"to {number_shown(last.total)} on {date_format(last.day, 'j M Y')}."
    )
    return " ".join([said, *(f"{mark}." for mark in marks)])


def shown_bands(definition: Definition, sex: str) -> list[Band]:
    """The bands that a strip can show: those for everybody or for that sex, but not those of a single item."""
    return [band for band in definition.bands if band.peak is None and band.sex in ("", sex)]


def _room_for_words(definition: Definition, sex: str) -> int:
    longest = max((len(band.word) for band in shown_bands(definition, sex)), default=0)
    return max(NARROWEST_WORDS, 14 + LETTER_PIXELS * longest)


def _strips(definition: Definition, scale: Scale, sex: str) -> list[str]:
    """Draw a strip for each band. Neighbours touch half way between the end of one and the start of the next."""
    bands = sorted(shown_bands(definition, sex), key=lambda band: band.low)
    strips, words, lowest = [], [], float(HEIGHT)
    for index, band in enumerate(bands):
        bottom = TOP + PLOT_HEIGHT if index == 0 else _between(scale, bands[index - 1].high, band.low)
        top = TOP if index == len(bands) - 1 else _between(scale, band.high, bands[index + 1].low)
        css = "band-none" if band.severity is None else f"band-{band.severity}"
        strips.append(
            f'<rect class="band {css}" x="{LEFT}" y="{top}" width="{PLOT_WIDTH}" height="{round(bottom - top, 1)}"/>'
        )
        lowest = min((top + bottom) / 2 + 4, lowest - FEWEST_PIXELS)
        words.append(f'<text class="band-word" x="{LEFT + PLOT_WIDTH + 8}" y="{lowest:.1f}">{escape(band.word)}</text>')
    return strips + words


def _between(scale: Scale, lower: Number, upper: Number) -> float:
    return round((scale.y(lower) + scale.y(upper)) / 2, 1)


def _axes(definition: Definition, scale: Scale, days: Sequence[date], sex: str) -> list[str]:
    base = TOP + PLOT_HEIGHT
    lines = [f'<path class="axis" d="M{LEFT} {TOP}V{base}H{LEFT + PLOT_WIDTH}"/>']
    for total in sorted({definition.low, *(band.low for band in shown_bands(definition, sex)), definition.high}):
        lines.append(f'<text class="tick-y" x="{LEFT - 6}" y="{scale.y(total) + 4:.1f}">{number_shown(total)}</text>')
    for day in _dates(scale, days):
        lines.append(f'<text class="tick-x" x="{scale.x(day)}" y="{base + 20}">{date_format(day, "j M y")}</text>')
    return lines


def _dates(scale: Scale, days: Sequence[date]) -> list[date]:
    """The days under the axis: the first, the last, and as many evenly between them as have room."""
    count = min(MOST_DATES, scale.span + 1, len(set(days)))
    if count < 2:
        return [scale.first]
    return [scale.first + timedelta(days=round(scale.span * index / (count - 1))) for index in range(count)]


def _episodes(scale: Scale, marks: Sequence[EpisodeMark]) -> list[str]:
    """Draw a dashed line for each start and end, with its word on the side of the episode.

    A word that would run into an earlier one is left out; the line has it as its title, and so has the table.
    """
    parts, taken = [], float(-PLOT_WIDTH)
    for mark in marks:
        x, kind, word = scale.x(mark.day), "end" if mark.is_end else "start", ""
        left, right = (x - WORD_PIXELS[kind], x) if mark.is_end else (x, x + WORD_PIXELS[kind])
        if left >= taken:
            word, taken = f'<text class="episode-word episode-{kind}" x="{x}" y="{TOP - 8}">{kind}</text>', right
        line = f'<path class="episode-line" d="M{x} {TOP - 4}V{TOP + PLOT_HEIGHT}"><title>{mark}</title></path>'
        parts.append(line + word)
    return parts


def _line(scale: Scale, steps: Sequence[Step]) -> str:
    points = " ".join(f"{scale.x(step.reading.day)},{scale.y(step.reading.total)}" for step in steps)
    return f'<polyline class="trend-line" points="{points}"/>'


def _dot(scale: Scale, step: Step) -> str:
    """Draw a ring for a total, a disc for a response, a star for remission: marks differ by more than colour."""
    x, y = scale.x(step.reading.day), scale.y(step.reading.total)
    said = ", ".join([number_shown(step.reading.total), *filter(None, [step.reading.band]), *step.marks])
    title = f"<title>{date_format(step.reading.day, 'j M Y')}: {escape(said)}</title>"
    if step.is_remission:
        return f'<path class="mark-remission" d="{_star(x, y)}">{title}</path>'
    kind = "mark-response" if step.is_response else "mark-total"
    return f'<circle class="{kind}" cx="{x}" cy="{y}" r="5">{title}</circle>'


def _star(x: float, y: float) -> str:
    return "M" + "L".join(f"{x + dx:.1f} {y + dy:.1f}" for dx, dy in STAR) + "Z"
