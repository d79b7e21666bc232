"""In which encoding a file of text is: said where it is certain, else all that it could be."""

import codecs
import hashlib
import re
from collections.abc import Iterable
from typing import Any

HEAD = 64 * 1024  # bytes by which a file is looked at before it is read
EXAMPLES = 3
ASCII = bytes(range(128))
AROUND = re.compile(rb"[^\x00-\x1f]{0,60}[\x80-\xff][^\x00-\x1f]{0,60}")
MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
# What files that say nothing are in; whoever reads one is shown what each gives.
OLDER = {
    "cp1252": "Western European (Windows-1252, Latin-1)",
    "cp1250": "Central European (Windows-1250)",
    "iso8859-15": "Western European with the euro sign (Latin-9)",
    "mac-roman": "Western European (Mac)",
    "cp850": "Western European (DOS)",
}


class Survey:
    """What is noted of a file while it arrives, piece by piece."""

    def __init__(self) -> None:
        self.digest = hashlib.sha256()
        self.size = 0
        self.head = b""
        self.is_utf8 = True
        self.high: set[int] = set()
        self.examples: list[bytes] = []
        self._decoder = codecs.getincrementaldecoder("utf-8")()

    def look(self, chunk: bytes) -> None:
        self.digest.update(chunk)
        self.size += len(chunk)
        if len(self.head) < HEAD:
            self.head += chunk[: HEAD - len(self.head)]
        self._decode(chunk)
        high = chunk.translate(None, ASCII)
        self.high.update(high)
        if high and len(self.examples) < EXAMPLES:
            found = (match[0] for match in AROUND.finditer(chunk))
            self.examples += [each for each, _ in zip(found, range(EXAMPLES - len(self.examples)), strict=False)]

    def _decode(self, chunk: bytes, *, final: bool = False) -> None:
        if self.is_utf8:
            try:
                self._decoder.decode(chunk, final)
            except UnicodeDecodeError:
                self.is_utf8 = False

    def facts(self) -> dict[str, Any]:
        """What is kept with the file about its text."""
        self._decode(b"", final=True)
        return {
            "is_utf8": self.is_utf8,
            "high": sorted(self.high),
            "examples": [example.decode("latin-1") for example in self.examples],
        }


def possible_encodings(head: bytes, facts: dict[str, Any]) -> list[str]:
    """The encodings that the file can be in; one is certain, none is no text."""
    for mark, encoding in MARKS.items():
        if head.startswith(mark):
            return [encoding]
    if b"\0" in head:
        return _without_mark(head)
    if facts["is_utf8"]:
        return ["utf-8"]
    return _older(bytes(facts["high"]))


def _without_mark(head: bytes) -> list[str]:
    """UTF-16 whose mark was left out: of the two bytes of what is ASCII the one is zero, always on the same side."""
    even, odd = head[::2].count(0), head[1::2].count(0)
    half = len(head) // 2
    if odd > half * 0.4 and not even:
        return ["utf-16-le"]
    return ["utf-16-be"] if even > half * 0.4 and not odd else []


def _older(high: bytes) -> list[str]:
    """Those that know every byte of the file; of several that read it alike only the first."""
    found: dict[str, str] = {}
    for encoding in OLDER:
        try:
            text = high.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not any(sign < "\xa0" for sign in text):
            found.setdefault(text, encoding)
    return list(found.values())


def read_as(encoding: str, examples: Iterable[str]) -> list[str]:
    """The examples of a file as an encoding reads them."""
    return [example.encode("latin-1").decode(encoding, "replace") for example in examples]
