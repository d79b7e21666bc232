"""The totals of all instruments on one time axis: where each is drawn."""

from datetime import date, timedelta
from itertools import pairwise
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic.assessments.models import Assessment
from clinic.assessments.summary.time_axis import HEIGHT, time_axis
from clinic.assessments.trend.charts import WORD
from clinic.assessments.trend.days import MARGIN, MOST_TICKS
from clinic.instruments.files.toml import shipped

PHQ9 = shipped()["phq-9", "1"]
DAY = date(2026, 3, 1)
totals = st.lists(st.tuples(st.integers(0, 4000), st.integers(0, 21)), min_size=1, max_size=12)


def scored(day, score, instrument="phq-9", band=""):
    return Assessment(
        id=uuid4(), instrument=instrument, instrument_version="1", date=day, score=score, band=band, status="completed"
    )


def axis(*scores, instrument="phq-9"):
    return time_axis([scored(DAY + timedelta(days=days), score, instrument) for days, score in scores])


def test_nothing_is_drawn_of_nothing():
    assert time_axis([]) is None


def test_a_single_total_is_in_the_middle():
    made = axis((0, 12)).fields[0].chart
    assert ([dot.x for dot in made.dots], made.strokes) == ([50.0], [])


@given(totals, totals)
def test_everything_is_inside_and_in_order(first, second):
    days = sorted(first)
    rows = [scored(DAY + timedelta(days=day), score) for day, score in days]
    rows += [scored(DAY + timedelta(days=day), score, "gad-7") for day, score in sorted(second)]
    made = time_axis(rows)
    assert [field.definition.id for field in made.fields if not drawn_inside(field)] == []
    assert 1 <= len(made.days.ticks) <= MOST_TICKS
    assert [tick for tick in made.days.ticks if not MARGIN <= tick.at <= 100 - MARGIN] == []


def drawn_inside(field):
    """Whether every place of a field is inside it, the totals from left to right and no word over another."""
    made = field.chart
    places, words = [dot.x for dot in made.dots], [strip.word_at for strip in made.strips]
    inside = all(MARGIN <= x <= 100 - MARGIN for x in places) and all(0 < dot.y < HEIGHT for dot in made.dots)
    apart = all(below - above >= WORD - 0.01 for below, above in pairwise(words))
    return inside and apart and places == sorted(places) and len(made.strokes) == len(places) - 1


@given(totals)
def test_a_higher_total_is_drawn_higher(scores):
    dots = axis(*sorted(scores)).fields[0].chart.dots
    assert [(a, b) for a, b in pairwise(dots) if (float(a.text) < float(b.text)) != (a.y > b.y)] == []


@pytest.mark.parametrize("scores", [((0, 3), (0, 6), (0, 9), (30, 9)), ((0, 3), (0, 6), (0, 9))])
def test_several_of_one_day_stand_beside_each_other(scores):
    places = [dot.x for dot in axis(*scores).fields[0].chart.dots]
    assert (places, len(places)) == (sorted(set(places)), len(scores))


def test_bands_meet_and_fill_the_field():
    strips = axis((0, 3)).fields[0].chart.strips
    assert [strip.word for strip in strips] == [band.word for band in PHQ9.bands]
    assert (strips[0].top + strips[0].height, strips[-1].top) == (HEIGHT, 0)
    gaps = [abs(above.top + above.height - below.top) for below, above in pairwise(strips)]
    assert max(gaps) < 0.2


@pytest.mark.parametrize(
    ("days", "named"),
    [
        (0, ["1 Mar 2026"]),
        (60, ["1 Mar 2026", "30 Apr 2026"]),
        (100, ["Apr 2026", "May 2026", "Jun 2026"]),
        (400, ["Jul 2026", "Jan 2027"]),
    ],
)
def test_axis_names_days_of_a_short_time_and_months_of_a_long_one(days, named):
    made = axis((0, 3), (days, 6)) if days else axis((0, 3))
    assert [tick.text for tick in made.days.ticks] == named


def test_instrument_that_was_scored_last_comes_first():
    rows = [scored(DAY, 3), scored(DAY + timedelta(days=9), 3, "gad-7")]
    assert [field.definition.id for field in time_axis(rows).fields] == ["gad-7", "phq-9"]
