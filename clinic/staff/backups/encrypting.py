"""A file behind a passphrase: a ZIP archive of a key, which the passphrase opens, and of the file, which the key opens.

Both parts are files of age (age-encryption.org), so its own program opens them too, where the record is not.
"""

from pathlib import Path
from typing import IO
from zipfile import ZIP_STORED, ZipFile

import pyrage  # type: ignore[import-untyped]

KEY, CONTENT = "key.age", "backup.age"
LEAST = 12  # characters of a passphrase


class WrongPassphrase(Exception):
    """Why a passphrase is none, or does not open the file, in words for whoever gave it."""


def read_passphrase(path: Path) -> str:
    """The first line of a file. Raises WrongPassphrase for one that is too short."""
    first = path.read_text().partition("\n")[0].strip()
    if len(first) < LEAST:
        raise WrongPassphrase(f"The first line of {path} must have at least {LEAST} characters.")
    return first


def encrypt(content: IO[bytes], archive: ZipFile, passphrase: str) -> None:
    """Write the parts of `content` into an archive, piece by piece."""
    key = pyrage.x25519.Identity.generate()
    archive.writestr(KEY, pyrage.passphrase.encrypt(str(key).encode(), passphrase), ZIP_STORED)
    with archive.open(CONTENT, "w", force_zip64=True) as target:
        pyrage.encrypt_io(content, target, [key.to_public()])


def is_encrypted(archive: ZipFile) -> bool:
    return {KEY, CONTENT} <= set(archive.namelist())


def decrypt(archive: ZipFile, into: IO[bytes], passphrase: str) -> None:
    """Write what was encrypted. Raises WrongPassphrase where the passphrase does not open it."""
    try:
        key = pyrage.x25519.Identity.from_str(pyrage.passphrase.decrypt(archive.read(KEY), passphrase).decode())
        with archive.open(CONTENT) as source:
            pyrage.decrypt_io(source, into, [key])
    except (pyrage.DecryptError, pyrage.IdentityError, ValueError) as error:
        raise WrongPassphrase("The passphrase does not open the file.") from error
