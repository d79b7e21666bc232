"""What share of cases a count is, with what chance and what nobody measured may have made of it. Pure."""

from collections.abc import Mapping
from math import sqrt
from typing import Any, NamedTuple

FEWEST = 5  # of fewer people no share is said: it would be one of them
NORMAL = 1.959964  # of the standard normal distribution, for 95 %


class Range(NamedTuple):
    """Per cent, rounded."""

    low: int
    high: int


def per_cent(count: int, of: int) -> int | None:
    """None of so few that no share is said."""
    return None if of < FEWEST else round(100 * count / of)


def wilson(count: int, of: int) -> Range | None:
    """The 95 % interval of a share by Wilson's score (Journal of the American Statistical Association 22, 1927)."""
    if of < FEWEST:
        return None
    share, square = count / of, NORMAL * NORMAL
    middle = share + square / (2 * of)
    spread = NORMAL * sqrt(share * (1 - share) / of + square / (4 * of * of))
    low, high = ((middle - spread) / (1 + square / of), (middle + spread) / (1 + square / of))
    return Range(round(100 * max(0.0, low)), round(100 * min(1.0, high)))


def bounds(count: int, *, measured: int, cases: int) -> Range | None:
    """The share of all cases if none, or each, of those who were not measured again counted as well."""
    if cases < FEWEST:
        return None
    return Range(round(100 * count / cases), round(100 * (count + cases - measured) / cases))


def hidden_groups(counts: Mapping[Any, int]) -> set[Any]:
    """The groups of fewer than five, and as many of the next smallest as keep them from being found by subtraction.

    Whoever knows the whole takes the shown groups from it: what is left has to be two groups at least, and five people.
    """
    smallest = sorted(counts, key=lambda group: (counts[group], str(group)))
    hidden = {group for group in smallest if counts[group] < FEWEST}
    for group in smallest:
        if hidden and (len(hidden) < 2 or sum(counts[each] for each in hidden) < FEWEST):
            hidden.add(group)
    return hidden
