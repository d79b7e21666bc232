"""How alike two people are, field by field: each comparison says one of the levels that the weights are by."""

from datetime import date
from functools import lru_cache

from clinic.matching.letters import REMEMBERED, edits, is_nickname, skeleton
from clinic.matching.person import ABOUT, DAY, MONTH, Person, spelt

Words = tuple[str, ...]
WHOLE, SAME, NEAR, LIKE, PART = "whole", "same", "near", "like", "part"  # whole: the same, of several words
NICKNAME, INITIAL, SWAPPED = "nickname", "initial", "swapped"
LONG = 6
DIGIT, PARTS, YEAR, RENAMED, OTHER, UNKNOWN = "digit", "parts", "year", "renamed", "other", "unknown"
CLINICAL = "clinical"


def levels(one: Person, other: Person) -> dict[str, str]:
    """The level of each field; the same whichever of the two comes first."""
    given, family = names(one.given, one.family, other.given, other.family)
    if family == OTHER and (one.sex, other.sex) != ("male", "male"):
        family = RENAMED
    return {
        "given": given,
        "family": family,
        "birth": births(one.born, one.precision, other.born, other.precision),
        "sex": sexes(one, other),
        "phone": phones(one.phones, other.phones),
        "email": emails(one.email, other.email),
        "address": addresses(one.address, other.address),
        "number": numbers(one.numbers, other.numbers),
    }


@lru_cache(maxsize=REMEMBERED)
def names(given: Words, family: Words, its_given: Words, its_family: Words) -> tuple[str, str]:
    """The levels of the given and the family name, which may have changed places."""
    if (given, family) != (its_given, its_family) and spelt(given + family) == spelt(its_given + its_family):
        return (SAME, SAME) if given and its_given else (UNKNOWN, SAME)  # parted differently
    here, there = spelling(given, its_given), spelling(family, its_family)
    if given and family and its_given and its_family and OTHER in (here, there):
        crossed = spelling(given, its_family), spelling(family, its_given)
        if set(crossed) <= {WHOLE, SAME, NEAR} and set(crossed) != {NEAR}:
            return SWAPPED, SWAPPED
    return here, there if there not in (NICKNAME, INITIAL) else OTHER


@lru_cache(maxsize=REMEMBERED)
def spelling(one: Words, other: Words) -> str:
    """How alike two names are, each of one or several words."""
    if not one or not other:
        return UNKNOWN
    whole, its = spelt(one), spelt(other)
    if whole == its:
        return WHOLE if min(len(one), len(other)) > 1 else SAME
    shorter = min(len(whole), len(its))
    apart = edits(whole, its)
    if apart == 1 and shorter > 2:
        return NEAR
    if set(one) <= set(other) or set(other) <= set(one):
        return PART
    if is_nickname(one[0], other[0]):
        return NICKNAME
    if 1 in (len(one[0]), len(other[0])) and one[0][0] == other[0][0]:
        return INITIAL
    alike = (apart == 2 and shorter > 4) or not set(one).isdisjoint(other)
    sounds = shorter > 3 and skeleton(whole) == skeleton(its)
    return LIKE if alike or sounds or _begins(whole, its) else OTHER


def _begins(one: str, other: str) -> bool:
    """Sam is Samuel, Alex is Alexandra."""
    short, long = sorted((one, other), key=len)
    return len(short) > 2 and long.startswith(short)


@lru_cache(maxsize=REMEMBERED)
def births(one: date | None, known: int, other: date | None, its_known: int) -> str:
    if one is None or other is None:
        return UNKNOWN
    least = min(known, its_known)
    if least >= DAY:
        return SAME if one == other else _days(one, other)
    if least == ABOUT:
        return YEAR if abs(one.year - other.year) <= 2 else OTHER
    alike = one.year == other.year and (least != MONTH or one.month == other.month)
    return YEAR if alike else OTHER


def _days(one: date, other: date) -> str:
    """How two days differ: the day and the month exchanged, one digit, or one of the three parts."""
    if (one.year, one.month, one.day) == (other.year, other.day, other.month):
        return SWAPPED
    if _one_digit(one.isoformat(), other.isoformat()):
        return DIGIT
    agree = (one.year == other.year) + (one.month == other.month) + (one.day == other.day)
    return PARTS if agree == 2 else OTHER


def _one_digit(one: str, other: str) -> bool:
    """Whether two numbers of one length differ in one digit, or in two neighbours that changed places."""
    if len(one) != len(other):
        return False
    apart = [at for at, (sign, its) in enumerate(zip(one, other, strict=True)) if sign != its]
    exchanged = len(apart) == 2 and (one[apart[0]], one[apart[1]]) == (other[apart[1]], other[apart[0]])
    return len(apart) == 1 or (exchanged and apart[1] - apart[0] == 1)


def sexes(one: Person, other: Person) -> str:
    """By the sex for clinical use where both say it; one that explains another gender says nothing."""
    if one.clinical_sex and other.clinical_sex:
        return SAME if one.clinical_sex == other.clinical_sex else CLINICAL
    if not (one.sex and other.sex):
        return UNKNOWN
    if one.sex == other.sex:
        return SAME
    return UNKNOWN if one.sex == other.clinical_sex or other.sex == one.clinical_sex else OTHER


def emails(one: str, other: str) -> str:
    """Near are two of one host that differ in a letter."""
    if not one or not other:
        return UNKNOWN
    if one == other:
        return SAME
    (name, _, host), (its_name, _, its_host) = one.partition("@"), other.partition("@")
    long = min(len(name), len(its_name)) > LONG - 2
    return NEAR if host == its_host and long and edits(name, its_name) == 1 else OTHER


def phones(one: frozenset[str], other: frozenset[str]) -> str:
    if not one or not other:
        return UNKNOWN
    if one & other:
        return SAME
    near = any(_one_digit(mine, its) for mine in one for its in other)
    return NEAR if near else OTHER


def numbers(one: frozenset[str], other: frozenset[str]) -> str:
    """Two records of one clinic have two record numbers: that they differ says nothing.

    Near are only long ones without letters, as an authority gives them; a clinic counts its own, one after the other.
    """
    if not one.isdisjoint(other):
        return SAME
    long = [[each for each in side if len(each) > LONG and each.isdigit()] for side in (one, other)]
    return NEAR if any(_one_digit(mine, its) for mine in long[0] for its in long[1]) else UNKNOWN


def addresses(one: frozenset[str], other: frozenset[str]) -> str:
    """By the words that both have; the same where the house number is among them."""
    if not one or not other:
        return UNKNOWN
    both = one & other
    share = len(both) / min(len(one), len(other))
    if share >= 0.6 and len(both) > 1 and any(word[0].isdigit() for word in both):
        return SAME
    return NEAR if share >= 0.4 else OTHER
