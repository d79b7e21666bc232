"""The heads of trails, outside the database: a file a clinic, a line a run of the sealer.

Whoever may change the database cannot change these too, as long as they are kept by somebody else: copy the folder
away, or let the daily mail go to an address of another house.
"""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

from django.conf import settings

LAST = 4096  # bytes from the end in which the last line is


@dataclass(frozen=True)
class Head:
    """The last number of a trail, its digest, and when this was written down."""

    number: int
    digest: str
    at: datetime


def path_of(clinic_id: UUID) -> Path | None:
    """The clinic's file; None where the server keeps none."""
    folder: Path | None = settings.TRAIL_HEADS
    return folder / f"{clinic_id}.jsonl" if folder is not None else None


def write(clinic_id: UUID, head: Head) -> None:
    """Add a head to the clinic's file, on the disk by then; the same one is there once."""
    path, before = path_of(clinic_id), last(clinic_id)
    if path is None or (before is not None and (before.number, before.digest) == (head.number, head.digest)):
        return
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    line = json.dumps({"at": head.at.isoformat(), "number": head.number, "digest": head.digest})
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(handle, "a") as file:
        file.write(f"{line}\n")
        file.flush()
        os.fsync(file.fileno())


def read(clinic_id: UUID) -> Iterator[Head]:
    """Every head of a clinic, the first one first; a line that a kill cut off is no head."""
    path = path_of(clinic_id)
    if path is None or not path.exists():
        return
    with path.open() as file:
        for line in file:
            if (head := _head(line)) is not None:
                yield head


def last(clinic_id: UUID) -> Head | None:
    path = path_of(clinic_id)
    if path is None or not path.exists():
        return None
    with path.open("rb") as file:
        file.seek(max(0, file.seek(0, os.SEEK_END) - LAST))
        lines = file.read().decode(errors="replace").splitlines()
    return next((head for line in reversed(lines) if (head := _head(line)) is not None), None)


def _head(line: str) -> Head | None:
    try:
        found = json.loads(line)
        return Head(int(found["number"]), str(found["digest"]), datetime.fromisoformat(found["at"]))
    except (ValueError, KeyError, TypeError):
        return None
