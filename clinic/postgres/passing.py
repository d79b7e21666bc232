"""Lets one account pass through a folder without opening it to any other: an entry of its access control list.

Written as bytes, as Linux keeps them (acl(5), linux/posix_acl_xattr.h), because neither Python's library nor every
machine has a program that does.
"""

import errno
import os
import stat
import struct
from pathlib import Path

ATTRIBUTE = "system.posix_acl_access"
HEAD, ENTRY = struct.Struct("<I"), struct.Struct("<HHI")
VERSION = 2
OWNER, USER, GROUP, MASK, OTHER = 0x01, 0x02, 0x04, 0x10, 0x20
NOBODY_NAMED = 0xFFFFFFFF
PASS = 1


def let_through(folder: Path, uid: int) -> None:
    """Where the file system keeps no such lists, everybody may pass, and still nobody list what is there."""
    mode = stat.S_IMODE(folder.stat().st_mode)
    if mode & stat.S_IXOTH:
        return
    entries = _entries(folder, mode)
    named, mask = (USER, uid), (MASK, NOBODY_NAMED)
    entries[named] = entries.get(named, 0) | PASS
    entries[mask] = entries.get(mask, entries[GROUP, NOBODY_NAMED]) | PASS
    lines = [ENTRY.pack(kind, may, who) for (kind, who), may in sorted(entries.items())]
    try:
        os.setxattr(folder, ATTRIBUTE, HEAD.pack(VERSION) + b"".join(lines))
    except OSError as error:
        if error.errno != errno.EOPNOTSUPP:
            raise
        folder.chmod(mode | stat.S_IXOTH)


def _entries(folder: Path, mode: int) -> dict[tuple[int, int], int]:
    """What the list says of each; of a folder without one, what its mode does."""
    try:
        kept = os.getxattr(folder, ATTRIBUTE)
    except OSError as error:
        if error.errno not in (errno.ENODATA, errno.EOPNOTSUPP):
            raise
        return {(OWNER, NOBODY_NAMED): mode >> 6 & 7, (GROUP, NOBODY_NAMED): mode >> 3 & 7,
                (OTHER, NOBODY_NAMED): mode & 7}  # fmt: skip
    return {(kind, who): may for kind, may, who in ENTRY.iter_unpack(kept[HEAD.size :])}
