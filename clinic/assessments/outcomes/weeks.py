"""How cases get on: the spread of their totals by week, as a drawing and a table, and rates by the month they began in.

Places from left to right are shares of the drawing's width, those from top to bottom pixels, as on a patient's axis.
"""

from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any

from django.http import QueryDict
from django.utils.formats import date_format

from clinic.assessments.outcomes.asking import Asked, about_courses
from clinic.assessments.outcomes.figures import AROUND, CASE, TOLD, WEEKS, counts_by, is_published
from clinic.assessments.outcomes.page import LABELS, rows_url
from clinic.assessments.outcomes.shares import FEWEST
from clinic.assessments.outcomes.sheets import HEIGHT, Cell, Drawing, Point, Sheet, Tick, share_cell
from clinic.instruments.catalogue import newest_of
from clinic.instruments.change import Change
from clinic.text.numbers import number_shown

EDGE, MARGIN = 14, 6.0
# The last total in the days around a week's day; at week 0 the baseline.
BY_WEEK = """
CROSS JOIN (VALUES {weeks}) AS weeks (week)
CROSS JOIN LATERAL (SELECT width_bucket(first_day + 7 * week + %s, days)) AS around (spot)
CROSS JOIN LATERAL (
    SELECT CASE WHEN week = 0 THEN first WHEN spot > 1 AND days[spot] >= first_day + 7 * week - %s THEN totals[spot] END
) AS near (total)
WHERE {case} AND total IS NOT NULL GROUP BY week ORDER BY week
"""
QUARTILES = "week, count(*), percentile_cont(ARRAY[0.25, 0.5, 0.75]) WITHIN GROUP (ORDER BY total)"
SPREAD = (
    "Of each case the last total from 6 days before to 6 days after the week; at week 0 the first total. Half of the "
    "cases lie between the quartiles. Who was not measured then is not in it, so that those who stay are shown. Of "
    "fewer than 5 cases nothing is said."
)
RATES = (
    "Cases by the month of the first total. Shares are of those measured again in the chosen window, with their 95 % "
    "interval by Wilson's score. The last months are not measured again yet for the most part."
)


@dataclass(frozen=True)
class Week:
    """The quartiles of the totals of a week; None of fewer than five."""

    week: int
    count: int
    low: float | None = None
    median: float | None = None
    high: float | None = None


def by_week(asked: Asked, change: Change) -> list[Week]:
    """The weeks in which any case was measured."""
    weeks = ", ".join(f"({week})" for week in WEEKS)
    found = about_courses(asked, change, QUARTILES, BY_WEEK.format(case=CASE, weeks=weeks), AROUND, AROUND)
    return [Week(week, count, *(quartiles if count >= FEWEST else ())) for week, count, quartiles in found]


def drawing(weeks: list[Week], low: float, high: float) -> Drawing | None:
    """Places of the spread on the instrument's range; None where there is too little to draw."""
    shown = [each for each in weeks if each.median is not None]
    if not shown or high == low:
        return None
    points = [_point(each, low, high) for each in shown]
    first, last = shown[0], shown[-1]
    said = f"Median total {_said(first.median)} at week {first.week}, {_said(last.median)} at week {last.week}."
    return Drawing(
        points=points,
        strokes=list(pairwise(points)),
        ticks=[Tick(_across(each.week), str(each.week), f"n {each.count}") for each in shown],
        scale=[Tick(_down(each, low, high), number_shown(each)) for each in (low, high)],
        description=said,
    )


def _point(week: Week, low: float, high: float) -> Point:
    title = (
        f"Week {week.week}: median {_said(week.median)}, {_said(week.low)} to {_said(week.high)}, {week.count} cases"
    )
    top, middle, bottom = (_down(each or 0, low, high) for each in (week.high, week.median, week.low))
    return Point(_across(week.week), top, middle, bottom, title, _said(week.median))


def _across(week: int) -> float:
    """Weeks stand evenly, so that the first ones are told apart on a phone."""
    return round(MARGIN + WEEKS.index(week) / (len(WEEKS) - 1) * (100 - 2 * MARGIN), 2)


def _down(total: float, low: float, high: float) -> float:
    return round(EDGE + (1 - (total - low) / (high - low)) * (HEIGHT - 2 * EDGE), 1)


def _said(total: float | None) -> str:
    return "" if total is None else number_shown(round(total, 1))


def course(asked: Asked, change: Change, query: QueryDict) -> list[Sheet]:
    return [spread_sheet(asked, change, query), rates_sheet(asked, change, query)]


def spread_sheet(asked: Asked, change: Change, query: QueryDict) -> Sheet:
    weeks, instrument = by_week(asked, change), newest_of(asked.instrument)
    few = Cell("Fewer than 5")
    rows = [
        [Cell(f"Week {each.week}"), _linked(each.count, query, f"week_{each.week}"),
         *(few if each.median is None else Cell(_said(total), data=total)
           for total in (each.low, each.median, each.high))]
        for each in weeks
    ]  # fmt: skip
    headings = ("Week", "Cases measured", "Lower quartile", "Median", "Upper quartile")
    drawn = drawing(weeks, float(instrument.low), float(instrument.high))
    return Sheet("Totals by week", headings, rows, SPREAD, words=frozenset({0}), drawing=drawn)


def rates_sheet(asked: Asked, change: Change, query: QueryDict) -> Sheet:
    """What became of the cases of each month, as far as the instrument's literature says it."""
    names = [name for name in TOLD if is_published(name, change)]
    rows = [
        [Cell(date_format(_first_of(month), "M Y")),
         *(_linked(found[name], query, name, "month", month) for name in ("cases", "followed_up")),
         *(share_cell(found[name], found["followed_up"], rows_url(query, name, "month", month), LABELS[name])
           for name in names)]
        for month, found in counts_by("month", asked, change).items() if found["cases"]
    ]  # fmt: skip
    headings = ("Month", "Cases", "Measured again", *(LABELS[name] for name in names))
    return Sheet("By month", headings, rows, RATES, words=frozenset({0}))


def _linked(count: int, query: QueryDict, name: str, by: str = "", key: object = None) -> Cell:
    return Cell(str(count), rows_url(query, name, by, key), LABELS[name])


def _first_of(month: Any) -> date:
    return date(month // 12, month % 12 + 1, 1)
