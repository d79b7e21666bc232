"""Every instrument against what its publication says: all answers where that is feasible, else at random."""

import random
from collections.abc import Iterator, Mapping
from itertools import combinations, product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clinic.instruments.files.toml import shipped
from clinic.instruments.scoring import score
from tests.instruments.oracles import DOMAINS, ORACLES
from tests.sizes import times

SEXES = ("female", "male", "other", "unknown")
BY_ID = {definition.id: definition for definition in shipped().values()}
# Those of which every combination of answers is tried; PHQ-9's are 262,144.
EXHAUSTIVE = (
    "phq-9", "phq-2", "gad-7", "gad-2", "audit-c", "gds-15", "gcs", "apgar", "curb-65",
    "audit-c-uk", "phq-4", "k6", "4at",
)  # fmt: skip
# Those of which an item adds more than a point at once; the edges of their bands are tried by themselves.
IN_LEAPS = ("news2", "curb-65", "4at", "audit")
NEVER_DRINKS = ("audit-c", "audit-c-uk", "audit")


def sexes_of(id: str) -> tuple[str, ...]:
    return SEXES if id in ("audit-c", "phq-15") else ("female",)


def ages_of(id: str) -> tuple[int | None, ...]:
    return (64, 65) if id == "curb-65" else (40,)


def asked(id: str, sex: str, answers: Mapping[str, Any] | None = None) -> dict[str, tuple]:
    """The items that somebody of that sex is asked, with their answers; after some answers those that go on."""
    given = answers or {}
    skipped = {(id, code) for code in ("2", "3")} if id in NEVER_DRINKS and given.get("1") == 0 else set()
    if id == "audit" and answers is not None and not any(given.get(code) for code in "23" if (id, code) not in skipped):
        skipped |= {(id, code) for code in "45678"}
    skipped |= {("phq-15", "4")} if sex == "male" else set()
    return {code: values for code, values in DOMAINS[id].items() if (id, code) not in skipped}


def verdict(result) -> tuple:
    return result.total, result.band.word if result.band else None


def every_answer(id: str) -> Iterator[tuple[dict, str, int | None]]:
    for sex in sexes_of(id):
        domain = asked(id, sex)
        for values in product(*domain.values()):
            for age in ages_of(id):
                yield dict(zip(domain, values, strict=True)), sex, age


@pytest.mark.parametrize("id", EXHAUSTIVE)
def test_every_combination_of_answers_scores_as_published(id):
    definition, oracle = BY_ID[id], ORACLES[id]
    wrong = []
    for answers, sex, age in every_answer(id):
        result = score(definition, answers, sex=sex, age=age)
        if verdict(result) != oracle(answers, sex, age) or not result.low == result.high == result.total:
            wrong.append(answers)
    assert wrong[:3] == []


@st.composite
def assessments(draw, id):
    sex = draw(st.sampled_from(sexes_of(id)))
    answers = {code: draw(st.sampled_from(values)) for code, values in asked(id, sex).items()}
    return answers, sex, draw(st.sampled_from(ages_of(id)))


@pytest.mark.parametrize("id", sorted(set(ORACLES) - set(EXHAUSTIVE)))
def test_answers_at_random_score_as_published(id):
    @settings(max_examples=times(400), deadline=None)
    @given(assessment=assessments(id))
    def check(assessment):
        answers, sex, age = assessment
        assert verdict(score(BY_ID[id], answers, sex=sex, age=age)) == ORACLES[id](answers, sex, age)

    check()


def steps(id: str, sex: str) -> Iterator[dict]:
    """Answers from the least total to the most, one item a point further each time: every total is met."""
    domain = asked(id, sex)
    answers = {code: values[0] for code, values in domain.items()}
    yield dict(answers)
    for code, values in domain.items():
        for value in values[1:]:
            answers[code] = value
            yield dict(answers)


@pytest.mark.parametrize("id", sorted(set(ORACLES) - set(IN_LEAPS)))
def test_every_total_and_so_every_edge_of_a_band_is_as_published(id):
    tried = 0
    for sex in sexes_of(id):
        totals = set()
        for answers in steps(id, sex):
            result = score(BY_ID[id], answers, sex=sex, age=40)
            assert verdict(result) == ORACLES[id](answers, sex, 40)
            totals.add(result.total)
        assert totals == set(range(min(totals), max(totals) + 1))
        tried += len(totals)
    assert tried > 6


def completions(id: str, sex: str, age: int | None, answers: dict, missing: tuple[str, ...]) -> set:
    """What the publication says of every way to answer what is missing."""
    found = set()
    for values in product(*(asked(id, sex)[code] for code in missing)):
        found.add(ORACLES[id]({**answers, **dict(zip(missing, values, strict=True))}, sex, age))
    return found


@pytest.mark.parametrize("id", sorted(ORACLES))
def test_one_or_two_items_missing_give_a_range_and_the_band_that_is_certain(id):
    tried = 0
    chance = random.Random(id)  # noqa: S311
    for sex in sexes_of(id):
        domain = asked(id, sex)
        bases = [{code: pick(values) for code, values in domain.items()} for pick in (min, max, *[chance.choice] * 3)]
        for base in bases:
            for missing in [*combinations(domain, 1), *combinations(domain, 2)]:
                answers = {code: value for code, value in base.items() if code not in missing}
                result = score(BY_ID[id], answers | dict.fromkeys(missing[:1]), sex=sex, age=40)
                ways = completions(id, sex, 40, answers, missing)
                totals, words = {total for total, _ in ways}, {word for _, word in ways}
                due = [code for code in missing if code in asked(id, sex, answers)]
                total = None if due else max(totals)
                assert (result.total, result.low, result.high) == (total, min(totals), max(totals))
                certain = words.pop() if len(words) == 1 else None
                assert (result.band.word if result.band else None) == certain
                assert result.answered == result.asked - len(due)
                tried += 1
    assert tried >= 5 * 3


def test_nothing_answered_leaves_the_whole_range():
    empty = {id: score(definition, {}, sex="female", age=None) for id, definition in BY_ID.items()}
    found = {id: (result.total, result.low, result.high, result.answered) for id, result in empty.items()}
    assert found == {id: (None, BY_ID[id].low, BY_ID[id].high, 0) for id in ORACLES}


def test_incomplete_is_said_in_words():
    answers = {"1": 2, "2": 2, "3": 1, "4": 1, "5": 0, "6": 1, "7": 2, "8": 2}
    assert score(BY_ID["phq-9"], answers).summary == "8 of 9 answered, total between 11 and 14, not scored"
    assert score(BY_ID["phq-9"], {**answers, "9": 0}).summary == "9 of 9 answered, total 11"
