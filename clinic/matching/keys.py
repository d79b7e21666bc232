"""Under which keys people are found who may be one: two records that share none are never compared.

A key is a number of 32 bits that PostgreSQL keeps in `match_keys`; it is the same on every machine. Whatever changes
here gets another VERSION, and a migration that empties the column: the keys of all rows are made anew. A kind of key
that is added leaves the others as they are: then the rows that have such are emptied alone.
"""

from itertools import combinations
from zlib import crc32

from clinic.matching.letters import skeleton
from clinic.matching.person import DAY, Person, spelt

VERSION = 1


def match_keys(one: Person) -> list[int]:
    """The keys of a person, without order or repetition."""
    return sorted({_number(f"{VERSION}:{key}") for key in _keys(one)})


def _number(text: str) -> int:
    return crc32(text.encode()) - 2**31


def _keys(one: Person) -> list[str]:
    first, last = skeleton(one.given[0]) if one.given else "", skeleton(spelt(one.family)) if one.family else ""
    name = "/".join(sorted((first, last)))
    found = []
    if one.born is not None:
        year, exact = one.born.year, one.precision == DAY
        if exact:
            found.append(f"d{one.born}")
            low, high = sorted((one.born.month, one.born.day))
            found.append(f"n{name}{low}/{high}")
        if first or last:
            found.append(f"y{name}{year}")
    for phone in one.phones:
        found.append(f"p{phone[-9:]}")
    found += [f"h{name}{word}" for word in one.address if word[0].isdigit()] if first and last else []
    found += [f"i{number}" for number in one.numbers]
    found += [f"e{each}:{one.email}" for each in (first, last) if one.email]
    return found + [f"a{name}{place}" for place in _places(one.address) for name in (first, f"/{last}")]


def _places(address: frozenset[str]) -> list[str]:
    """Two by two, the house number, the parts of a postcode and the longest word of an address."""
    numbers = sorted(word for word in address if any(sign.isdigit() for sign in word))[:4]
    words = sorted(address.difference(numbers), key=lambda word: (-len(word), word))
    return [" ".join(pair) for pair in combinations([*numbers, *words[:1]], 2)]
