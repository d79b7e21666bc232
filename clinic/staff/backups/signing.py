"""Signs a file of this server's, so that it knows its own again: its last bytes are an HMAC of all before them."""

from pathlib import Path
from typing import IO

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

PLACE = b"0" * 64  # what a file ends with until it is signed
PIECE = 1024 * 1024


def sign(file: IO[bytes]) -> None:
    """Put the signature in the place of the last bytes."""
    signature = _digest(file, settings.SECRET_KEY)
    file.seek(-len(PLACE), 2)
    file.write(signature)


def is_signed(source: Path) -> bool:
    """Whether this server signed the file as it is, with a key that it has now or had."""
    with source.open("rb") as file:
        if file.seek(0, 2) < len(PLACE):
            return False
        file.seek(-len(PLACE), 2)
        found = file.read()
        keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
        return any(constant_time_compare(found, _digest(file, key)) for key in keys)


def _digest(file: IO[bytes], key: str) -> bytes:
    left = file.seek(0, 2) - len(PLACE)
    file.seek(0)
    mac = salted_hmac("clinic.staff.signing", b"", secret=key, algorithm="sha256")
    while left > 0:
        piece = file.read(min(PIECE, left))
        mac.update(piece)
        left -= len(piece)
    return mac.hexdigest().encode()
