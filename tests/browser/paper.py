"""The text of each page of a PDF that Chromium made: enough of the format for what it writes, and no more."""

import re
import unicodedata
import zlib

OBJECT = re.compile(rb"(?:^|\n)(\d+) 0 obj\b(.*?)\nendobj", re.DOTALL)
STREAM = re.compile(rb"stream\r?\n(.*)\r?\nendstream", re.DOTALL)
FONT = re.compile(rb"/(F\d+) (\d+) 0 R")
SHOWN = re.compile(rb"/(F\d+) [\d.]+ Tf|<([0-9A-Fa-f]+)>|\b(ET)\b")
RANGE = re.compile(rb"<([0-9A-F]{4})> <([0-9A-F]{4})> <([0-9A-F]{4})>", re.IGNORECASE)
SINGLE = re.compile(rb"^<([0-9A-F]{4})> <([0-9A-F]{4,})>\s*$", re.IGNORECASE | re.MULTILINE)


def stream(body: bytes) -> bytes:
    found = STREAM.search(body)
    return zlib.decompress(found[1]) if found and b"FlateDecode" in body else found[1] if found else b""


def letters(cmap: bytes) -> dict[int, str]:
    """What the glyphs of a font stand for."""
    known = {}
    for first, last, letter in RANGE.findall(cmap):
        for offset in range(int(last, 16) - int(first, 16) + 1):
            known[int(first, 16) + offset] = chr(int(letter, 16) + offset)
    for glyph, text in SINGLE.findall(cmap):
        known[int(glyph, 16)] = bytes.fromhex(text.decode()).decode("utf-16-be")
    return known


def pages(pdf: bytes) -> list[str]:
    """The text of each page in its order, white space made single."""
    objects = {int(number): body for number, body in OBJECT.findall(pdf)}
    made = []
    for body in (body for body in objects.values() if re.search(rb"/Type /Page\b", body)):
        fonts = {}
        for name, number in FONT.findall(body):
            found = re.search(rb"/ToUnicode (\d+) 0 R", objects[int(number)])
            fonts[name] = letters(stream(objects[int(found[1])])) if found else {}
        content = re.search(rb"/Contents (\d+) 0 R", body)
        assert content is not None
        made.append(text_of(stream(objects[int(content[1])]), fonts))
    return made


def text_of(content: bytes, fonts: dict[bytes, dict[int, str]]) -> str:
    text, font = [], {}
    for name, glyphs, end in SHOWN.findall(content):
        if name:
            font = fonts[name]
        elif end:
            text.append(" ")
        else:
            text.extend(font.get(int(glyphs[at : at + 4], 16), "?") for at in range(0, len(glyphs), 4))
    return " ".join(unicodedata.normalize("NFKC", "".join(text)).split())  # a font's ligatures are its own
