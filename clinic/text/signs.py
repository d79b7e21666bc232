"""Signs that nobody sees and signs that look alike, as pasted text brings them along."""

import re
import unicodedata

# Nobody sees them and no name is spelt with them: zero width, marks of direction around what a phone pastes, fillers.
UNSEEN = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f"
    "\u202a-\u202c\u2060-\u206f\u3164\ufeff\uffa0"
)
JOINERS = "\u200c\u200d"  # Persian, the scripts of India and emoji are spelt with these between two signs
JOINED = "\u0590-\u1fff\ua800-\uabff\u2600-\u27bf\ufe0f\U0001f000-\U0001faff"
DASHES = "\u058a\u05be\u2010-\u2015\u2043\u2212\u2e3a\u2e3b\ufe58\ufe63\uff0d"
_UNSEEN = re.compile(f"[{UNSEEN}]")
_STRAY_JOINER = re.compile(f"(?<![{JOINED}])[{JOINERS}]|[{JOINERS}](?![{JOINED}])")
_DASH = re.compile(f"[{DASHES}]")


def without_unseen(text: str) -> str:
    """The text without signs that nobody sees; a joiner stays where letters are spelt with it."""
    if text.isascii():
        return text
    return _STRAY_JOINER.sub("", _UNSEEN.sub("", text))


def plain(text: str) -> str:
    """A date, a number or a code with one kind of dash, of space and of digit, and nothing that nobody sees.

    It is how pasted text is read: the dash of "07700\u2011900134" and the marks around a contact's number are no
    part of what they mean.
    """
    if text.isascii():
        return " ".join(text.split())
    seen = without_unseen(_DASH.sub("-", unicodedata.normalize("NFKC", _DASH.sub("-", text))))
    return " ".join("".join(str(unicodedata.decimal(sign, sign)) for sign in seen).split())
