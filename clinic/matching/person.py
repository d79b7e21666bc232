"""What is compared of a person: names as folded words, the date as far as it is known, numbers without their signs.

Two spellings that are folded alike here are the same to the matcher. The room knows neither Django nor a database.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from clinic.matching.letters import REMEMBERED
from clinic.text.full_names import NOTE, without_suffixes

APART = re.compile(r"[\W_]+")
DROPPED = re.compile("['`\u00b4\u2018\u2019\u02b9-\u02bf\u0640\u200c\u200d.]")
# Letters that do not decompose, in the spelling of who has no key for them; Arabic letters as they are in Persian.
LETTERS = str.maketrans(
    {
        "ß": "ss", "ø": "o", "đ": "d", "ł": "l", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d", "ı": "i", "ħ": "h",
        "ى": "ي", "ی": "ي", "ک": "ك", "ة": "ه", "ς": "σ",
    }
)  # fmt: skip
STREET_WORDS = frozenset(
    (
        "road", "rd", "street", "st", "lane", "ln", "avenue", "ave", "av", "close", "cl", "way", "gardens", "gdns",
        "drive", "dr", "court", "ct", "crescent", "cres", "place", "pl", "circuit", "cct", "flat", "apt", "unit", "no",
        "the", "of", "and",
    )
)  # fmt: skip
DIGRAPHS = re.compile("(?<=[aou])e|(?<=a)a")  # Müller is Mueller, Åse is Aase
DAY, MONTH, YEAR, ABOUT = 3, 2, 1, 0  # how much of a date is known; about a year is some years more or less


@dataclass(frozen=True, slots=True)
class Person:
    """One side of a comparison; what is empty says nothing. `precision` is DAY, MONTH, YEAR or ABOUT.

    `sex` is by what people go; `clinical_sex` the one for clinical use, which few records say.
    """

    given: tuple[str, ...] = ()
    family: tuple[str, ...] = ()
    born: date | None = None
    precision: int = DAY
    sex: str = ""
    clinical_sex: str = ""
    phones: frozenset[str] = frozenset()
    email: str = ""
    address: frozenset[str] = frozenset()
    numbers: frozenset[str] = frozenset()


@lru_cache(maxsize=REMEMBERED)
def folded(text: str) -> tuple[str, ...]:
    """The words of a text without case, accents, apostrophes and points: "José-Ángel O'Brien" has three."""
    apart = unicodedata.normalize("NFKD", DROPPED.sub("", text).lower().translate(LETTERS))
    bare = "".join(sign for sign in apart if not unicodedata.combining(sign))
    return tuple(word for word in APART.split(bare.translate(LETTERS)) if word)


@lru_cache(maxsize=REMEMBERED)
def spelt(words: tuple[str, ...]) -> str:
    """Words as one, in the spelling of who writes no umlauts: "van den Berg" is Vandenberg, Mueller is Müller."""
    return DIGRAPHS.sub("", "".join(words))


def person(
    full_name: str,
    family_name: str = "",
    *,
    born: date | None = None,
    precision: int = DAY,
    sex: str = "",
    clinical_sex: str = "",
    phones: Iterable[str] = (),
    email: str = "",
    address: str = "",
    numbers: Iterable[str] = (),
) -> Person:
    """A person from what a record says; telephone numbers as they are kept, a sex that is not known as ""."""
    given, family = _parted(full_name, family_name)
    digits = frozenset(re.sub(r"\D", "", phone) for phone in phones if phone)
    place = frozenset(folded(address)) - STREET_WORDS
    return Person(
        given,
        family,
        born,
        precision,
        sex,
        clinical_sex,
        digits,
        email.strip().casefold(),
        place,
        frozenset("".join(folded(number)) for number in numbers if number),
    )


@lru_cache(maxsize=REMEMBERED)
def _parted(full_name: str, family_name: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The given and the family names. A note behind the name, and Jr and the like, belong to neither."""
    noted = NOTE.fullmatch(full_name)
    words = folded(without_suffixes(noted["name"] if noted else full_name)[0])
    family = folded(without_suffixes(family_name)[0])
    size = len(family)
    if size and words[-size:] == family:
        return words[:-size], family
    if size and words[:size] == family:
        return words[size:], family
    whole, joined = "".join(words), "".join(family)
    if size and whole.startswith(joined) and len(whole) > len(joined):  # 王芳 is written without a space
        return (whole[len(joined) :],), family
    return words, family
