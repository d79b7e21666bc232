"""What changed since the first total and since the last, and the drawing of it."""

import re
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from defusedxml import ElementTree
from hypothesis import given, settings
from hypothesis import strategies as st

from clinic.assessments.record.periods import Period
from clinic.assessments.trend.charts import HEIGHT, LEFT, PLOT_HEIGHT, PLOT_WIDTH, TOP, shown_bands, trend_chart
from clinic.assessments.trend.marks import EpisodeMark, episode_marks
from clinic.assessments.trend.steps import Baseline, Reading, from_the_start, trend_steps
from clinic.instruments.catalogue import find_version
from clinic.instruments.change import Change
from clinic.instruments.files.toml import newest, shipped

PHQ9, GAD7 = newest(shipped())["phq-9"], newest(shipped())["gad-7"]
SVG = "{http://www.w3.org/2000/svg}"


def steps(*totals, change=PHQ9.change):
    days = [date(2026, 1, 1) + timedelta(days=14 * index) for index in range(len(totals))]
    readings = [Reading(day, total) for day, total in zip(days, totals, strict=True)]
    return trend_steps(readings, change, [Baseline(Period(), each) for each in readings[:1]])


def drawn(made):
    return ElementTree.fromstring(made)


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
    made = drawn(trend_chart(PHQ9, steps(21, 10, 4), "female"))
    marks = [e for e in made if (e.get("class") or "").startswith("mark-")]
    strips = [e.get("class") for e in made if (e.get("class") or "").startswith("band band-")]
    assert [m.get("class") for m in marks] == ["mark-total", "mark-response", "mark-remission"]
    assert strips == [f"band band-{severity}" for severity in range(5)]


def test_strips_cover_the_plot_without_a_gap():
    rects = [e for e in drawn(trend_chart(PHQ9, steps(21, 4), "female")) if e.tag.endswith("rect")]
    spans = sorted((float(r.get("y")), float(r.get("y")) + float(r.get("height"))) for r in rects)
    touching = [abs(below[0] - above[1]) < 0.11 for above, below in pairwise(spans)]
    assert touching == [True] * (len(PHQ9.bands) - 1)
    assert (spans[0][0], spans[-1][1]) == (TOP, TOP + PLOT_HEIGHT)


@pytest.mark.parametrize("key", sorted(shipped()))
def test_every_instrument_draws_its_lowest_and_highest_total(key):
    definition = shipped()[key]
    made = trend_chart(definition, steps(definition.high, definition.low, change=definition.change), "male")
    (line,) = [e for e in drawn(made) if e.tag.endswith("polyline")]
    left, right = LEFT + 12.0, LEFT + PLOT_WIDTH - 12.0
    assert line.get("points") == f"{left},{float(TOP)} {right},{float(TOP + PLOT_HEIGHT)}"
    width = int(re.search(r'viewBox="0 0 (\d+) ', made)[1])
    for axis, most in (("x", width), ("y", HEIGHT)):
        numbers = sorted(float(number) for number in re.findall(rf' c?{axis}="(-?[\d.]+)"', made))
        assert 0 <= numbers[0] <= numbers[-1] <= most
    # No word of a band is cut: a letter is 8 wide at most.
    words = [e for e in drawn(made) if e.get("class") == "band-word"]
    assert [word.text for word in words if float(word.get("x")) + 8 * len(word.text) > width] == []
    assert made.count("<title>") == 2


def test_one_total_is_drawn_in_the_middle():
    assert 'cx="325.0"' in trend_chart(PHQ9, steps(12), "female")


def test_nothing_is_drawn_without_a_total():
    assert trend_chart(PHQ9, [], "female") == ""


def test_chart_says_itself_in_a_sentence():
    label = drawn(trend_chart(PHQ9, steps(21, 4), "female")).get("aria-label")
    assert label == "PHQ-9: 2 totals, from 21 on 1 Jan 2026 to 4 on 15 Jan 2026."


def test_chart_needs_no_style_and_no_script():
    made = trend_chart(PHQ9, steps(21, Decimal("4.5")), "female")
    assert ("style=" in made, "<script" in made, "href" in made) == (False, False, False)


def test_band_of_another_sex_is_not_drawn():
    audit = shipped()["audit-c", "1"]
    assert [(band.sex, band.low) for band in shown_bands(audit, "male")] == [("male", 0), ("male", 4)]


STARTS = st.lists(st.integers(0, 400), min_size=1, max_size=8, unique=True).map(sorted)


@settings(max_examples=60, deadline=None)
@given(STARTS)
def test_words_of_episodes_stand_apart_and_every_line_is_drawn(days):
    marks = [EpisodeMark(date(2026, 1, 1) + timedelta(days=day), at % 2 == 1) for at, day in enumerate(days)]
    made = drawn(trend_chart(PHQ9, steps(21, 4), "female", marks))
    lines = [line[0].text for line in made if line.get("class") == "episode-line"]
    words = [word for word in made if (word.get("class") or "").startswith("episode-word")]
    spans = [(float(w.get("x")) - 44, float(w.get("x"))) if w.text == "end" else
             (float(w.get("x")), float(w.get("x")) + 50) for w in words]  # fmt: skip
    assert lines == [str(mark) for mark in marks]
    assert words[0].text == "start"
    assert [before[1] <= after[0] for before, after in pairwise(spans)] == [True] * (len(spans) - 1)


def test_chart_reaches_from_the_first_mark_to_the_last():
    marks = [EpisodeMark(date(2025, 12, 1)), EpisodeMark(date(2026, 2, 1), True)]
    made = drawn(trend_chart(PHQ9, steps(21, 4), "female", marks))
    at = [line.get("d").split(" ")[0] for line in made if line.get("class") == "episode-line"]
    dates = [text.text for text in made if text.get("class") == "tick-x"]
    assert at == [f"M{LEFT + 12.0}", f"M{LEFT + PLOT_WIDTH - 12.0}"]
    assert (dates[0], dates[-1]) == ("1 Dec 25", "1 Feb 26")


def test_episode_that_was_over_before_the_totals_is_not_drawn():
    day = date(2026, 1, 1)
    periods = [Period(day - timedelta(days=9), day - timedelta(days=1)), Period(day + timedelta(days=20))]
    assert episode_marks(periods, steps(21, 4)) == [EpisodeMark(day + timedelta(days=20))]
