"""How well the matcher tells who is who: what of all true pairs it finds, and what of its pairs is true."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from itertools import combinations
from typing import NamedTuple

from clinic.matching.keys import match_keys
from clinic.matching.person import DAY, YEAR, Person, person
from clinic.matching.scoring import compare
from tests.matching.households import Registered


class Verdict(NamedTuple):
    precision: float
    recall: float
    reached: float  # the share of true pairs that have a key in common
    candidates: float  # pairs to compare, for each person

    @property
    def f1(self) -> float:
        return 2 * self.precision * self.recall / (self.precision + self.recall)


def person_of(record: Registered) -> Person:
    return person(
        record.full_name,
        record.family,
        born=record.born,
        precision=YEAR if record.precision == "year" else DAY,
        sex=record.gender if record.gender in ("female", "male") else "",
        clinical_sex=record.clinical_sex,
        phones=[record.phone],
        email=record.email,
        address=record.address,
    )


def pairs_of(keys: Iterable[Iterable[Hashable]]) -> set[tuple[int, int]]:
    """The places of those that have a key in common."""
    blocks: dict[Hashable, list[int]] = defaultdict(list)
    for place, each in enumerate(keys):
        for key in each:
            blocks[key].append(place)
    return {pair for block in blocks.values() for pair in combinations(block, 2)}


def judge(who: Sequence[Hashable], people: Sequence[Person]) -> Verdict:
    """What the matcher calls one person, probably or certainly, against who they are."""
    true = pairs_of([each] for each in who)
    candidates = pairs_of(match_keys(each) for each in people)
    said = {pair for pair in candidates if compare(people[pair[0]], people[pair[1]]).grade in ("certain", "probable")}
    return Verdict(
        len(said & true) / len(said), len(said & true) / len(true), len(candidates & true) / len(true),
        len(candidates) / len(people),
    )  # fmt: skip
