"""A file that was sent, in pieces in the clinic's schema: written as it arrives, read from any place."""

import io
from collections.abc import Iterable
from typing import Any

from clinic.imports.files.encodings import Survey
from clinic.imports.models import ImportBatch, ImportPart
from clinic.tenancy.models import Clinic
from clinic.tenancy.scope import clinic_scope

PIECE = 512 * 1024  # bytes of a piece
LARGEST = 256 * 1024**2  # bytes of a file


class TooLarge(Exception):
    """The file is larger than any that is read."""


def keep_content(batch: ImportBatch, chunks: Iterable[bytes]) -> Survey:
    """Write the pieces of a file and note what is said of it; raises TooLarge."""
    survey, waiting, number = Survey(), bytearray(), 0
    for chunk in chunks:
        survey.look(chunk)
        if survey.size > LARGEST:
            raise TooLarge
        waiting += chunk
        while len(waiting) >= PIECE:
            ImportPart.objects.bulk_create([ImportPart(batch=batch, number=number, content=bytes(waiting[:PIECE]))])
            del waiting[:PIECE]
            number += 1
    if waiting:
        ImportPart.objects.bulk_create([ImportPart(batch=batch, number=number, content=bytes(waiting))])
    return survey


class Content(io.RawIOBase):
    """The file of a batch. Each piece is read in a scope of its own, so that a reading outlives its transactions."""

    def __init__(self, clinic: Clinic, batch: ImportBatch) -> None:
        self.clinic, self.key, self.size = clinic, batch.pk, batch.size
        self.place = 0
        self.piece: tuple[int, bytes] = (-1, b"")

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self.place = max(0, {io.SEEK_SET: 0, io.SEEK_CUR: self.place, io.SEEK_END: self.size}[whence] + offset)
        return self.place

    def tell(self) -> int:
        return self.place

    def readinto(self, buffer: Any) -> int:
        number, start = divmod(self.place, PIECE)
        found = self._piece(number)[start : start + len(buffer)] if self.place < self.size else b""
        buffer[: len(found)] = found
        self.place += len(found)
        return len(found)

    def _piece(self, number: int) -> bytes:
        if self.piece[0] != number:
            with clinic_scope(self.clinic):
                content = ImportPart.objects.values_list("content", flat=True).get(batch=self.key, number=number)
            self.piece = (number, bytes(content))
        return self.piece[1]


def opened_content(clinic: Clinic, batch: ImportBatch) -> io.BufferedReader:
    return io.BufferedReader(Content(clinic, batch), 64 * 1024)
