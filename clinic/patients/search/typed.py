"""What was typed into the box, and what of it each rule looks for.

A function from `own_number` on takes what was typed and gives the values to look for, one after the other, or nothing
where the text cannot be meant so. Words are made comparable by the database's `search_key`; here they are only told
apart.
"""

import re
import unicodedata
from typing import NamedTuple

from django.core.exceptions import ValidationError
from phonenumbers import national_significant_number

from clinic.patients.search.conditions import PLAIN
from clinic.patients.search.dates import Birthday, birth_ranges, birthday_of
from clinic.text.dates import Range
from clinic.text.home import country_calling_code, trunk_prefix
from clinic.text.identifiers import SIGNS
from clinic.text.keys import ARABIC, MARKS, SEPARATORS
from clinic.text.phones import parse_phone, parted
from clinic.text.signs import plain

MARK, SEPARATOR = re.compile(f"[{MARKS}']"), re.compile(f"[{SEPARATORS}]+")
DIGITS = re.compile(r"[\d\s()+./-]+", re.ASCII)
OWN = re.compile(r"(?:p[ -]?)?(?P<count>\d{1,9})", re.IGNORECASE | re.ASCII)
MOST_WORDS = 20
OF_ARABIC, OF_PERSIAN = "\u0643\u064a\u0649", "\u06a9\u06cc\u06cc"
IN_ARABIC = re.compile(f"[{ARABIC}]")
APART = 5  # so many letters has a word that is looked for as two
# Chinese, Japanese and Korean names are written with a space behind the family name and without one.
UNSPACED = re.compile("[\u3005\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3\uf900-\ufaff\U00020000-\U0003ffff]{2,8}")
MOST_JOINED = 4  # so many words are looked for written together
INFIX = 3  # the shortest word that is looked for inside others; of longer ones the similar words come first


def words_of(text: str) -> list[str]:
    """The words of a text, as the database will tell them apart."""
    plain = MARK.sub("", unicodedata.normalize("NFKD", text))
    return list(dict.fromkeys(word for word in SEPARATOR.split(plain) if word))[:MOST_WORDS]


class Typed(NamedTuple):
    """A text without the date of birth beside a name; `digits` are all of it, and `name` its words, or one is empty.

    `born` is what the whole text means as a date of birth: "Julio 1961" is a name with a year, and a month. A
    `birthday` such as "31/12" is no telephone number.
    """

    text: str
    words: list[str]
    figures: str
    digits: str
    name: list[str]
    born: list[Range]
    birthday: Birthday | None

    @classmethod
    def of(cls, text: str, whole: str = "") -> "Typed":
        """What `text` is, which is `whole` without a date of birth; of a number, without its extension."""
        number, words = parted(plain(text))[0], words_of(text)
        only = DIGITS.fullmatch(number) is not None
        simple = number if only else plain(text)
        figures = "".join(re.findall(r"\d", simple, re.ASCII))
        born, birthday = birth_ranges(whole or text), birthday_of(whole or text)
        digits = figures if only and not birthday else ""
        return cls(simple, words, figures, digits, [] if only else words, born, birthday)


def own_number(typed: Typed) -> list[str]:
    """One of the clinic's own record numbers without its zeros: "42" and "p-42" are P-000042."""
    found = OWN.fullmatch(typed.digits or typed.text.strip())
    return [f"P-{int(found['count']):06d}"] if found else []


def birth_days(typed: Typed) -> list[Range]:
    return typed.born


def birthday(typed: Typed) -> list[Birthday]:
    return [typed.birthday] if typed.birthday else []


def phone_end(typed: Typed) -> list[str]:
    """The end of a number, which is also a whole one without its country."""
    if len(typed.digits) < 3:
        return []
    return list(dict.fromkeys([*national(typed.text, typed.digits), *whole_phone(typed.text)]))


def phone_starts(typed: Typed) -> list[str]:
    return [f"{country}{number}" for number in phone_end(typed) for country in ("+", f"+{country_calling_code()}")]


def national(text: str, figures: str) -> list[str]:
    """The figures as they may stand in a number with its country: without the zeros, or without the trunk prefix, that
    are dialled before it. Where there is none a zero is of the number, as in Italy.
    """
    if "(0)" in text:
        figures = "".join(re.findall(r"\d", text.replace("(0)", ""), re.ASCII))
    trunk, found = trunk_prefix(), [figures.lstrip("0") or figures]
    if not trunk.strip("0") or trunk.startswith("0"):
        found.append(figures.removeprefix(trunk))
    return [each for each in found if len(each) > 1 or each == figures]


def whole_phone(text: str) -> list[str]:
    """A whole number as the forms read it, without its country: some have other digits abroad than at home."""
    try:
        number = parse_phone(text)
    except ValidationError:
        return []
    return [national_significant_number(number)] if number is not None else []


def number_inside(typed: Typed) -> list[str]:
    return [typed.digits] if len(typed.digits) >= 4 else []


def record_code(typed: Typed) -> list[str]:
    """A text with figures in it as the beginning of any record number."""
    return [typed.text] if typed.figures and len(typed.text.strip()) <= 40 else []


def identifier(typed: Typed) -> list[str]:
    """A text with figures in it as a whole identifier that somebody else gave: as typed, and without its signs."""
    text = typed.text.strip()
    if not typed.figures or len(text) < 3 or len(text) > 60:
        return []
    return list(dict.fromkeys([text, SIGNS.sub("", text).upper()]))


def whole_number(typed: Typed) -> list[str]:
    """A text as a whole record number of any kind, or else as one of the clinic's own."""
    return (own_number(typed) or record_code(typed))[:1]


def figures_of_a_name(typed: Typed) -> list[str]:
    """Digits that stand in a name, such as "(born 1961)"."""
    return [" ".join(typed.words)] if typed.digits and any(len(word) > 2 for word in typed.words) else []


def whole_name(typed: Typed) -> list[str]:
    return [" ".join(typed.name)] if typed.name else []


def split_name(typed: Typed) -> list[tuple[str, str]]:
    """Family and given name as up to five words can be split into them: "a b" as (b, a) and as (a, b)."""
    parts = [(" ".join(typed.name[:at]), " ".join(typed.name[at:])) for at in range(1, len(typed.name))]
    return [pair for left, right in parts for pair in ((right, left), (left, right))] if len(typed.name) <= 5 else []


def one_word(typed: Typed) -> list[str]:
    return typed.name if len(typed.name) == 1 else []


def several_words(typed: Typed) -> list[str]:
    return whole_name(typed) if len(typed.name) > 1 else []


def other_letters(typed: Typed) -> list[str]:
    """A name in the letters of one keyboard: Arabic ones have others for kaf and yeh than Persian ones."""
    name = " ".join(typed.name)
    written = [
        name.translate(str.maketrans(*each)) for each in ((OF_ARABIC, OF_PERSIAN), (OF_PERSIAN[:2], OF_ARABIC[:2]))
    ]
    return [other for other in dict.fromkeys(written) if other != name]


def arabic_letters(typed: Typed) -> list[str]:
    """A name with letters or digits of that script, from whichever keyboards they are."""
    return [name for name in whole_name(typed) if IN_ARABIC.search(name)]


def arabic_words(typed: Typed) -> list[str]:
    """Few such words, which may be one, or one may be two: with a joiner, with a space, or with nothing between."""
    return arabic_letters(typed) if len(typed.name) <= MOST_JOINED else []


def several_arabic_words(typed: Typed) -> list[str]:
    return arabic_words(typed) if len(typed.name) > 1 else []


def long_word(typed: Typed) -> list[str]:
    """A word that may be two: "annemarie"."""
    return [word for word in one_word(typed) if len(word) >= APART and PLAIN.fullmatch(word)]


def unspaced_word(typed: Typed) -> list[str]:
    """A word that may be family name and given name: "\uae40\ubbfc\uc218", which may be kept with a space."""
    whole = unicodedata.normalize("NFC", "".join(typed.name)) if len(typed.name) == 1 else ""
    return [whole] if UNSPACED.fullmatch(whole) else []


def unspaced_words(typed: Typed) -> list[str]:
    """Words that may be kept as one, as `unspaced_word` has them."""
    words = [unicodedata.normalize("NFC", word) for word in typed.name]
    return [" ".join(words)] if 1 < len(words) <= MOST_JOINED and UNSPACED.fullmatch("".join(words)) else []


def plain_words(typed: Typed) -> list[str]:
    """Few words of plain letters, of which two may be one, or one may be two: "van den berg", "jk rowling"."""
    return [text for text in several_words(typed) if len(typed.name) <= MOST_JOINED and PLAIN.fullmatch(text)]


def part_of_word(typed: Typed) -> list[str]:
    return [word for word in one_word(typed) if len(word) >= INFIX]


def plain_part(typed: Typed) -> list[str]:
    """A part of a word in letters that the dictionary's index knows."""
    return [word for word in part_of_word(typed) if PLAIN.fullmatch(word)]


def short_misspelt(typed: Typed) -> list[str]:
    return [word for word in part_of_word(typed) if len(word) == INFIX]


def long_misspelt(typed: Typed) -> list[str]:
    return [word for word in part_of_word(typed) if len(word) > INFIX]


def one_of_two_misspelt(typed: Typed) -> list[str]:
    return whole_name(typed) if len(typed.name) == 2 and any(len(word) > INFIX for word in typed.name) else []


def one_of_many_misspelt(typed: Typed) -> list[str]:
    return whole_name(typed) if len(typed.name) > 2 and any(len(word) > INFIX for word in typed.name) else []


def two_misspelt(typed: Typed) -> list[str]:
    """Words of which two can be wrong; what has figures in it is a number sooner than a name."""
    long = [word for word in typed.name if len(word) > INFIX and not re.search(r"\d", word)]
    return whole_name(typed) if len(long) > 1 else []
