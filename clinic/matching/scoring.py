"""Whether two records are of one person: a score, its grade, and why."""

from dataclasses import dataclass
from typing import Literal

from clinic.matching.comparing import CLINICAL, LIKE, NEAR, OTHER, SAME, WHOLE, levels
from clinic.matching.person import Person
from clinic.matching.weights import CERTAIN, POSSIBLE, PRIOR, PROBABLE, WEIGHTS

Grade = Literal["certain", "probable", "possible", ""]
TWINS = "possible twins"
SAID: dict[str, dict[str, str]] = {
    "number": {"same": "same record number or identifier", "near": "number one digit apart"},
    "given": {
        "whole": "same given names", "same": "same given name", "near": "given name one letter apart",
        "nickname": "given name is a short form",
        "initial": "given name begins alike", "part": "one given name more", "like": "similar given name",
        "other": "another given name", "swapped": "given and family name exchanged",
    },
    "family": {
        "whole": "same family name", "same": "same family name", "near": "family name one letter apart",
        "part": "one family name more",
        "like": "similar family name", "renamed": "another family name", "other": "another family name",
    },
    "birth": {
        "same": "same date of birth", "swapped": "day and month of birth exchanged",
        "digit": "date of birth one digit apart", "year": "year of birth agrees",
        "parts": "date of birth partly agrees",
        "other": "another date of birth",
    },
    "phone": {"same": "telephone agrees", "near": "telephone one digit apart", "other": "another telephone"},
    "email": {"same": "e-mail agrees", "near": "e-mail one letter apart", "other": "another e-mail"},
    "address": {"same": "address agrees", "near": "similar address", "other": "another address"},
    "sex": {"other": "another sex", "clinical": "another sex for clinical use"},
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Match:
    """How likely two records are one person. `grade` is empty for those of whom nobody is told."""

    bits: float
    grade: Grade
    reasons: tuple[str, ...]

    @property
    def score(self) -> float:
        """The share of such pairs that are one person, from 0 to 1."""
        return round(1 / (1 + 2**-self.bits), 4)


def compare(one: Person, other: Person) -> Match:
    """Compare two people; the same whichever comes first."""
    found = levels(one, other)
    weight = bits(found)
    twins = are_twins(found)
    return Match(weight, _grade(weight, twins), (TWINS,) * twins + reasons(found))


def bits(found: dict[str, str]) -> float:
    """The smaller of the sums against a stranger and against a relative."""
    stranger, relative = PRIOR
    for field, level in found.items():
        if weight := WEIGHTS[field].get(level):
            stranger += weight[0]
            relative += weight[1]
    return min(stranger, relative)


def are_twins(found: dict[str, str]) -> bool:
    """One family name, one birthday and one home, and not one given name; a sex alone is sooner noted wrong."""
    home = SAME in (found["phone"], found["email"], found["address"])
    other_sex = found["sex"] in (OTHER, CLINICAL)
    two = found["given"] in (OTHER, LIKE) or (other_sex and found["given"] not in (WHOLE, SAME, NEAR))
    return (
        home and two and found["family"] in (WHOLE, SAME, NEAR) and found["birth"] == SAME and found["number"] != SAME
    )


def _grade(weight: float, twins: bool) -> Grade:
    if twins:
        return "possible"
    return (
        "certain"
        if weight >= CERTAIN
        else "probable"
        if weight >= PROBABLE
        else "possible"
        if weight >= POSSIBLE
        else ""
    )


def reasons(found: dict[str, str]) -> tuple[str, ...]:
    """What agrees and what does not, in words; fields of which one record says nothing are left out."""
    said = [SAID[field].get(found[field], "") for field in SAID]
    return tuple(each for each in said if each)
