"""When somebody of a filled clinic was assessed and how well they were: courses of treatment as clinics know them.

Most people who are treated get better, quickly at first; some half, some not at all, a few worse; some stop coming and
some fall ill again. The shares are invented: they are to give every list and figure something to show.
"""

from math import exp
from random import Random
from typing import NamedTuple

LONGEST = 1500  # days from the first assessment of a course up to today
PACES = (7, 14, 14, 14, 28)  # days between two
PAUSE = 100  # days after which somebody comes back for another treatment
ONGOING = 0.35  # of courses have not ended
LATE = 1.6  # paces after which even somebody who is late has come


class Way(NamedTuple):
    """How a course goes: what is left of the burden in the end, and whether it comes back."""

    share: float
    left: float
    relapses: bool = False


WAYS = (Way(0.45, 0.2), Way(0.2, 0.55), Way(0.2, 1), Way(0.07, 1.3), Way(0.08, 0.2, relapses=True))
SPEED = 55  # days in which most of the change has come


class Course(NamedTuple):
    """Days ago and heights, from 0 to 1 of the instrument's range, oldest first; `pace` is the days between two."""

    pace: int
    is_ongoing: bool
    points: list[tuple[int, float]]


def drawn_course(random: Random, count: int, longest: int) -> Course:
    """A course of `count` assessments within the last `longest` days; today is not among them."""
    chance, pace, is_ongoing = random.random, random.choice(PACES), random.random() < ONGOING
    days, heights = _points(random, count, pace)
    length = days[-1] if days else 0
    if length > longest - 1:
        days, length = [day * (longest - 1) // length for day in days], longest - 1
    ended = 1 + int(chance() * min(longest - length, LATE * pace if is_ongoing else longest))
    return Course(pace, is_ongoing, [(ended + length - day, height) for day, height in zip(days, heights, strict=True)])


def _points(random: Random, count: int, pace: int) -> tuple[list[int], list[float]]:
    """The days from the first assessment on, and the heights."""
    way = random.choices(WAYS, [each.share for each in WAYS])[0]
    first, day, treated = random.triangular(0.08, 0.98, 0.55), 0, 0
    days, heights = [], []
    for number in range(count):
        if way.relapses and number and number == count * 2 // 3:
            day, treated = day + PAUSE + int(random.random() * 200), 0
        height = first * (way.left + (1 - way.left) * exp(-treated / SPEED))
        days.append(day)
        heights.append(min(0.999, max(0.0, random.gauss(height, 0.05))))
        gap = max(1, round(pace * random.uniform(0.8, 1.3)))
        day, treated = day + gap, treated + gap
    return days, heights


def treatments(days_ago: list[int]) -> list[tuple[int, int]]:
    """The first and the last day, as days ago, of each treatment: a long pause lies between two."""
    found = [(days_ago[0], days_ago[0])]
    for day in days_ago[1:]:
        first, last = found[-1]
        found[-1:] = [(first, last), (day, day)] if last - day >= PAUSE else [(first, day)]
    return found
