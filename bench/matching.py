"""Where the weights of the matcher come from, and how well it does.

`python -m bench.matching weights` or `judge [SEED ...]`.

`weights` counts every level over households of seed 11 and over FEBRL's third set, and prints log2(m/u) beside the
table that is frozen in clinic/matching/weights.py. `judge` measures precision, recall and blocking of other seeds.
"""

import sys
from collections import Counter, defaultdict
from collections.abc import Iterable
from itertools import combinations
from math import log2
from random import Random

from clinic.matching.comparing import levels
from clinic.matching.person import Person
from clinic.matching.weights import WEIGHTS
from tests.matching.febrl import path_of, records
from tests.matching.households import population, with_emails
from tests.matching.judging import judge, person_of

SEED, COUNT, STRANGERS = 11, 20_000, 400_000
Pairs = Iterable[tuple[Person, Person]]


def pairs_within(rows: Iterable[tuple[object, object, Person]]) -> tuple[list, list]:
    """Pairs of one person, and pairs of two people who share a household; rows say who, household, person."""
    groups = defaultdict(list)
    for who, household, each in rows:
        groups[household].append((who, each))
    found = [pair for group in groups.values() for pair in combinations(group, 2)]
    return (
        [(one[1], other[1]) for one, other in found if one[0] == other[0]],
        [(one[1], other[1]) for one, other in found if one[0] != other[0]],
    )


def strangers(people: list[tuple[object, Person]]) -> list[tuple[Person, Person]]:
    random = Random(SEED)  # noqa: S311
    drawn = ((random.choice(people), random.choice(people)) for _ in range(STRANGERS))
    return [(one[1], other[1]) for one, other in drawn if one[0] != other[0]]


def shares(pairs: Pairs) -> dict[tuple[str, str], float]:
    """How often each level is seen, among the pairs of which both say something of the field."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for one, other in pairs:
        for field, level in levels(one, other).items():
            counts[field][level] += level != "unknown"
    return {
        (field, level): (counts[field][level] + 0.5) / (counts[field].total() + 5)
        for field, table in WEIGHTS.items()
        for level in table
    }


def print_weights() -> None:
    rows = [(each.who, each.household, person_of(each)) for each in with_emails(population(SEED, COUNT), SEED)]
    same, relatives = pairs_within(rows)
    m, relative = shares(same), shares(relatives)
    stranger = shares(strangers([(household, each) for _, household, each in rows]))
    set_3 = records(path_of("3"))
    febrl_m = shares(pairs_within((who, who, each) for who, each in set_3)[0])
    febrl_u = shares(strangers(set_3))
    print("field      level      households: stranger relative   FEBRL   frozen")
    for (field, level), share in m.items():
        counted = log2(share / stranger[field, level]), log2(share / relative[field, level])
        other = log2(febrl_m[field, level] / febrl_u[field, level])
        print(f"{field:10} {level:10} {counted[0]:20.1f} {counted[1]:8.1f} {other:7.1f}   {WEIGHTS[field][level]}")


def print_verdicts(seeds: list[int]) -> None:
    for number in ("1", "2"):
        rows = records(path_of(number))
        found = judge([who for who, _ in rows], [each for _, each in rows])
        print(f"FEBRL {number}: F1 {found.f1:.4f}", found)
    for seed in seeds:
        without = population(seed, COUNT)
        for called, people in (("households", without), ("with e-mail", with_emails(without, seed))):
            found = judge([each.who for each in people], [person_of(each) for each in people])
            print(f"{called} {seed}: F1 {found.f1:.4f}", found)


if __name__ == "__main__":
    if sys.argv[1:2] == ["weights"]:
        print_weights()
    else:
        print_verdicts([int(seed) for seed in sys.argv[2:]] or [101, 102, 103])
