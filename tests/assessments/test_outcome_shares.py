"""Which groups of a table are hidden, so that none of fewer than five is told."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic.assessments.outcomes.shares import hidden_groups


@given(st.dictionaries(st.integers(0, 9), st.integers(0, 12), max_size=6))
def test_hidden_groups_are_not_found_by_subtraction(counts):
    hidden = hidden_groups(counts)
    small = {group for group, count in counts.items() if count < 5}
    left = sum(counts[group] for group in hidden)
    assert small <= hidden
    assert not hidden or hidden == set(counts) or (len(hidden) > 1 and left >= 5)


@pytest.mark.parametrize("pair", list(combinations((1, 4, 5, 9), 2)))
def test_one_small_group_takes_another_along(pair):
    small = [count for count in pair if count < 5]
    assert len(hidden_groups(dict(enumerate(pair)))) == (2 if small else 0)
