"""The rules beyond a sum: clusters, cut-offs by sex, conditions, alerts, and what is refused."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clinic.instruments.scoring import score
from tests.instruments.oracles import DOMAINS, news2_points
from tests.instruments.test_scoring import BY_ID
from tests.sizes import times

WELL = {"1": 16, "2": 1, "3": 97, "4": 0, "5": 120, "6": 70, "7": 0, "8": Decimal("37.0")}
LUNG = {"C": 0, "U": 5, "R": 16, "B-systolic": 120, "B-diastolic": 80}


def alerts(id, answers, **who):
    return [alert.code for alert in score(BY_ID[id], answers, **who).alerts]


def rules(answers, limit=2):
    """The symptom pattern of DSM-5, from the text of the National Center for PTSD."""
    present = {number for number in range(1, 21) if answers.get(str(number), 0) >= limit}
    return all(
        len(present & set(items)) >= needed
        for items, needed in ((range(1, 6), 1), (range(6, 8), 1), (range(8, 15), 2), (range(15, 21), 2))
    )


@settings(max_examples=times(500), deadline=None)
@given(st.lists(st.integers(0, 4), min_size=20, max_size=20))
def test_pcl5_counts_items_by_cluster(points):
    answers = {str(number): value for number, value in enumerate(points, 1)}
    result = score(BY_ID["pcl-5"], answers)
    assert result.pattern is rules(answers)
    assert [scale.total for scale in result.subscales] == [
        sum(points[0:5]),
        sum(points[5:7]),
        sum(points[7:14]),
        sum(points[14:20]),
    ]


@settings(max_examples=times(300), deadline=None)
@given(st.lists(st.none() | st.integers(0, 4), min_size=20, max_size=20))
def test_pcl5_pattern_is_open_exactly_while_the_missing_answers_decide(points):
    known = {str(number): value for number, value in enumerate(points, 1) if value is not None}
    missing = {str(number) for number in range(1, 21)} - set(known)
    least, most = rules(known), rules(known | dict.fromkeys(missing, 4))
    assert score(BY_ID["pcl-5"], known).pattern is (least if least == most else None)


@pytest.mark.parametrize(
    ("total", "cutoff"), [(30, "negative"), (31, "uncertain"), (32, "uncertain"), (33, "positive")]
)
def test_pcl5_cutoff_is_a_range(total, cutoff):
    points = [4] * (total // 4) + [total % 4] + [0] * (19 - total // 4)
    result = score(BY_ID["pcl-5"], {str(number): value for number, value in enumerate(points, 1)})
    assert (result.total, result.cutoff, result.band) == (total, cutoff, None)


@pytest.mark.parametrize(
    ("sex", "total", "cutoff", "word"),
    [
        ("female", 2, "negative", "Negative screen"),
        ("female", 3, "positive", "Positive screen"),
        ("male", 3, "negative", "Negative screen"),
        ("male", 4, "positive", "Positive screen"),
        ("other", 2, "negative", "Negative screen"),
        ("other", 3, "uncertain", None),
        ("unknown", 3, "uncertain", None),
        ("unknown", 4, "positive", "Positive screen"),
    ],
)
def test_audit_c_follows_the_sex_and_says_where_it_cannot(sex, total, cutoff, word):
    result = score(BY_ID["audit-c"], {"1": min(total, 4), "2": 0, "3": total - min(total, 4)}, sex=sex)
    assert (result.cutoff, result.band and result.band.word, bool(result.notes)) == (cutoff, word, word is None)


def test_phq15_asks_men_fourteen_items():
    answers = {str(number): 2 for number in range(1, 16) if number != 4}
    assert (score(BY_ID["phq-15"], answers, sex="male").total, score(BY_ID["phq-15"], {}, sex="male").high) == (28, 28)
    assert score(BY_ID["phq-15"], answers, sex="unknown").total is None
    refused = score(BY_ID["phq-15"], {"4": 1}, sex="male").refusals
    assert [refusal.message for refusal in refused] == ["Item 4 is not asked of male patients."]


@pytest.mark.parametrize("code", ["1", "3", "5", "6", "8"])
@pytest.mark.parametrize("scale", [1, 2])
@pytest.mark.parametrize("oxygen", [0, 2])
def test_news2_is_the_chart_for_every_value(code, scale, oxygen):
    measure = BY_ID["news2"].by_code[code].measure
    assert measure is not None
    unit = 10**measure.decimals
    for number in range(int(measure.minimum * unit), int(measure.maximum * unit) + 1):
        value = Decimal(number) / unit
        answers = {**WELL, "2": scale, "4": oxygen, code: int(value) if value == int(value) else value}
        assert score(BY_ID["news2"], answers).total == sum(news2_points(answers))


def test_news2_single_measurement_of_three_points():
    result = score(BY_ID["news2"], {**WELL, "6": 30})
    assert (result.total, result.band.word, result.severity) == (3, "Low-medium", 2)
    assert [alert.code for alert in result.alerts] == ["any-3"]
    assert score(BY_ID["news2"], {**WELL, "4": 2, "1": 21}).band.word == "Low"


def test_news2_alerts_by_band():
    assert alerts("news2", WELL) == []
    assert alerts("news2", {**WELL, "4": 2, "1": 21, "6": 100}) == ["medium"]
    assert alerts("news2", {**WELL, "4": 2, "7": 3, "1": 21}) == ["any-3", "high"]


@pytest.mark.parametrize(
    ("change", "age", "total"),
    [
        ({}, 64, 0),
        ({}, 65, 1),
        ({"U": 7}, 40, 0),
        ({"U": Decimal("7.1")}, 40, 1),
        ({"R": 30}, 40, 1),
        ({"B-systolic": 89}, 40, 1),
        ({"B-diastolic": 60}, 40, 1),
        ({"B-systolic": 89, "B-diastolic": 60}, 40, 1),
        ({"C": 1, "U": 30, "R": 40, "B-systolic": 70, "B-diastolic": 40}, 80, 5),
    ],
)
def test_curb65_counts_blood_pressure_once_and_takes_the_age_from_the_record(change, age, total):
    assert score(BY_ID["curb-65"], {**LUNG, **change}, age=age).total == total


def test_curb65_without_an_age_is_not_scored():
    result = score(BY_ID["curb-65"], LUNG, age=None)
    assert (result.total, result.low, result.high, result.band.word) == (None, 0, 1, "Low")


def test_curb65_takes_no_answer_for_the_age():
    assert score(BY_ID["curb-65"], {"65": 70}, age=40).refusals[0].item == "65"


def test_phq9_item_nine_alerts_from_one_point_even_in_a_draft():
    assert [alerts("phq-9", {"9": points}) for points in (0, 1, 2, 3)] == [[], ["item-9"], ["item-9"], ["item-9"]]


def test_phq9_difficulty_is_kept_and_not_scored():
    answers = {str(number): 1 for number in range(1, 10)}
    assert score(BY_ID["phq-9"], {**answers, "10": 3}).total == 9


def test_a_band_that_is_certain_alerts_before_the_end():
    answers = {code: values[-1] for code, values in DOMAINS["ciwa-ar"].items() if code != "10"}
    result = score(BY_ID["ciwa-ar"], answers)
    assert (result.total, [alert.code for alert in result.alerts]) == (None, ["severe"])


def test_gcs_of_eight_alerts_and_of_nine_does_not():
    assert alerts("gcs", {"E": 2, "V": 2, "M": 4}) == ["coma"]
    assert alerts("gcs", {"E": 2, "V": 2, "M": 5}) == []


@pytest.mark.parametrize(
    ("id", "answers", "message"),
    [
        ("phq-9", {"11": 1}, "PHQ-9 has no item 11."),
        ("phq-9", {"1": 4}, "Item 1 has no answer of 4 points."),
        ("phq-9", {"1": -1}, "Item 1 has no answer of \N{MINUS SIGN}1 points."),
        ("phq-9", {"1": True}, "The answer to item 1 must be a number."),
        ("phq-9", {"1": 1.0}, "The answer to item 1 must be a number."),
        ("phq-9", {"1": "1"}, "The answer to item 1 must be a number."),
        ("phq-9", {"1": Decimal("1.5")}, "Item 1 has no answer of 1.5 points."),
        ("news2", {"8": 46}, "Item 8 must lie between 20 and 45."),
        ("news2", {"8": Decimal("37.25")}, "Item 8 takes at most 1 decimal places."),
        ("news2", {"1": Decimal("16.5")}, "Item 1 takes at most 0 decimal places."),
    ],
)
def test_an_answer_that_cannot_be_is_refused(id, answers, message):
    result = score(BY_ID[id], answers)
    assert [refusal.message for refusal in result.refusals] == [message]
    assert (result.total, result.low, result.complete) == (None, None, False)
