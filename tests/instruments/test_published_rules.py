"""Rules of single publications that no total shows: what is asked next, criteria of a part, what raises alerts."""

from itertools import product

import pytest

from clinic.instruments.files.toml import newest, shipped
from clinic.instruments.scoring import score
from tests.instruments.oracles import DOMAINS, ORACLES

BY_ID = newest(shipped())
MOST = {id: {code: values[-1] for code, values in domain.items()} for id, domain in DOMAINS.items()}
LEAST = {id: {code: values[0] for code, values in domain.items()} for id, domain in DOMAINS.items()}


def goes_on(first, second, third):
    """What the interview of the WHO's manual asks after the answers to its first three questions."""
    if first == 0:
        return ["1", "9", "10"]
    if second + third == 0:
        return ["1", "2", "3", "9", "10"]
    return [str(number) for number in range(1, 11)]


def test_audit_asks_what_the_interview_of_its_manual_asks():
    asked = {}
    for three in product(range(5), repeat=3):
        answers = dict(zip("123", three, strict=True))
        asked[three] = [item.code for item in BY_ID["audit"].counted("female", answers)]
    assert asked == {three: goes_on(*three) for three in product(range(5), repeat=3)}


def test_audit_of_somebody_who_goes_on_reaches_every_total_and_its_zone():
    answers = dict.fromkeys(DOMAINS["audit"], 0) | {"1": 1, "2": 1}
    found = {}
    for code in ("9", "3", "4", "5", "6", "7", "8", "1", "2", "10"):
        for value in DOMAINS["audit"][code]:
            if value >= answers[code]:
                answers[code] = value
                result = score(BY_ID["audit"], answers, sex="male")
                found[result.total] = result.band.word
                assert (result.total, result.band.word) == ORACLES["audit"](answers, "male", 40)
    edges = {7: "Zone I", 8: "Zone II", 15: "Zone II", 16: "Zone III", 19: "Zone III", 20: "Zone IV", 40: "Zone IV"}
    assert {total: found.get(total) for total in edges} == edges


def test_phq_4_says_for_anxiety_and_depression_whether_three_points_are_reached():
    wrong = []
    for values in product(range(4), repeat=4):
        scales = score(BY_ID["phq-4"], dict(zip("1234", values, strict=True))).subscales
        anxiety, depression = values[0] + values[1], values[2] + values[3]
        expected = [("GAD-2", anxiety, anxiety >= 3), ("PHQ-2", depression, depression >= 3)]
        wrong += [values] if [(scale.code, scale.total, scale.met) for scale in scales] != expected else []
    assert wrong == []


@pytest.mark.parametrize(("first", "met"), [(0, None), (2, None), (3, True)])
def test_criterion_of_a_sum_is_open_until_it_is_certain(first, met):
    anxiety = score(BY_ID["phq-4"], {"1": first}).subscales[0]
    assert (anxiety.total, anxiety.low, anxiety.high, anxiety.met) == (None, first, first + 3, met)


@pytest.mark.parametrize(
    ("id", "answers", "alerts"),
    [
        ("core-10", LEAST["core-10"] | {"6": 1}, ["item-6"]),
        ("core-10", MOST["core-10"] | {"6": 0}, []),
        ("4at", LEAST["4at"] | {"4": 4}, ["delirium"]),
        ("4at", LEAST["4at"] | {"1": "sleepy", "2": 2, "3": 1}, []),
        ("phq-8", MOST["phq-8"], []),
    ],
)
def test_alerts_are_those_that_the_publication_asks_for(id, answers, alerts):
    assert [alert.code for alert in score(BY_ID[id], answers).alerts] == alerts


@pytest.mark.parametrize(
    ("id", "total", "found"),
    [
        ("audit-c-uk", 4, "negative"),
        ("audit-c-uk", 5, "positive"),
        ("audit", 7, "negative"),
        ("audit", 8, "positive"),
        ("phq-8", 9, "negative"),
        ("phq-8", 10, "positive"),
        ("k6", 12, "negative"),
        ("k6", 13, "positive"),
        ("core-10", 10, "negative"),
        ("core-10", 11, "positive"),
    ],
)
@pytest.mark.parametrize("sex", ["female", "male", "unknown"])
def test_screen_is_positive_from_the_published_total_for_everybody(id, total, found, sex):
    answers = dict(LEAST[id])
    for code in answers:
        left = total - sum(answers.values()) + answers[code]
        answers[code] = min(DOMAINS[id][code][-1], left)
    result = score(BY_ID[id], answers, sex=sex)
    assert (result.total, result.cutoff) == (total, found)


def test_what_a_file_says_of_others_is_there():
    named = {made.id: (made.variant_of, made.countries, made.follow_up) for made in BY_ID.values()}
    assert {id: said for id, said in named.items() if said != ("", (), "")} == {
        "audit-c": ("", (), "audit"),
        "audit-c-uk": ("audit-c", ("GB",), "audit"),
    }
    assert {other for said in named.values() for other in (said[0], said[2]) if other} - set(BY_ID) == set()
