"""Whether a new password is in a list of those that leaked, which an operator can keep beside the record."""

from hashlib import sha1
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError


class NotLeaked:
    """Asks the file that LEAKED_PASSWORDS names, and nobody else: no server learns what somebody chooses.

    The file is the one that "Have I Been Pwned" gives away: for each password a line with its SHA-1 in capitals, a
    colon and how often it was seen, in the order of the hashes. Of a thousand million lines some thirty are read.
    """

    def validate(self, password: str, user: Any = None) -> None:
        if settings.LEAKED_PASSWORDS and has_line(Path(settings.LEAKED_PASSWORDS), _hash(password)):
            raise ValidationError("This password has leaked elsewhere, and is tried by whoever collects those.")

    def get_help_text(self) -> str:
        return "None that has leaked elsewhere." if settings.LEAKED_PASSWORDS else ""


def _hash(password: str) -> bytes:
    return sha1(password.encode(), usedforsecurity=False).hexdigest().upper().encode()


def has_line(file: Path, beginning: bytes) -> bool:
    """Whether a line of a sorted file begins so. `low` is where a line begins that is not after it, or the end."""
    with file.open("rb") as opened, mmap(opened.fileno(), 0, access=ACCESS_READ) as lines:
        low, high = 0, len(lines)
        while low < high:
            middle = lines.rfind(b"\n", low, (low + high) // 2) + 1 or low
            end = lines.find(b"\n", middle) + 1 or len(lines)
            line = lines[middle:end]
            if line.startswith(beginning):
                return True
            low, high = (end, high) if line < beginning else (low, middle)
        return False
