"""How much a test tries: as written in `make test`, and `TIMES` as much in `make prove`."""

import os


def times(count: int) -> int:
    return count * int(os.environ.get("TIMES", "1"))
