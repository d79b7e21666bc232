"""Everything that a result says, of answers whole and in part, against what the instrument's file says."""

import random
import tomllib
from collections import Counter
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings

from clinic.instruments.files.toml import FOLDER, shipped
from clinic.instruments.parsing import definition_of
from clinic.instruments.scoring import score
from tests.instruments.generated import ABOUT, assessments, values_of
from tests.instruments.verdicts import ALL, deciding, points_of, verdict

FILES = {path.stem: tomllib.loads(path.read_text(), parse_float=Decimal) for path in sorted(FOLDER.glob("*.toml"))}


def said(definition, answers, sex, age):
    """Everything that the engine says, as plain data."""
    result = score(definition, answers, sex=sex, age=age)
    assert result.refusals == ()
    assert result.severity == (None if result.band is None else result.band.severity)
    return {
        "total": result.total,
        "low": result.low,
        "high": result.high,
        "answered": result.answered,
        "asked": result.asked,
        "complete": result.complete,
        "band": None if result.band is None else result.band.word,
        "cutoff": result.cutoff,
        "pattern": result.pattern,
        "subscales": [
            (scale.code, scale.title, scale.total, scale.low, scale.high, scale.count, scale.met)
            for scale in result.subscales
        ],
        "alerts": [alert.code for alert in result.alerts],
        "notes": list(result.notes),
        "aside": list(result.aside),
        "summary": result.summary,
    }


def chosen(data, items, pick):
    """An answer to each item, those that decide about others first; `pick` takes one of what an item can add."""
    answers = {}
    for item in sorted(items, key=lambda item: item["code"] not in deciding(data)):
        by_points = [
            (min(points_of(data, item, {**answers, item["code"]: value})), value)
            for value in values_of(data, item, answers)
        ]
        answers[item["code"]] = pick(by_points)[1]
    return answers


def forms(data, chance):
    """Answers of every number of items: the harmless ones, the worst, and some at random, of each sex."""
    for sex in ALL:
        items = [item for item in data["items"] if sex in item.get("sexes", ALL) and "source" not in item]
        for pick in (min, max, chance.choice, chance.choice):
            answers = chosen(data, items, pick)
            for count in range(len(answers) + 1):
                given = chance.sample(sorted(answers), count)
                yield {code: answers[code] for code in given}, sex, chance.choice((None, 30, 64, 65))


@pytest.mark.parametrize("name", sorted(FILES))
def test_result_of_a_shipped_instrument_says_what_is_certain_and_no_more(name):
    data = FILES[name]
    definition = shipped()[data["id"], data["version"]]
    tried = Counter()
    for answers, sex, age in forms(data, random.Random(name)):  # noqa: S311
        assert said(definition, answers, sex, age) == verdict(data, answers, sex, age), (answers, sex, age)
        tried[len(answers)] += 1
    assert sorted(tried) == list(range(max(tried) + 1))


@pytest.mark.parametrize("name", sorted(FILES))
def test_one_missing_answer_leaves_open_what_it_decides(name):
    data = FILES[name]
    definition = shipped()[data["id"], data["version"]]
    tried = 0
    for sex in ALL:
        items = [item for item in data["items"] if sex in item.get("sexes", ALL) and "source" not in item]
        for pick in (min, max):
            answers = chosen(data, items, pick)
            for code in answers:
                given = {other: value for other, value in answers.items() if other != code}
                assert said(definition, given, sex, 40) == verdict(data, given, sex, 40), (given, sex)
                tried += 1
    assert tried >= 2 * len(ALL) * 2


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(assessments())
def test_result_of_any_definition_says_what_is_certain_and_no_more(assessment):
    data, answers, sex, age = assessment
    assert said(definition_of(data), answers, sex, age) == verdict(data, answers, sex, age)


@pytest.mark.parametrize(
    ("peak", "sex", "band", "words"),
    [
        ({}, "female", "One high", ""),
        ({}, "male", "Low", ""),
        ({}, "unknown", None, "One high by the rule for female patients, Low by the rule for male patients"),
        ({"sex": "male", "to": 2}, "female", "Low", ""),
        ({"sex": "male", "to": 2}, "male", "One high", ""),
        (
            {"sex": "male", "to": 2},
            "unknown",
            None,
            "Low by the rule for female patients, One high by the rule for male patients",
        ),
    ],
)
def test_band_of_one_high_item_stands_for_the_bands_of_its_sex(peak, sex, band, words):
    """Up to 1 it covers the lowest band of the rule for women only, up to 2 that of the rule for men as well."""
    bands = [("female", 0, 1, "Low"), ("female", 2, 4, "High"), ("male", 0, 2, "Low"), ("male", 3, 4, "High")]
    options = [{"points": points, "text": f"Answer {points}"} for points in range(3)]
    data = ABOUT | {
        "items": [{"code": code, "text": "How much?", "options": options} for code in "ab"],
        "scoring": {"maximum": 4},
        "bands": [
            *({"sex": rule, "from": low, "to": high, "word": word, "severity": low} for rule, low, high, word in bands),
            {"from": 0, "to": 1, "word": "One high", "severity": 4, "any_item": 1, **peak},
        ],
    }
    answers = {"a": 1, "b": 0}
    found = said(definition_of(data), answers, sex, None)
    assert found == verdict(data, answers, sex, None)
    note = f"Made: {words}. The patient's record does not say which rule counts."
    assert (found["band"], found["notes"]) == (band, [note] if words else [])
