"""What changed since the first total and since the last, and the drawing of it."""

import dataclasses
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from defusedxml import ElementTree
from django.template.loader import render_to_string
from hypothesis import given, settings
from hypothesis import strategies as st

from clinic.assessments.record.periods import Period
from clinic.assessments.trend.charts import EDGE, EPISODE_WORD, LONGEST_BESIDE, Point, chart_of, shown_bands
from clinic.assessments.trend.days import MARGIN, Days
from clinic.assessments.trend.marks import EpisodeMark, episode_marks
from clinic.assessments.trend.steps import Baseline, Reading, from_the_start, trend_steps
from clinic.instruments.catalogue import find_version
from clinic.instruments.change import Change
from clinic.instruments.definitions import Band
from clinic.instruments.files.toml import newest, shipped

PHQ9, GAD7 = newest(shipped())["phq-9"], newest(shipped())["gad-7"]
SVG = "{http://www.w3.org/2000/svg}"


def steps(*totals, change=PHQ9.change):
    days = [date(2026, 1, 1) + timedelta(days=14 * index) for index in range(len(totals))]
    readings = [Reading(day, total) for day, total in zip(days, totals, strict=True)]
    return trend_steps(readings, change, [Baseline(Period(), each) for each in readings[:1]])


def chart(definition, found, sex="female", marks=(), height=220):
    days = [*(step.reading.day for step in found), *(mark.day for mark in marks)]
    points = [Point(step.reading, step.means, step.marks) for step in found]
    return chart_of(
        definition, points, {sex}, days=Days(min(days), max(days)) if days else None, height=height, marks=marks
    )


def written(made):
    return render_to_string("assessments/_time_field.html", {"chart": made, "days": made.days})


def drawn(made):
    """The elements of the drawing by their class."""
    return list(ElementTree.fromstring(f"<div>{written(made)}</div>").iter())


def named(elements, name):
    return [element for element in elements if name in (element.get("class") or "").split()]


def test_differences_are_since_the_first_and_the_last():
    found = [(step.since_first, step.since_last) for step in steps(20, 14, 17)]
    assert found == [(None, None), (-6, -6), (-3, 3)]


@pytest.mark.parametrize(
    ("first", "later", "expected"),
    [(20, 10, True), (20, 11, False), (10, 5, True), (10, 6, False), (9, 4, False), (2, 1, False), (0, 0, False)],
)
def test_response_is_a_fall_of_at_least_half_from_a_case(first, later, expected):
    assert steps(first, later)[1].is_response is expected


@pytest.mark.parametrize(
    ("first", "later", "expected"), [(20, 4, True), (20, 5, False), (10, 4, True), (9, 4, False), (2, 1, False)]
)
def test_remission_is_a_total_under_five_after_a_case(first, later, expected):
    assert steps(first, later)[1].is_remission is expected


NEVER_A_CASE = "Below the threshold from the start: the first total, {}, is under {}, so a lower one is neither"


@pytest.mark.parametrize(
    ("definition", "first", "said"),
    [
        (PHQ9, 9, NEVER_A_CASE.format(9, 10)),
        (PHQ9, 10, ""),
        (GAD7, 7, NEVER_A_CASE.format(7, 8)),
        (GAD7, 8, ""),
        (newest(shipped())["gcs"], 15, ""),
    ],
)
def test_first_total_below_the_threshold_is_said(definition, first, said):
    assert from_the_start(first, definition.change).removesuffix(" response, remission nor recovery.") == said


def test_reliable_change_needs_the_published_difference():
    least = PHQ9.change.reliable
    found = [steps(15, 15 + by)[1].reliable for by in (-least, 1 - least, 0, least - 1, least)]
    assert found == ["Reliably better", "", "", "", "Reliably worse"]


totals = st.integers(-4, 30) | st.decimals(-4, 30, places=1)
changes = st.builds(
    Change,
    case_from=st.none() | st.integers(1, 15),
    remission_below=st.none() | st.integers(1, 12),
    reliable=st.none() | st.integers(1, 9),
    source=st.just("x"),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(totals, min_size=1, max_size=5), changes)
def test_every_step_says_what_changed(found, change):
    said = [
        (step.since_first, step.since_last, step.is_response, step.is_remission, step.is_recovery, step.reliable)
        for step in steps(*found, change=change)
    ]
    first, expected = found[0], []
    for at, total in enumerate(found):
        case = change.case_from is not None and first >= change.case_from
        halved = at > 0 and first > 0 and (first - total) / Decimal(first) >= Decimal("0.5")
        far = at > 0 and change.reliable is not None and not -change.reliable < total - first < change.reliable
        word = "" if not far else "Reliably better" if total < first else "Reliably worse"
        differences = (total - first, total - found[at - 1]) if at else (None, None)
        under = change.remission_below is not None and total < change.remission_below
        expected.append((*differences, case and halved, case and under, case and total < change.case_from, word))
    assert said == expected


def test_nothing_is_said_of_an_instrument_without_a_published_change():
    step = steps(20, 2, change=Change())[1]
    assert (step.marks, step.since_first) == ([], -18)


def test_remission_and_response_are_not_said_without_a_published_threshold():
    unread = Change(remission_below=5, reliable=6, source="x")
    assert [step.marks for step in steps(20, 4, change=unread)] == [[], ["Reliably better"]]


def test_newest_version_of_an_instrument_with_remission_has_a_threshold():
    changes = [definition.change for definition in newest(shipped()).values()]
    assert [change for change in changes if change.remission_below is not None and change.case_from is None] == []


@pytest.mark.parametrize("first", [0, 2, 12])
def test_first_total_alone_has_no_mark(first):
    assert steps(first)[0].marks == []


def test_every_earlier_version_that_asks_the_same_is_judged_as_the_newest():
    judged = {key: find_version(*key).change for key in shipped()}
    assert judged == {key: newest(shipped())[key[0]].change for key in shipped()}


def test_chart_has_a_point_for_each_total_and_a_strip_for_each_band():
    made = drawn(chart(PHQ9, steps(21, 10, 4)))
    marks = [e.get("class") for e in made if (e.get("class") or "").startswith("mark-")]
    strips = [e.get("class") for e in made if e.get("width") == "100%"]
    assert marks == ["mark-total", "mark-response", "mark-remission"]
    assert strips == [f"band band-{severity}" for severity in range(5)]


def test_every_point_says_its_day_total_band_and_marks_and_leads_to_its_assessment():
    made = chart(PHQ9, steps(21, 4))
    links = [e for e in drawn(made) if e.tag == "a"]
    said = ["1 Jan 2026: 21", "15 Jan 2026: 4, Response, Remission, Reliably recovered"]
    assert [(link.get("aria-label"), link.find("title").text) for link in links] == list(zip(said, said, strict=True))
    assert [(dot.text, dot.title) for dot in made.dots] == list(zip(["21", "4"], said, strict=True))


def test_strips_cover_the_plot_without_a_gap():
    made = chart(PHQ9, steps(21, 4))
    spans = sorted((strip.top, strip.top + strip.height) for strip in made.strips)
    touching = [abs(below[0] - above[1]) < 0.11 for above, below in pairwise(spans)]
    assert touching == [True] * (len(PHQ9.bands) - 1)
    assert (spans[0][0], spans[-1][1]) == (0, made.height)


@pytest.mark.parametrize("height", [112, 220])
@pytest.mark.parametrize("key", sorted(shipped()))
def test_every_instrument_draws_its_lowest_and_highest_total(key, height):
    definition = shipped()[key]
    made = chart(definition, steps(definition.high, definition.low, change=definition.change), "male", height=height)
    (line,) = made.strokes
    assert (line.y1, line.y2) == (EDGE, made.height - EDGE)
    assert MARGIN <= line.x1 < line.x2 <= 100 - MARGIN
    totals = [each.at for each in made.totals]
    assert [(EDGE, made.height - EDGE)] == [(min(totals), max(totals))]
    assert [1 for below, above in pairwise(totals) if below - above < 12.9] == [], "totals beside it stand apart"
    baselines = [strip.word_at for strip in made.strips]
    assert [at for at in baselines if not 10 <= at <= made.height] == []
    assert [1 for below, above in pairwise(baselines) if below - above < 12.9] == [], "words stand apart"
    assert made.words_apart is any(len(strip.word) > LONGEST_BESIDE for strip in made.strips)


def banded(*bands, low=0, high=100):
    return dataclasses.replace(PHQ9, low=low, high=high, bands=tuple(Band(*each) for each in bands))


def test_words_of_many_bands_near_each_other_stand_apart_inside_the_drawing():
    at = [(0, 79, "Low", 0), *((80 + step, 80 + step, f"Step {step}", 1) for step in range(20)), (100, 100, "High", 4)]
    made = chart(banded(*at), steps(100, 0), height=112)
    baselines = [strip.word_at for strip in made.strips]
    assert [strip.word for strip in made.strips] == [word for _, _, word, _ in at]
    assert [1 for below, above in pairwise(baselines) if below - above < 12.9] == []
    assert 10 <= min(baselines) <= max(baselines) <= made.height


def test_long_word_of_a_band_is_written_whole_above_the_drawing():
    long = "A word that is as long as an instrument of a clinic may have"
    made = chart(banded((0, 49, "Low", 0), (50, 100, long, 4)), steps(100, 0))
    page = " ".join(written(made).split())
    assert made.words_apart
    assert ("0 to 49 Low" in page, f"50 to 100 {long}" in page) == (True, True)


def test_negative_and_half_points_are_placed_and_said():
    made = chart(banded((-4, -1, "Low", 0), (0, 4, "High", 4), low=-4, high=4), steps(Decimal("-3.5"), 4))
    assert [dot.text for dot in made.dots] == ["−3.5", "4"]
    assert [tick.text for tick in made.totals] == ["−4", "0", "4"]
    assert [strip.totals for strip in made.strips] == ["−4 to −1", "0 to 4"]
    assert made.dots[0].y == pytest.approx(made.height - EDGE - (made.height - 2 * EDGE) / 16, abs=0.1)


def test_one_total_is_drawn_in_the_middle():
    assert [dot.x for dot in chart(PHQ9, steps(12)).dots] == [50]


def test_several_totals_of_a_day_stand_beside_each_other():
    day = date(2026, 1, 1)
    made = chart(PHQ9, trend_steps([Reading(day, 21), Reading(day, 17), Reading(day, 12)], PHQ9.change, []))
    places = [dot.x for dot in made.dots]
    assert places == sorted(set(places))


def test_nothing_is_drawn_without_a_total():
    assert chart(PHQ9, []) is None


def test_chart_says_itself_in_a_sentence():
    (label,) = [e.get("aria-label") for e in drawn(chart(PHQ9, steps(21, 4))) if e.get("role") == "group"]
    assert label == "PHQ-9: 2 totals, from 21 on 1 Jan 2026 to 4 on 15 Jan 2026."


def test_chart_needs_no_style_and_no_script():
    made = written(chart(PHQ9, steps(21, Decimal("4.5"))))
    assert ("style=" in made, "<script" in made) == (False, False)


def test_band_of_another_sex_is_not_drawn():
    audit = shipped()["audit-c", "1"]
    assert [(band.sex, band.low) for band in shown_bands(audit, "male")] == [("male", 0), ("male", 4)]


STARTS = st.lists(st.integers(0, 400), min_size=1, max_size=8, unique=True).map(sorted)


@settings(max_examples=60, deadline=None)
@given(STARTS)
def test_words_of_episodes_stand_apart_and_every_line_is_drawn(days):
    marks = [EpisodeMark(date(2026, 1, 1) + timedelta(days=day), at % 2 == 1) for at, day in enumerate(days)]
    made = chart(PHQ9, steps(21, 4), marks=marks)
    words = [line for line in made.episodes if line.word]
    spans = [(w.at - EPISODE_WORD, w.at) if w.word == "end" else (w.at, w.at + EPISODE_WORD) for w in words]
    assert [line.title for line in made.episodes] == [str(mark) for mark in marks]
    assert [line.find("title").text for line in named(drawn(made), "episode")] == [str(mark) for mark in marks]
    assert words[0].word == "start"
    assert [before[1] <= after[0] for before, after in pairwise(spans)] == [True] * (len(spans) - 1)


def test_chart_reaches_from_the_first_mark_to_the_last():
    marks = [EpisodeMark(date(2025, 12, 1)), EpisodeMark(date(2026, 2, 1), True)]
    made = chart(PHQ9, steps(21, 4), marks=marks)
    ticks = made.days.ticks
    assert [line.at for line in made.episodes] == [tick.at for tick in ticks]
    assert [tick.text for tick in ticks] == ["1 Dec 2025", "1 Feb 2026"]
    assert ticks[0].at < min(dot.x for dot in made.dots) < max(dot.x for dot in made.dots) < ticks[-1].at


def test_episode_that_was_over_before_the_totals_is_not_drawn():
    day = date(2026, 1, 1)
    periods = [Period(day - timedelta(days=9), day - timedelta(days=1)), Period(day + timedelta(days=20))]
    assert episode_marks(periods, steps(21, 4)) == [EpisodeMark(day + timedelta(days=20))]
