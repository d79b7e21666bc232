"""Another way to decide which names a text matches: slow, in Python, and written without a look at the SQL."""

import re
import unicodedata
from functools import cache
from random import Random

LETTERS = str.maketrans({
    "ß": "ss", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i", "œ": "oe", "ς": "σ", "ى": "ي",
    "ة": "ه",
})  # fmt: skip


def folded(text: str) -> str:
    """Lower case, without accents and apostrophes."""
    bare = [
        each for each in unicodedata.normalize("NFKD", text.lower()) if unicodedata.category(each) not in ("Mn", "Cf")
    ]
    return re.sub(r"['’ʼ`]", "", "".join(bare).translate(LETTERS))


@cache
def words(text: str) -> list[str]:
    """Of a name, kept, since every search asks for those of every name."""
    return [word for word in re.split(r"[\s\-.,()]+", folded(text)) if word]


def matches(name: str, typed: str) -> bool:
    """Whether each word that was typed begins a word of the name, in any order."""
    return all(any(word.startswith(part) for word in words(name)) for part in words(typed))


def misspelt(random: Random, word: str) -> str:
    """The word with one letter more, less or other, or two changed round."""
    at, letter = random.randrange(len(word)), random.choice("abcdefghilmnorstuvz")
    kinds = [word[:at] + letter + word[at:], word[:at] + word[at + 1 :], word[:at] + letter + word[at + 1 :]]
    if at + 1 < len(word):
        kinds.append(word[:at] + word[at + 1] + word[at] + word[at + 2 :])
    return random.choice(kinds)
