"""The parts of a packed spreadsheet, read a piece at a time; what is made to exhaust the reader is refused at once."""

import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO, Any
from xml.parsers import expat

from clinic.imports.files.rows import Unreadable

PIECE = 64 * 1024
MOST_UNPACKED = 1024**3  # bytes of all parts
LARGEST_SMALL_PART = 8 * 1024**2  # of what only says how the rows are to be read
MOST_TIMES = 200  # as large as it is packed, above the size of a small part
Start = Callable[[str, dict[str, str]], None]


@contextmanager
def opened(file: IO[bytes]) -> Iterator[zipfile.ZipFile]:
    """The archive, where its contents have a sane size; raises Unreadable for one that is none."""
    try:
        with zipfile.ZipFile(file) as packed:
            parts = packed.infolist()
            if (
                sum(part.file_size for part in parts) > MOST_UNPACKED
                or any(map(_is_bomb, parts))
                or len(parts) > 10_000
            ):
                raise Unreadable("The file is far larger than it looks, which no list of people is.")
            yield packed
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        raise Unreadable("The file is not a spreadsheet that can be read, or it is damaged.") from error


def _is_bomb(part: zipfile.ZipInfo) -> bool:
    return part.file_size > LARGEST_SMALL_PART and part.file_size > MOST_TIMES * max(1, part.compress_size)


def pieces(packed: zipfile.ZipFile, name: str, *, most: int = MOST_UNPACKED) -> Iterator[bytes]:
    """A part of the archive, piece by piece; raises Unreadable where it is missing, damaged or too large."""
    try:
        part = packed.open(name)
    except KeyError as error:
        raise Unreadable("The file is not a spreadsheet that can be read: a part of it is missing.") from error
    with part:
        left = most
        while piece := _next(part):
            if (left := left - len(piece)) < 0:
                raise Unreadable("The file is too large to be read as a spreadsheet. Save it as CSV.")
            yield piece


def _next(part: IO[bytes]) -> bytes:
    try:
        return part.read(PIECE)
    except Exception as error:  # of zipfile and of what unpacks for it
        raise Unreadable("The file is damaged: a part of it cannot be unpacked.") from error


def parser(start: Start, end: Callable[[str], None], text: Callable[[str], None]) -> Any:
    """A parser of XML without definitions of its own: those name other files, and grow without end."""
    made = expat.ParserCreate()

    def refuse(*_: object) -> None:
        raise Unreadable("The file has a definition of a document type in it, which no spreadsheet needs.")

    made.StartDoctypeDeclHandler = refuse
    made.StartElementHandler = lambda name, attributes: start(name.rpartition(":")[2], attributes)
    made.EndElementHandler = lambda name: end(name.rpartition(":")[2])
    made.CharacterDataHandler = text
    return made


def feed(made: Any, piece: bytes, *, final: bool = False) -> None:
    try:
        made.Parse(piece, final)
    except expat.ExpatError as error:
        raise Unreadable("The file is not a spreadsheet that can be read, or it is damaged.") from error


def ignore(*_: object) -> None:
    """For what a part says that nobody asks for."""
