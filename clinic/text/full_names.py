"""Names of people as they are typed: what may stand in one, and which part of it is the family name."""

import re
import unicodedata

from django.core.exceptions import ValidationError

from clinic.text.signs import without_unseen

# They turn the text around them, or are taken for commands: whoever reads the name sees another one.
REFUSED = re.compile("[\\x00-\\x08\\x0e-\\x1b\\x7f-\\x84\\x86-\\x9f\u202d\u202e\ufff9-\ufffb\U000e0000-\U000e007f]")
COMMA = re.compile("[,،、，]")
NOTE = re.compile(r"(?P<name>.*\S) (?P<note>\([^()]*\))")
# What follows a family name. Left out is what is a family name as well: Do, Ma, Ba, V, Junior, Senior.
SUFFIXES = (
    "jr jnr sr snr ii iii iv 2nd 3rd md phd dphil dds dmd dvm rn esq mbbs mbchb msc bsc mph mba frcs frcp mrcp "
    "obe mbe cbe"
)


def read_name(name: str) -> str:
    """The name without signs that nobody sees; raises ValidationError for one that shows nothing, or turns text."""
    if found := REFUSED.search(name):
        called = unicodedata.name(found[0], "a control character").lower()
        message = f"The name has a sign in it that nobody sees, U+{ord(found[0]):04X} ({called}). Type it again."
        raise ValidationError(message, code="unseen")
    seen = " ".join(without_unseen(name).split())
    if name.strip() and not any(unicodedata.category(sign)[0] in "LN" for sign in seen):
        raise ValidationError("A name has at least one letter or digit.", code="unseen")
    return seen


def is_suffix(word: str) -> bool:
    return word.replace(".", "").lower() in SUFFIXES.split()


def without_suffixes(name: str) -> tuple[str, str]:
    """A name, and what follows its family name: "Maria Garcia", "Jr (twin of Eva)"."""
    noted = NOTE.fullmatch(name)
    words, note = (noted["name"].split(), [noted["note"]]) if noted else (name.split(), [])
    at = len(words)
    while at > 1 and is_suffix(words[at - 1]):
        at -= 1
    return " ".join(words[:at]).rstrip(","), " ".join([*words[at:], *note])


def filed_family_name(full_name: str) -> str:
    """The proposal for how a name is filed: its last word but Jr and the like, nothing for a name of one word."""
    words = without_suffixes(full_name)[0].split()
    return words[-1] if len(words) > 1 else ""


def family_first(name: str) -> tuple[str, str] | None:
    """The full name and the family name of "Okonkwo, Adaeze"; None where no comma says which is which.

    What stands behind a comma and follows a family name is no given name: "Garcia, Maria, Jr", "Garcia, Maria Jr" and
    "Maria Garcia, MD".
    """
    noted = NOTE.fullmatch(name)
    parts = [part.strip() for part in COMMA.split(noted["name"] if noted else name) if part.strip()]
    after = [part for part in parts[1:] if all(map(is_suffix, part.split()))]
    given = [without_suffixes(part) for part in parts[1:] if part not in after]
    if len(parts) < 2:
        return None
    names, behind = [name for name, _ in given], [suffix for _, suffix in given if suffix]
    full = " ".join([*names, parts[0], *behind, *after, *([noted["note"]] if noted else [])])
    return full, without_suffixes(parts[0])[0] if given else filed_family_name(full)
